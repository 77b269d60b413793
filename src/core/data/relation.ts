// Owns a relation: what a recipe step is given and gives back, as SQL. Its rows carry, besides the columns, `rid` (the
// source row, -1 for a made one), `ord` (ascending in the order of the rows) and, after the split, `part`.
// Columns have identifiers c0, c1, ... of their own: no name of a user ever becomes an SQL identifier.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { didYouMean } from '../../shared/didYouMean';
import { isMissingNumberSql, isMissingSql, numberSql, trimmedSql, type NumberFormat } from './cells';

/**
 * text: as in the file, NULL where missing (missing.ts). number: a finite DOUBLE or NULL. datetime: a TIMESTAMP (UTC)
 * or NULL.
 */
export type ColumnKind = 'text' | 'number' | 'datetime';

export interface RelationColumn {
  readonly name: string;
  /** SQL identifier in `Relation.from`. */
  readonly id: string;
  readonly kind: ColumnKind;
  /** How numbers are written in a text column that came from the file; plain when absent. */
  readonly numbers?: NumberFormat | undefined;
  /** Of a text column: no cell has space around it or is empty, as was found when the file was read. */
  readonly isTrimmed?: boolean | undefined;
}

export interface Relation {
  /** A table or a subquery, to stand behind FROM. */
  readonly from: string;
  readonly columns: readonly RelationColumn[];
  /** Whether rows carry `part`: 0 train, 1 validation, 2 test. */
  readonly isSplit: boolean;
  /** The next free number of an identifier. */
  readonly nextId: number;
}

/** What the views of a large file are called, with a number behind; `rid` is the place of the row there. */
export const SOURCE_VIEW = 'file_rows';

/** Rows of a large file: no row has left, and none was made. */
export function isSourceView({ from }: Pick<Relation, 'from'>): boolean {
  return from.startsWith(SOURCE_VIEW) && /^\w+$/.test(from);
}

export const PART_CODES = { train: 0, validation: 1, test: 2 } as const;

/** A column's value with another expression, or a new column. */
export interface ColumnExpression {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly sql: string;
  /** For a text made of texts of the file. */
  readonly numbers?: NumberFormat | undefined;
}

export function hiddenColumns(relation: Pick<Relation, 'isSplit'>): string[] {
  return relation.isSplit ? ['rid', 'ord', 'part'] : ['rid', 'ord'];
}

/** @throws BenchError 'recipe.unknownColumn' */
export function columnOf(relation: Relation, name: string): RelationColumn {
  const found = relation.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  throw unknownColumn(
    name,
    relation.columns.map((column) => column.name),
  );
}

/** @param names the columns there are */
export function unknownColumn(name: string, names: readonly string[]): BenchError {
  const near = didYouMean(name, names);
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : '');
  return new BenchError(
    'recipe.unknownColumn',
    near === undefined
      ? l10n.t('There is no column "{0}" at this step; there are {1}.', name, shown)
      : l10n.t('There is no column "{0}" at this step. Did you mean "{1}"?', name, near),
    { details: { column: name } },
  );
}

/** The named ones, each once, or all when none is named. */
export function columnsOf(relation: Relation, names: readonly string[]): readonly RelationColumn[] {
  return names.length === 0 ? relation.columns : [...new Set(names)].map((name) => columnOf(relation, name));
}

/** Trimmed text or NULL, whatever the kind. */
export function textOf({ id, kind, isTrimmed }: RelationColumn): string {
  switch (kind) {
    case 'text':
      if (isTrimmed === true) return id;
      // Hardly a cell has space around it, and trimming takes four times as long as to see that.
      return `CASE WHEN ${isTrimmedSql(id)} THEN ${id} ELSE nullif(trim(${id}, ' \t\r\n\u00a0'), '') END`;
    case 'number':
      return numberTextSql(id);
    case 'datetime':
      return `strftime(${id}, '%Y-%m-%dT%H:%M:%S')`;
  }
}

/** Not empty and no space around it. '!' is the first character behind space and control characters. */
export function isTrimmedSql(id: string): string {
  const isSpaceBehind = [' ', '\t', '\r', '\n', '\u00a0'].map((space) => `suffix(${id}, '${space}')`);
  return `${id} >= '!' AND NOT (${isSpaceBehind.join(' OR ')} OR prefix(${id}, '\u00a0'))`;
}

/** A DOUBLE as JavaScript and people write it: 1, not 1.0. */
export function numberTextSql(id: string): string {
  return `CASE WHEN ${id} = trunc(${id}) AND abs(${id}) < 1e15 THEN (${id})::BIGINT::VARCHAR ELSE (${id})::VARCHAR END`;
}

/** A finite DOUBLE or NULL. A datetime gives milliseconds since 1970. */
export function numberOf({ id, kind, numbers }: RelationColumn): string {
  switch (kind) {
    case 'number':
      return id;
    case 'text':
      if (numbers !== undefined) return numberSql(trimmedSql(id), numbers);
      // DuckDB's cast trims for itself: most cells are numbers and take a fifth of the time.
      return `CASE WHEN isfinite(try_cast(${id} AS DOUBLE)) AND NOT contains(${id}, '_') THEN try_cast(${id} AS DOUBLE)
        ELSE ${numberSql(trimmedSql(id))} END`;
    case 'datetime':
      return `epoch_us(${id}) / 1000.0`;
  }
}

/** For a text column that is used as numbers: cells with a value that is none. */
export function isNotNumberSql({ id, numbers }: RelationColumn): string {
  const text = trimmedSql(id);
  return `(NOT ${isMissingSql(text)} AND NOT ${isMissingNumberSql(text)} AND (${numberSql(text, numbers)}) IS NULL)`;
}

/** Gives columns that are there new values (and kinds), in place. */
export function replaceColumns(relation: Relation, changes: readonly ColumnExpression[]): Relation {
  if (changes.length === 0) return relation;
  const byName = new Map(changes.map((change) => [change.name, change]));
  const replaced = changes.map(({ name, sql }) => `(${sql}) AS ${columnOf(relation, name).id}`);
  return {
    ...relation,
    from: `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${relation.from})`,
    columns: relation.columns.map((column) => {
      const change = byName.get(column.name);
      if (change === undefined) return column;
      return { name: column.name, id: column.id, kind: change.kind, numbers: change.numbers };
    }),
  };
}

/**
 * Adds columns behind the one named, or at the end.
 * @throws BenchError 'recipe.columnExists'
 */
export function addColumns(
  relation: Relation,
  added: readonly ColumnExpression[],
  behind?: string,
): Relation {
  if (added.length === 0) return relation;
  const taken = new Set(relation.columns.map(({ name }) => name));
  for (const { name } of added) {
    if (taken.has(name)) throw columnExists(name);
    taken.add(name);
  }
  const columns = added.map(({ name, kind, numbers }, i) => ({
    name,
    kind,
    numbers,
    id: `c${relation.nextId + i}`,
  }));
  const selected = added.map(({ sql }, i) => `(${sql}) AS c${relation.nextId + i}`);
  const at = behind === undefined ? -1 : relation.columns.findIndex(({ name }) => name === behind);
  const index = at < 0 ? relation.columns.length : at + 1;
  return {
    ...relation,
    from: `(SELECT *, ${selected.join(', ')} FROM ${relation.from})`,
    columns: [...relation.columns.slice(0, index), ...columns, ...relation.columns.slice(index)],
    nextId: relation.nextId + added.length,
  };
}

export function columnExists(name: string): BenchError {
  return new BenchError(
    'recipe.columnExists',
    l10n.t('There is a column "{0}" at this step already; expected a new name. Choose another one.', name),
    { details: { column: name } },
  );
}

/** Columns are only forgotten: DuckDB reads what is asked for. */
export function dropColumns(relation: Relation, names: readonly string[]): Relation {
  const dropped = new Set(names);
  return { ...relation, columns: relation.columns.filter(({ name }) => !dropped.has(name)) };
}

/** @param condition SQL; rows for which it is NULL are left out */
export function filterRows(relation: Relation, condition: string): Relation {
  return { ...relation, from: `(SELECT * FROM ${relation.from} WHERE ${condition})` };
}

/** The train rows: all that a fit may see. */
export function trainRows(relation: Relation): Relation {
  return filterRows(relation, `part = ${PART_CODES.train}`);
}

/** Hidden and live columns, for a SELECT that forgets all others. */
export function selectLive(relation: Relation): string {
  return [...hiddenColumns(relation), ...relation.columns.map(({ id }) => id)].join(', ');
}
