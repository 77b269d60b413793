// Owns what the Preprocess page knows: a pure reducer over what the host says and which column the user chose.
import { assertNever } from '../../src/shared/errors';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { ColumnProfile, DatasetProfile, Preview } from '../../src/shared/schema/profile';

export type ProfileState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'working'; readonly fraction: number | undefined }
  | { readonly kind: 'ready'; readonly profile: DatasetProfile }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };

export interface PreprocessState {
  readonly fileName: string;
  readonly preview: Preview | undefined;
  readonly profile: ProfileState;
  /** Name of the column in the detail pane. */
  readonly selected: string | undefined;
  /** Name of the column to predict: Train and New Experiment take it, and ask when there is none. */
  readonly target: string | undefined;
  /** Shows only columns whose name contains this, case-insensitive. */
  readonly filter: string;
  readonly problem: string | undefined;
}

export type PreprocessEvent =
  | { readonly type: 'preview'; readonly fileName: string; readonly preview: Preview }
  | { readonly type: 'profile'; readonly state: ProfileState }
  | { readonly type: 'select'; readonly column: string | undefined }
  | { readonly type: 'target'; readonly column: string | undefined }
  /** Nothing chosen: the table's summary again. */
  | { readonly type: 'clear' }
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'problem'; readonly message: string | undefined };

export function initialState(
  arranged: { readonly selected?: string | undefined; readonly target?: string | undefined } = {},
): PreprocessState {
  return {
    fileName: '',
    preview: undefined,
    profile: { kind: 'waiting' },
    selected: arranged.selected,
    target: arranged.target,
    filter: '',
    problem: undefined,
  };
}

export function reduce(state: PreprocessState, event: PreprocessEvent): PreprocessState {
  switch (event.type) {
    case 'preview':
      return { ...state, fileName: event.fileName, preview: event.preview };
    case 'profile':
      return { ...state, profile: event.state };
    case 'select':
      return event.column === state.selected ? state : { ...state, selected: event.column };
    case 'target':
      return event.column === state.target
        ? state
        : { ...state, target: event.column, selected: event.column ?? state.selected };
    case 'clear':
      return state.selected === undefined && state.target === undefined
        ? state
        : { ...state, selected: undefined, target: undefined };
    case 'filter':
      return event.text === state.filter ? state : { ...state, filter: event.text };
    case 'problem':
      return { ...state, problem: event.message };
    default:
      return assertNever(event);
  }
}

export interface GridColumn {
  readonly name: string;
  /** Index into a preview row; -1 when the preview lacks it. */
  readonly index: number;
  readonly profile: ColumnProfile | undefined;
}

/** The columns to show, in file order: known from the preview at first, from the profile later. */
export function gridColumns(state: Pick<PreprocessState, 'preview' | 'profile' | 'filter'>): GridColumn[] {
  const profiles = state.profile.kind === 'ready' ? state.profile.profile.columns : [];
  const byName = new Map(profiles.map((column) => [column.name, column]));
  const names = state.preview?.columns ?? profiles.map((column) => column.name);
  const wanted = state.filter.trim().toLowerCase();
  const columns: GridColumn[] = [];
  names.forEach((name, index) => {
    if (wanted !== '' && !name.toLowerCase().includes(wanted)) return;
    columns.push({ name, index: state.preview === undefined ? -1 : index, profile: byName.get(name) });
  });
  return columns;
}

export interface TableSummary {
  /** Columns of each type that occurs, most first. */
  readonly types: readonly { readonly type: FeatureType; readonly columns: number }[];
  /** Cells without a value, of `cells`. */
  readonly missing: number;
  readonly cells: number;
  readonly columnsWithMissing: number;
}

export function tableSummary(profile: Pick<DatasetProfile, 'columns'>): TableSummary {
  const types = new Map<FeatureType, number>();
  const sum = { missing: 0, cells: 0, columnsWithMissing: 0 };
  for (const column of profile.columns) {
    types.set(column.type, (types.get(column.type) ?? 0) + 1);
    sum.missing += column.missing;
    sum.cells += column.rows;
    if (column.missing > 0) sum.columnsWithMissing++;
  }
  return {
    ...sum,
    types: [...types].map(([type, columns]) => ({ type, columns })).sort((a, b) => b.columns - a.columns),
  };
}

export interface Window {
  /** First visible index. */
  readonly from: number;
  /** One past the last visible index. */
  readonly to: number;
}

/** Which of `count` items of `size` pixels are seen in a view of `length` pixels at `offset`, and `spare` more each side. */
export function visibleWindow(
  count: number,
  size: number,
  view: { readonly offset: number; readonly length: number; readonly spare: number },
): Window {
  const from = Math.max(0, Math.floor(view.offset / size) - view.spare);
  const to = Math.min(count, Math.ceil((view.offset + view.length) / size) + view.spare);
  return { from: Math.min(from, count), to: Math.max(Math.min(from, count), to) };
}
