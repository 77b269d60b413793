// Owns what the grid is to show: the file as it is, or the difference that a step makes. Pure but for the rows of the
// file, which arrive as one scrolls.
import * as l10n from '@vscode/l10n';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import type { RecipePreview, TablePage } from '../../src/shared/schema/recipeResult';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { formatCount, formatPercent } from '../ui/format';
import type { IconName } from '../ui/icons';
import { profileChart, sampleChart, type Chart } from './charts';
import {
  changedCells,
  diffCell,
  diffTable,
  isChangedRow,
  type DiffCell,
  type DiffColumn,
  type Mark,
} from './diff';
import type { PagedRows } from './rows';
import { partWord } from './texts';
import { typeWords } from './words';

export interface GridColumn {
  readonly name: string;
  readonly mark: Mark;
  /** What stands below the name. */
  readonly word: string;
  readonly icon: IconName | undefined;
  readonly remark: string;
  readonly isWarned: boolean;
  readonly isNumeric: boolean;
  readonly tooltip: string;
  readonly chart: Chart | undefined;
}

export interface GridRow {
  /** Row of the file, from 1; what a made row is called. */
  readonly number: string;
  readonly part: { readonly name: 'train' | 'validation' | 'test'; readonly word: string } | undefined;
  readonly mark: Mark;
  cell(column: number): DiffCell;
}

export interface GridModel {
  /** Of each column that is shown; what else is known of one is asked for when it is seen. */
  readonly names: readonly string[];
  column(index: number): GridColumn | undefined;
  readonly rowCount: number;
  /** The first column in which something differs. */
  readonly firstChange?: string | undefined;
  /** Undefined: not here yet. */
  row(index: number): GridRow | undefined;
  want(from: number, to: number): void;
}

type Part = NonNullable<TablePage['parts']>[number];
const partOf = (part: Part | undefined): GridRow['part'] =>
  part === undefined ? undefined : { name: part, word: partWord(part) };

function matches(name: string, find: string): boolean {
  const wanted = find.trim().toLowerCase();
  return wanted === '' || name.toLowerCase().includes(wanted);
}

export interface FileTable {
  /** In the order of the file. */
  readonly names: readonly string[];
  readonly profiles: ReadonlyMap<string, ColumnProfile>;
  /** By the first rows alone: shown until there are profiles. */
  readonly types: readonly FeatureType[];
  readonly rows: PagedRows;
  /** The first rows, until pages have come. */
  readonly head: readonly (readonly (string | null)[])[];
  /** Neither filter nor order: the first rows are those of the head. */
  readonly isPlain: boolean;
  /** Of the whole file, as far as is known. */
  readonly fileRows: number;
}

/** The file, looked at through the filter and the order. */
export function fileModel(table: FileTable, find: string): GridModel {
  const { names, profiles, types, rows, head, isPlain } = table;
  const shown = names.map((name, index) => ({ name, index })).filter(({ name }) => matches(name, find));
  return {
    names: shown.map(({ name }) => name),
    column: once((index) => {
      const column = shown[index];
      if (column === undefined) return undefined;
      return fileColumn(column.name, profiles.get(column.name), types[column.index]);
    }),
    get rowCount() {
      return rows.count ?? (isPlain ? Math.max(table.fileRows, head.length) : 0);
    },
    row(index) {
      const row = rows.row(index);
      const cells = row?.cells ?? (isPlain ? head[index] : undefined);
      if (cells === undefined) return undefined;
      return {
        number: formatCount((row?.source ?? index) + 1),
        part: partOf(row?.part),
        mark: 'same',
        cell: (column) => ({ text: cells[shown[column]?.index ?? -1] ?? null }),
      };
    },
    want(from, to) {
      // The first rows came with the head.
      const isHere = isPlain && to <= head.length;
      if (!isHere) rows.want(from, to);
    },
  };
}

/** Each cell asks for its column; a chart is counted once. */
function once<T>(make: (index: number) => T): (index: number) => T {
  const made = new Map<number, T>();
  return (index) => {
    const kept = made.get(index);
    if (kept !== undefined) return kept;
    const value = make(index);
    made.set(index, value);
    return value;
  };
}

function fileColumn(
  name: string,
  profile: ColumnProfile | undefined,
  headType: FeatureType | undefined,
): GridColumn {
  const common = { name, mark: 'same' as const };
  if (profile === undefined) {
    const guess = headType === undefined ? undefined : typeWords(headType);
    return {
      ...common,
      word: guess?.word ?? '…',
      icon: guess?.icon,
      remark: '',
      isWarned: false,
      isNumeric: headType === 'number',
      tooltip:
        guess === undefined
          ? name
          : `${name}\n${l10n.t('{0}, as the first rows have it: the file has not been read to its end.', guess.word)}`,
      chart: undefined,
    };
  }
  const type = typeWords(profile.type);
  const share = profile.missing / Math.max(1, profile.rows);
  return {
    ...common,
    word: type.word,
    icon: type.icon,
    remark: profile.missing === 0 ? '' : l10n.t('{0} missing', formatPercent(share, share < 0.1 ? 1 : 0)),
    isWarned: share > 0.2,
    isNumeric: profile.type === 'number',
    tooltip: `${name}\n${type.word}: ${profile.reason}`,
    chart: profileChart(profile),
  };
}

/** Before and after a step, laid over each other. */
export function diffModel(
  preview: RecipePreview,
  step: RecipeStep | undefined,
  options: {
    readonly find: string;
    readonly onlyChanges: boolean;
    /** What the profile says of the columns of the file. */
    readonly types: ReadonlyMap<string, FeatureType>;
  },
): GridModel {
  const { before, after } = preview;
  const table = diffTable(before, after, step);
  const changed = changedCells(before, after, table);
  const columns = table.columns
    .map((column, index) => ({ column, changed: changed[index] ?? 0 }))
    .filter(({ column }) => matches(column.name, options.find));
  const rows = options.onlyChanges
    ? table.rows.filter((row) => isChangedRow(before, after, table, row))
    : table.rows;
  return {
    names: columns.map(({ column }) => column.name),
    column: once((index) => {
      const found = columns[index];
      if (found === undefined) return undefined;
      return diffColumn(found.column, found.changed, { before, after, types: options.types });
    }),
    rowCount: rows.length,
    firstChange: columns.find(({ column, changed: cells }) => column.mark !== 'same' || cells > 0)?.column
      .name,
    row(index) {
      const row = rows[index];
      if (row === undefined) return undefined;
      const page = row.after < 0 ? before : after;
      const at = row.after < 0 ? row.before : row.after;
      const source = page.sourceRows[at] ?? -1;
      return {
        number: source < 0 ? l10n.t('made') : formatCount(source + 1),
        part: partOf(page.parts?.[at]),
        mark: table.isOther ? 'same' : row.mark,
        cell: (i) => {
          const column = columns[i]?.column;
          return column === undefined
            ? { text: null }
            : shortened(diffCell(before, after, row, column), column);
        },
      };
    },
    want: () => undefined,
  };
}

function diffColumn(
  column: DiffColumn,
  changed: number,
  { before, after, types }: { before: TablePage; after: TablePage; types: ReadonlyMap<string, FeatureType> },
): GridColumn {
  // Cells of a file are texts until a step reads them; what the file's column is says more to a person.
  const ofFile = column.mark === 'added' ? undefined : types.get(column.renamedFrom ?? column.name);
  const type = column.kind === 'text' ? (ofFile ?? 'text') : column.kind;
  const isNumeric = type === 'number';
  const words = typeWords(type);
  return {
    name: column.name,
    mark: column.mark,
    word: words.word,
    icon: words.icon,
    remark: diffRemark(column, changed),
    isWarned: false,
    isNumeric,
    tooltip: column.renamedFrom === undefined ? column.name : `${column.renamedFrom} → ${column.name}`,
    chart: sampleChart({ before, after, column, isNumeric }),
  };
}

function diffRemark(column: DiffColumn, changed: number): string {
  if (column.mark === 'added') return l10n.t('new');
  if (column.mark === 'removed') return l10n.t('removed');
  if (column.renamedFrom !== undefined) return l10n.t('was {0}', column.renamedFrom);
  return changed > 0 ? l10n.t('{0} changed', formatCount(changed)) : '';
}

/** Digits that a column shows; the cell itself has all of them. */
const SHOWN_DIGITS = 7;
const LONG_NUMBER = 10;

/** A computed number is 17 digits long, of which nobody reads the last ten. */
function shortened(cell: DiffCell, column: DiffColumn): DiffCell {
  const { text } = cell;
  if (column.kind !== 'number' || text === null || text.length <= LONG_NUMBER) return cell;
  const short = String(Number(Number(text).toPrecision(SHOWN_DIGITS)));
  return short.length < text.length && short !== 'NaN' ? { ...cell, short } : cell;
}
