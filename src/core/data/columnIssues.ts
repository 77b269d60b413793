// Owns what a profile says is wrong with a column, with the line of the first such cell.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../shared/schema/profile';
import { isMissingNumberSql } from './cells';
import { isMostly, type ColumnFacts } from './columnType';
import type { Database, QueryOptions } from './database';
import {
  IS_WRITTEN_NUMBER,
  MAX_EXAMPLE_LENGTH,
  toNumber,
  type ColumnCells,
  type ColumnRef,
  type LineOf,
  type TextFacts,
} from './profileCells';

export function usualIssues(
  { name, rows }: ColumnRef,
  { distinct }: ColumnFacts,
  missing: number,
): DataIssue[] {
  if (missing === rows) {
    const message = l10n.t('Column "{0}" has no value in any row.', name);
    return [{ severity: 'warning', code: 'data.allMissing', message, column: name }];
  }
  if (distinct !== 1 || missing > 0) return [];
  const message = l10n.t('Column "{0}" has the same value in every row.', name);
  return [{ severity: 'info', code: 'data.constant', message, column: name }];
}

export async function badNumbers(
  column: ColumnCells,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const [row] = await database.rows(
    `SELECT min(rowid), arg_min(t, rowid), count(*) FROM ${column.from}
     WHERE NOT miss AND n IS NULL AND NOT ${isMissingNumberSql('t')}`,
    options,
  );
  if (row === undefined || toNumber(row[2]) === 0) return undefined;
  const line = await lineOf(toNumber(row[0]), options);
  const count = toNumber(row[2]);
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}"; expected a number. Cells like this: {3}; they count as missing.',
    column.name,
    line ?? '?',
    String(row[1]).slice(0, MAX_EXAMPLE_LENGTH),
    count,
  );
  return cellIssue('data.notNumber', message, column.name, line, count);
}

/** A column of numbers that are written so that they are read as text: it would be ignored, or one-hot, unseen. */
export async function writtenNumbers(
  column: ColumnCells,
  facts: ColumnFacts & TextFacts,
  database: Database,
  lineOf: LineOf,
  options: QueryOptions,
): Promise<DataIssue | undefined> {
  const count = facts.written;
  const present = facts.rows - facts.missing - facts.missingIfNumber;
  if (count === 0 || !isMostly(facts.numbers + count, present)) return undefined;
  const [row = []] = await database.rows(
    `SELECT min(rowid), arg_min(t, rowid) FROM ${column.from} WHERE ${IS_WRITTEN_NUMBER}`,
    options,
  );
  const line = await lineOf(toNumber(row[0]), options);
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}", which is read as text. Cells like this: {3}. Write numbers with a decimal point, without separators, currency or %.',
    column.name,
    line ?? '?',
    String(row[1]).slice(0, MAX_EXAMPLE_LENGTH),
    count,
  );
  return cellIssue('data.writtenNumber', message, column.name, line, count);
}

export function cellIssue(
  code: string,
  message: string,
  column: string,
  line: number | undefined,
  count: number,
): DataIssue {
  return { severity: 'warning', code, message, column, count, ...(line === undefined ? {} : { line }) };
}
