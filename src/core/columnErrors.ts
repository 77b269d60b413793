// Owns what is said when a CSV does not have the columns it should: always with the file, and the nearest name.
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../shared/didYouMean';
import { BenchError, type ErrorCode } from '../shared/errors';

const SHOWN_COLUMNS = 12;

export function unknownColumn(
  code: ErrorCode,
  column: string,
  { path, columns }: { readonly path: string; readonly columns: readonly string[] },
): BenchError {
  const near = didYouMean(column, columns);
  const message =
    near === undefined
      ? l10n.t('{0} has no column "{1}". It has: {2}.', path, column, listOf(columns))
      : l10n.t('{0} has no column "{1}". Did you mean "{2}"?', path, column, near);
  return new BenchError(code, message, {
    details: { column, ...(near === undefined ? {} : { didYouMean: near }) },
  });
}

/** Training needs a target and something to predict it from. */
export function oneColumn(column: string, path: string): BenchError {
  return new BenchError(
    'data.oneColumn',
    l10n.t(
      '{0} has one column, "{1}"; expected a target and at least one feature. Is the delimiter unusual?',
      path,
      column.slice(0, 80),
    ),
    { details: { path } },
  );
}

function listOf(columns: readonly string[]): string {
  const shown = columns.slice(0, SHOWN_COLUMNS).map((name) => `"${name}"`);
  return columns.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
