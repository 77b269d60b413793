// Owns what the page of the data tab knows: a pure reducer over what the host says and what the user does. The draft of
// the recipe is edited here, with undo; the host keeps it.
import { nameWith } from '../../src/shared/columnNames';
import { assertNever } from '../../src/shared/errors';
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { DataIssue, DatasetProfile, Dialect, Preview } from '../../src/shared/schema/profile';
import type { QualityReport } from '../../src/shared/schema/quality';
import type { RecipePreview, StepSummary, TableColumn } from '../../src/shared/schema/recipeResult';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import type { FormValues } from './form/fieldSpec';
import { isSame } from './draft';
import { changed, emptyHistory, redone, undone, type History } from './history';
import { reduceCounts, reducePreview, withColumns } from './reduceAnswers';
import { stepsShown } from './shown';

export type Work<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'working'; readonly fraction?: number | undefined }
  | ({ readonly kind: 'ready' } & T)
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };
export type ProfileState = Work<{ readonly profile: DatasetProfile }>;
export type QualityState = Work<{ readonly report: QualityReport }>;

export interface Head {
  readonly dialect: Dialect;
  readonly sizeBytes: number;
  readonly preview: Preview;
  /** Of the columns, as the first rows have them. */
  readonly types: readonly FeatureType[];
  readonly issues: readonly DataIssue[];
}

/** The file, before any step. */
export const FILE = -1;

/** What is being filled in; nothing of it is in the draft yet. */
export type Form =
  | {
      readonly kind: 'step';
      /** Where the step stands, or will stand. */
      readonly at: number;
      readonly isNew: boolean;
      /** What it was opened with. */
      readonly values: FormValues;
      /** As it is now, when that is a whole step. */
      readonly step: RecipeStep | undefined;
      readonly isTouched: boolean;
      /** Columns that the step can name; known once a preview has shown them. */
      readonly columns: readonly TableColumn[] | undefined;
    }
  | { readonly kind: 'reading' | 'split'; readonly values: FormValues; readonly isTouched: boolean };

export interface PreviewState {
  /** The newest answer, also while a newer one is on its way. */
  readonly answer: RecipePreview | undefined;
  /** Which step the answer shows, and of which steps. */
  readonly shown: number;
  readonly of: RecipeDraft | undefined;
  readonly isPending: boolean;
  /** Why there is none: not a step's failure, which the answer tells. */
  readonly problem: string | undefined;
}

export interface Counts {
  readonly token: string;
  /** What was counted. */
  readonly of: RecipeDraft;
  readonly byStep: ReadonlyMap<number, StepSummary>;
  readonly isDone: boolean;
}

export interface Sort {
  readonly column: string;
  readonly order: 'ascending' | 'descending';
}

export const TABS = ['data', 'recipe', 'checks', 'column'] as const;
export type Tab = (typeof TABS)[number];

export interface PreprocessState {
  readonly fileName: string;
  readonly isUnsaved: boolean;
  /** Undefined until the host has sent it. */
  readonly draft: RecipeDraft | undefined;
  readonly history: History;
  /** The draft as the host has it. */
  readonly kept: RecipeDraft | undefined;
  readonly head: Head | undefined;
  readonly profile: ProfileState;
  /** The newest profile, also while a newer one is made of the same reading. */
  readonly known: DatasetProfile | undefined;
  readonly quality: QualityState;
  /** The newest report, likewise. */
  readonly report: QualityReport | undefined;
  /** Index of the step whose before and after are shown, or FILE. */
  readonly selected: number;
  readonly form: Form | undefined;
  readonly preview: PreviewState;
  readonly counts: Counts | undefined;
  /** Name of the column that is looked at. */
  readonly column: string | undefined;
  readonly tab: Tab;
  /** Shows only columns whose name contains this, case-insensitive. */
  readonly find: string;
  /** Conditions for looking at the file; neither changes the recipe. */
  readonly filter: string;
  readonly sort: Sort | undefined;
  readonly onlyChanges: boolean;
  /** What else is at work, in words. */
  readonly busy: string | undefined;
  readonly problem: string | undefined;
}

export type PreprocessEvent =
  | {
      readonly type: 'draft';
      readonly fileName: string;
      readonly draft: RecipeDraft;
      readonly isUnsaved: boolean;
    }
  | { readonly type: 'kept'; readonly draft: RecipeDraft }
  | { readonly type: 'head'; readonly head: Head }
  | { readonly type: 'profile'; readonly state: ProfileState }
  | { readonly type: 'quality'; readonly state: QualityState }
  /** The user's change, to be undone under this label. */
  | { readonly type: 'change'; readonly draft: RecipeDraft; readonly label: string; readonly select?: number }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  | { readonly type: 'history'; readonly history: History }
  | { readonly type: 'select'; readonly step: number }
  | { readonly type: 'openForm'; readonly form: Form }
  | { readonly type: 'editForm'; readonly step: RecipeStep | undefined }
  | { readonly type: 'touchForm' }
  | { readonly type: 'closeForm' }
  | { readonly type: 'previewAsked' }
  | {
      readonly type: 'previewed';
      readonly answer: RecipePreview;
      readonly shown: number;
      readonly of: RecipeDraft;
    }
  | { readonly type: 'previewFailed'; readonly message: string | undefined }
  | { readonly type: 'countsAsked'; readonly token: string; readonly of: RecipeDraft }
  | { readonly type: 'counted'; readonly token: string; readonly summary: StepSummary }
  | { readonly type: 'countsDone'; readonly token: string }
  | { readonly type: 'countsGone' }
  | { readonly type: 'column'; readonly column: string | undefined }
  | { readonly type: 'tab'; readonly tab: Tab }
  | { readonly type: 'find'; readonly text: string }
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'sort'; readonly sort: Sort | undefined }
  | { readonly type: 'onlyChanges'; readonly on: boolean }
  | { readonly type: 'busy'; readonly text: string | undefined }
  | { readonly type: 'problem'; readonly message: string | undefined };

export interface Arranged {
  readonly column?: string | undefined;
  readonly tab?: Tab | undefined;
  readonly selected?: number | undefined;
}

export const NO_PREVIEW: PreviewState = {
  answer: undefined,
  shown: FILE,
  of: undefined,
  isPending: false,
  problem: undefined,
};

export function initialState(arranged: Arranged = {}): PreprocessState {
  return {
    fileName: '',
    isUnsaved: false,
    draft: undefined,
    history: emptyHistory,
    kept: undefined,
    head: undefined,
    profile: { kind: 'waiting' },
    known: undefined,
    quality: { kind: 'waiting' },
    report: undefined,
    selected: arranged.selected ?? FILE,
    form: undefined,
    preview: NO_PREVIEW,
    counts: undefined,
    column: arranged.column,
    tab: arranged.tab ?? 'checks',
    find: '',
    filter: '',
    sort: undefined,
    onlyChanges: false,
    busy: undefined,
    problem: undefined,
  };
}

export function reduce(state: PreprocessState, event: PreprocessEvent): PreprocessState {
  return followColumn(state, reduced(state, event));
}

/** The column that is looked at stays the same one, whatever it is called at the step that is shown. */
function followColumn(before: PreprocessState, after: PreprocessState): PreprocessState {
  const { column, draft, form, selected } = after;
  const isSameView = draft === before.draft && form === before.form && selected === before.selected;
  if (isSameView || column !== before.column || before.draft === undefined) return after;
  const name = nameWith(column, stepsShown(before), stepsShown(after));
  return name === column ? after : { ...after, column: name };
}

function reduced(state: PreprocessState, event: PreprocessEvent): PreprocessState {
  switch (event.type) {
    case 'draft':
      return takeDraft(state, event);
    case 'kept':
      return { ...state, kept: event.draft };
    case 'head':
      // Read again with the same result: what is shown stays as it is.
      return isSame(state.head, event.head) ? state : { ...state, head: event.head };
    case 'profile':
      return event.state.kind === 'ready'
        ? { ...state, profile: event.state, known: event.state.profile }
        : { ...state, profile: event.state };
    case 'quality':
      return event.state.kind === 'ready'
        ? { ...state, quality: event.state, report: event.state.report }
        : { ...state, quality: event.state };
    case 'change':
      return changeDraft(state, event);
    case 'undo':
    case 'redo':
      return travel(state, event.type);
    case 'history':
      return { ...state, history: event.history };
    case 'select':
      return event.step === state.selected ? state : { ...state, selected: event.step };
    case 'openForm':
    case 'editForm':
    case 'touchForm':
    case 'closeForm':
      return reduceForm(state, event);
    case 'previewAsked':
    case 'previewed':
    case 'previewFailed':
      return reducePreview(state, event);
    case 'countsAsked':
    case 'counted':
    case 'countsDone':
    case 'countsGone':
      return reduceCounts(state, event);
    case 'column':
      return event.column === state.column ? state : { ...state, column: event.column };
    case 'tab':
      return event.tab === state.tab ? state : { ...state, tab: event.tab };
    case 'find':
      return event.text === state.find ? state : { ...state, find: event.text };
    case 'filter':
      return event.text === state.filter ? state : { ...state, filter: event.text };
    case 'sort':
      return { ...state, sort: event.sort };
    case 'onlyChanges':
      return { ...state, onlyChanges: event.on };
    case 'busy':
      return { ...state, busy: event.text };
    case 'problem':
      return event.message === state.problem ? state : { ...state, problem: event.message };
    default:
      return assertNever(event);
  }
}

export type EventOf<T extends PreprocessEvent['type']> = Extract<PreprocessEvent, { type: T }>;

/** An echo of what was kept says nothing new: what the user did since then stays. */
function takeDraft(state: PreprocessState, event: EventOf<'draft'>): PreprocessState {
  const { fileName, isUnsaved, draft } = event;
  const isNews = state.draft === undefined || !(isSame(draft, state.kept) || isSame(draft, state.draft));
  const told = { ...state, fileName, isUnsaved };
  if (!isNews) return told;
  return {
    ...told,
    draft,
    kept: draft,
    history: state.draft === undefined ? state.history : emptyHistory,
    selected: Math.min(state.selected, draft.steps.length - 1),
    form: undefined,
  };
}

function changeDraft(state: PreprocessState, event: EventOf<'change'>): PreprocessState {
  if (state.draft === undefined || isSame(state.draft, event.draft)) return { ...state, form: undefined };
  const { label } = event;
  const draft = followNames(state.draft, event.draft);
  const selected = Math.min(event.select ?? state.selected, draft.steps.length - 1);
  return {
    ...afterReading(state, draft),
    draft,
    history: changed(state.history, { draft: state.draft, label, selected: state.selected }),
    selected,
    form: undefined,
  };
}

/** A target that is renamed stays the target; one that is not learnt from likewise. */
function followNames(before: RecipeDraft, after: RecipeDraft): RecipeDraft {
  const now = (name: string): string => nameWith(name, before.steps, after.steps);
  const { target, ignored } = after;
  return {
    ...after,
    ...(target === undefined || target !== before.target ? {} : { target: now(target) }),
    ...(ignored === undefined || !isSame(ignored, before.ignored) ? {} : { ignored: ignored.map(now) }),
  };
}

function travel(state: PreprocessState, direction: 'undo' | 'redo'): PreprocessState {
  if (state.draft === undefined) return state;
  const step = (direction === 'undo' ? undone : redone)(state.history, state.draft, state.selected);
  if (step === undefined) return state;
  return {
    ...afterReading(state, step.draft),
    draft: step.draft,
    history: step.history,
    selected: Math.min(step.selected, step.draft.steps.length - 1),
    form: undefined,
  };
}

/** Another reading is another table: a condition on the old one's columns means nothing there. */
function afterReading(state: PreprocessState, draft: RecipeDraft): PreprocessState {
  if (state.draft === undefined || isSame(state.draft.reading, draft.reading)) return state;
  return {
    ...state,
    head: undefined,
    filter: '',
    sort: undefined,
    profile: { kind: 'waiting' },
    known: undefined,
    quality: { kind: 'waiting' },
    report: undefined,
  };
}

function reduceForm(
  state: PreprocessState,
  event: EventOf<'openForm' | 'editForm' | 'touchForm' | 'closeForm'>,
): PreprocessState {
  switch (event.type) {
    case 'openForm':
      return {
        ...state,
        form: withColumns(event.form, state.draft, state.preview),
        selected: event.form.kind === 'step' ? event.form.at : state.selected,
      };
    case 'editForm':
      return state.form?.kind === 'step'
        ? { ...state, form: { ...state.form, step: event.step, isTouched: true } }
        : state;
    case 'touchForm':
      return state.form === undefined || state.form.isTouched
        ? state
        : { ...state, form: { ...state.form, isTouched: true } };
    case 'closeForm': {
      const { form } = state;
      if (form === undefined) return state;
      // A new step that is given up was never there.
      const gone = form.kind === 'step' && form.isNew && state.selected >= form.at;
      return { ...state, form: undefined, selected: gone ? state.selected - 1 : state.selected };
    }
    default:
      return assertNever(event);
  }
}
