// Owns how the state of the data tab changes: a pure reducer over what the host says and what the user does. The draft of
// the recipe is edited here, with undo; the host keeps it.
import { nameWith } from '../../src/shared/columnNames';
import { assertNever } from '../../src/shared/errors';
import type { RecipeDraft } from '../../src/shared/protocol/view';
import { isSame } from './draft';
import { changed, emptyHistory, redone, undone } from './history';
import { reduceCounts, reducePreview, withColumns } from './reduceAnswers';
import { stepsShown } from './shown';
import type { EventOf, PreprocessEvent, PreprocessState } from './state';

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
