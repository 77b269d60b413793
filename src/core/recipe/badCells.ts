// Owns what is said of cells that a model takes for numbers and that are none.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../shared/schema/profile';
import type { CsvSource } from '../data/csvSource';
import type { QueryOptions } from '../data/database';
import type { BadCells } from '../data/readRelation';

export async function badCellsIssue(
  column: string,
  { count, firstRow, firstText }: BadCells,
  source: CsvSource,
  options: QueryOptions = {},
): Promise<DataIssue> {
  const line = firstRow < 0 ? undefined : await source.lineOf(firstRow, { signal: options.signal });
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}"; expected a number. Cells like this: {3}; they count as missing.',
    column,
    line ?? '?',
    firstText,
    count,
  );
  const place = line === undefined ? {} : { line };
  return { severity: 'warning', code: 'data.notNumber', message, column, count, ...place };
}
