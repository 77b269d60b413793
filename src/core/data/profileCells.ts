// Owns the column that a profile looks at: its cells as text, number and missing, in SQL that tests cheaply before it tests
// in full, and what is counted of them.
import type { ColumnProfile, DataIssue } from '../../shared/schema/profile';
import {
  cellColumn,
  isMissingNumberSql,
  isMissingSql,
  numberSql,
  trimmedSql,
  type CellSyntax,
} from './cells';
import { sqlText, type Database, type QueryOptions, type SqlValue } from './database';
import { MISSING_NUMBER_TEXTS, MISSING_TEXTS } from './missing';
import { isTrimmedSql } from './relation';

export type LineOf = (row: number, options?: QueryOptions) => Promise<number | undefined>;

export interface ColumnRef {
  readonly name: string;
  readonly index: number;
  readonly rows: number;
  readonly cells: CellSyntax;
}

export interface ColumnContext {
  readonly database: Database;
  /** The table for the column at hand. */
  readonly scratch: string;
  readonly lineOf: LineOf;
  readonly signal: AbortSignal | undefined;
}

/** The column at hand. Each FROM clause gives t (trimmed text), miss and n (number). */
export interface ColumnCells extends ColumnRef {
  /** Every cell, with `rowid`. */
  readonly from: string;
  /** Too many rows to bring out of the database. */
  readonly isLarge?: boolean;
  /** Every text once with k, how many cells have it; undefined where there are too many of them. */
  readonly counted?: string | undefined;
}

export interface Profiled {
  readonly profile: ColumnProfile;
  readonly issues: DataIssue[];
}

export interface TextFacts {
  /** Of the shortest text. */
  readonly minLength: number;
  /** Texts that are numbers with separators, currency or %. */
  readonly written: number;
}

export const MAX_EXAMPLE_LENGTH = 200;

/** Parsed once: a handful of queries follow on it. */
export async function parseColumn(
  column: ColumnRef,
  rows: string,
  { database, scratch, signal }: ColumnContext,
): Promise<ColumnCells> {
  const { index, cells } = column;
  const text = textSql(cellColumn(index));
  await database.rows(
    `CREATE OR REPLACE TABLE ${scratch} AS
     SELECT t, ${missingSql(cells)} AS miss, ${presentNumberSql(cells)} AS n FROM (SELECT ${text} AS t FROM ${rows})`,
    { signal },
  );
  return { ...column, from: scratch };
}

/** As trimmedSql. Hardly a cell has space around it, which is told faster than it is trimmed. */
export function textSql(id: string): string {
  return `CASE WHEN ${isTrimmedSql(id)} THEN ${id} ELSE ${trimmedSql(id)} END`;
}

/** What is longer than all of the words is none of them. */
function missingSql(cells: CellSyntax): string {
  const longest = longestOf([...MISSING_TEXTS, ...cells.missing]);
  return ifSql(`strlen(t) <= ${longest}`, isMissingSql('t', cells));
}

function longestOf(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => Buffer.byteLength(text)));
}

/** A costly condition where a cheap one holds: DuckDB would take both sides of an AND for every row. */
export function ifSql(cheap: string, costly: string): string {
  return `CASE WHEN ${cheap} THEN ${costly} ELSE false END`;
}

export const IS_MISSING_NUMBER = ifSql(
  `strlen(t) <= ${longestOf(MISSING_NUMBER_TEXTS)}`,
  isMissingNumberSql('t'),
);

/** A number starts with a digit, a sign or a point: all that comes before ':'. */
export function cellNumberSql({ numbers }: CellSyntax): string {
  return `CASE WHEN t < ':' THEN ${numberSql('t', numbers)} END`;
}

function presentNumberSql(cells: CellSyntax): string {
  const number = cellNumberSql(cells);
  // A number may be one of the user's own words for "no value": -999.
  return cells.missing.length === 0 ? number : `CASE WHEN NOT miss THEN ${number} END`;
}

// 1.234,5 and 1,234.5 and 0,5 and $3 and 4 % and 12€; what a plain number would be has n.
const WRITTEN_NUMBER = "[-+]?[$€£¥]? ?[-+]?(\\d{1,3}([.,'\u00a0]\\d{3})+|\\d+)([.,]\\d+)?[ \u00a0]?[%$€£¥]?";

// What starts with a letter is none, which is told before the pattern is tried.
export const IS_WRITTEN_NUMBER = ifSql(
  `n IS NULL AND (t < ':' OR t > '~')`,
  `NOT miss AND regexp_full_match(t, ${sqlText(WRITTEN_NUMBER)})`,
);

export function toNumber(value: SqlValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}
