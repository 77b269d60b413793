// Owns what the page of the data tab knows, and what may happen to it. Knows no rule: reduce.ts does.
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { DataIssue, DatasetProfile, Dialect, Preview } from '../../src/shared/schema/profile';
import type { QualityReport } from '../../src/shared/schema/quality';
import type { RecipePreview, StepSummary, TableColumn } from '../../src/shared/schema/recipeResult';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import type { FormValues } from './form/fieldSpec';
import { emptyHistory, type History } from './history';

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

export type EventOf<T extends PreprocessEvent['type']> = Extract<PreprocessEvent, { type: T }>;

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
