// Owns the contract of a quality check: what it is given, what it gives back, and the few ways all checks ask the
// table. A check counts in SQL and never holds a column in memory; lines of the file are looked up for all of them at
// once, in checkQuality.ts.
import * as l10n from '@vscode/l10n';
import type { Split, Target } from '../../shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';
import type { QualityFinding, Remedy } from '../../shared/schema/quality';
import { recipeStepSchema, type RecipeStepInput } from '../../shared/schema/recipeSteps';
import { isMissingNumberSql } from '../data/cells';
import type { Database, SqlValue } from '../data/database';
import { numberOf, textOf, type Relation } from '../data/relation';
import type { Workbench } from '../data/workbench';
import { splitColumnOf } from '../recipe/split';

/** So many rows of a finding are named; the count says how many there are. */
export const FIRST_ROWS = 10;

export interface Fences {
  readonly low: number;
  readonly high: number;
}

export interface NumberCells {
  readonly numbers: number;
  /** Cells that are no number, oddly written ones left out. */
  readonly words: number;
  /** Estimated. */
  readonly distinctNumbers: number;
  readonly distinctWords: number;
  readonly written: number;
  /** Undefined where half of the column is one value: then every other value would lie far out. */
  readonly fences: Fences | undefined;
  readonly below: number;
  readonly above: number;
  /** Adjusted Fisher-Pearson coefficient, as pandas' skew(), of what lies within the fences; NaN where there is none. */
  readonly skewness: number;
  /** The same of ln(1 + x); NaN where some x is -1 or less. */
  readonly logSkewness: number;
}

export interface PartedRows {
  /** A table of `rid` and `held`: whether the row is kept for validation or test. Rows without a target are left out. */
  readonly table: string;
  /** Rows kept for validation and test. */
  readonly held: number;
  readonly train: number;
}

export interface CheckContext {
  readonly profile: DatasetProfile;
  readonly target: Target | undefined;
  /** The one the experiment would use. */
  readonly split: Split;
  /** For dates that have not come yet: core has no clock. */
  readonly nowMs: number;
  readonly signal: AbortSignal | undefined;
  readonly database: Database;
  /** Its tables are dropped when the checks are done. */
  readonly workbench: Workbench;
  /** 1-based line of a source row. */
  readonly lineOf: (row: number) => Promise<number | undefined>;
  readonly query: (sql: string) => Promise<SqlValue[][]>;
  /** A table that has these columns, in the order they are named. */
  readonly relation: (names: readonly string[]) => Promise<Relation>;
  /** What the cells of a column are as numbers; asked by several checks, counted once. */
  readonly numbers: (column: ColumnProfile) => Promise<NumberCells>;
  /** The rows with their parts of the split. @throws BenchError of the areas split and target */
  readonly parted: () => Promise<PartedRows>;
}

/** A finding before its check's name and the lines of its rows are put to it. */
export interface FoundRow {
  /** 0-based data row. */
  readonly row: number;
  readonly column?: string;
  readonly text?: string;
}
export type Found = Omit<QualityFinding, 'check' | 'rows'> & { readonly rows: readonly FoundRow[] };

/** A check that could not be made: why. */
export interface NotMade {
  readonly notMade: string;
}

export interface QualityCheck {
  readonly title: () => string;
  readonly run: (context: CheckContext) => Promise<readonly Found[] | NotMade>;
}

/** Shares and seed of a split, for another one in its place. */
export function sharesOf(split: Split): { validation?: number; test?: number; seed?: number } {
  return {
    ...('validation' in split ? { validation: split.validation } : {}),
    ...('test' in split ? { test: split.test } : {}),
    ...('seed' in split ? { seed: split.seed } : {}),
  };
}

/** Columns a model would see: all but the target and the column that says the split. */
export function featureColumns({ profile, target, split }: CheckContext): readonly ColumnProfile[] {
  const by = splitColumnOf(split);
  const other = by?.says === 'part' ? by.name : undefined;
  return profile.columns.filter(({ name }) => name !== target?.column && name !== other);
}

export function targetColumn({ profile, target }: CheckContext): ColumnProfile | undefined {
  return profile.columns.find(({ name }) => name === target?.column);
}

export function needsTarget(): NotMade {
  return { notMade: l10n.t('It needs to know what is predicted. Choose a target.') };
}

/** One column as a table with `rid`, `t` (trimmed text or NULL) and `n` (finite number or NULL). */
export async function cellsOf(context: CheckContext, name: string): Promise<string> {
  const relation = await context.relation([name]);
  const [column] = relation.columns;
  if (column === undefined) throw new RangeError(name);
  return `(SELECT rid, ${textOf(column)} AS t, ${numberOf(column)} AS n FROM ${relation.from})`;
}

/** Over `cellsOf`: a cell with a value that is no number and no word for "no number". */
export const IS_STRAY_SQL = `(t IS NOT NULL AND n IS NULL AND NOT ${isMissingNumberSql('t')})`;

/** The first cells of a column for which a condition over `rid`, `t` and `n` holds. */
export async function firstCells(
  context: CheckContext,
  name: string,
  condition: string,
): Promise<FoundRow[]> {
  // Rows come in the order of the file, so this ends as soon as enough are found.
  const found = await context.query(
    `SELECT rid, t FROM ${await cellsOf(context, name)} WHERE ${condition} LIMIT ${FIRST_ROWS}`,
  );
  return found.map(([rid, text]) => ({
    row: Number(rid),
    column: name,
    ...(typeof text === 'string' ? { text: shortText(text) } : {}),
  }));
}

/** Whether a column of numbers seems to have whole ones only: quartiles of such lie at quarters between two of them. */
export function seemsWhole({ numeric }: ColumnProfile): boolean {
  if (numeric === undefined) return false;
  return [numeric.min, numeric.max, ...numeric.quartiles.map((quartile) => 4 * quartile)].every(
    Number.isInteger,
  );
}

const MAX_TEXT = 80;
/** A cell as it is shown in a message. */
export function shortText(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}

/** One decimal; never 0 or 100 where it is not all or nothing. */
export function percent(share: number): string {
  const text = String(Math.round(share * 1000) / 10);
  if (share > 0 && text === '0') return '<0.1 %';
  if (share < 1 && text === '100') return '>99.9 %';
  return `${text} %`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function numberAt(row: readonly SqlValue[] | undefined, index: number): number {
  const value = row?.[index];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

/** @param at start: it repairs what the file says. end: it prepares what the recipe has made of it */
export function stepsRemedy(label: string, at: 'start' | 'end', ...steps: RecipeStepInput[]): Remedy {
  return { kind: 'steps', label, at, steps: steps.map((step) => recipeStepSchema.parse(step)) };
}

/** What is done about a column that should not be learnt from. */
export function leaveOut(column: string): Remedy[] {
  return [
    stepsRemedy(l10n.t('Drop column "{0}"', column), 'end', { step: 'dropColumns', columns: [column] }),
    { kind: 'ignoreFeature', label: l10n.t('Keep column "{0}", but do not learn from it', column), column },
  ];
}
