// Owns the lines of the file beside the source rows that a report names.
import type { RunReport } from '../../shared/schema/report';

/** @param rows ascending, each once @returns 1-based lines, in their order; shorter where there are no lines */
export type LinesOf = (rows: readonly number[]) => Promise<readonly number[]>;

type Named = Pick<RunReport, 'worstRows' | 'labelNoise'>;

/** The same without lines when they cannot be told: a file may have gone since. */
export async function withLines<T extends Named>(report: T, linesOf: LinesOf | undefined): Promise<T> {
  const { worstRows, labelNoise } = report;
  const named = [...(worstRows?.rows ?? []), ...(labelNoise?.rows ?? [])];
  const rows = [...new Set(named.map(({ sourceRow }) => sourceRow))]
    .filter((row) => row >= 0)
    .sort((a, b) => a - b);
  if (linesOf === undefined || rows.length === 0) return report;
  const lines = await linesOf(rows).catch(() => []);
  const lineOf = new Map(rows.map((row, i) => [row, lines[i]]));
  const beside = <R extends { readonly sourceRow: number }>(row: R): R & { line?: number } => {
    const line = lineOf.get(row.sourceRow);
    return line === undefined ? row : { ...row, line };
  };
  return {
    ...report,
    ...(worstRows === undefined ? {} : { worstRows: { ...worstRows, rows: worstRows.rows.map(beside) } }),
    ...(labelNoise === undefined ? {} : { labelNoise: { ...labelNoise, rows: labelNoise.rows.map(beside) } }),
  };
}
