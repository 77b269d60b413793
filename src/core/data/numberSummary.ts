// Owns the figures of a column of numbers: mean, sd, quartiles and histogram, in SQL or over values that were counted.
import type { ColumnProfile } from '../../shared/schema/profile';
import type { ColumnFacts } from './columnType';
import type { Database, QueryOptions } from './database';
import { toNumber, type ColumnCells } from './profileCells';
import { doubleSql } from './scalarSql';

export type NumericSummary = Pick<ColumnProfile, 'numeric' | 'histogram'>;

/**
 * A power of two (exact) that brings the largest value near 1 where squares or sums would overflow, which ends
 * DuckDB's query, or vanish; else 1.
 */
function safeScale({ min, max }: Pick<ColumnFacts, 'min' | 'max'>): number {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest === 0 || (largest > 1e-150 && largest < 1e150)) return 1;
  return 2 ** Math.min(1000, -Math.floor(Math.log2(largest)));
}

/** More values than these are not brought out of the database. */
export const MAX_COUNTED = 500_000;

/** Of a column whose few values are counted. */
export async function summariseCounted(
  counted: string,
  facts: ColumnFacts,
  database: Database,
  options: QueryOptions,
): Promise<NumericSummary> {
  const values = new Float64Array(facts.distinct);
  const counts = new Float64Array(facts.distinct);
  let found = 0;
  await database.stream(
    `SELECT n, sum(k)::DOUBLE FROM ${counted} WHERE n IS NOT NULL GROUP BY n ORDER BY n`,
    (chunk) => {
      const cells = chunk.getColumnValues(1);
      for (const [row, value] of chunk.getColumnValues(0).entries()) {
        values[found] = toNumber(value);
        counts[found++] = toNumber(cells[row]);
      }
    },
    options,
  );
  if (found === 0) return {};
  const isWhole = facts.integers === facts.numbers;
  return summariseValues(values.subarray(0, found), counts.subarray(0, found), {
    isWhole,
    scale: safeScale(facts),
  });
}

/** sd has ddof=1; quartiles interpolate linearly, as numpy.percentile; sums are compensated (Kahan). */
export async function summariseNumbers(
  { from }: Pick<ColumnCells, 'from'>,
  facts: Pick<ColumnFacts, 'min' | 'max' | 'numbers' | 'integers'>,
  database: Database,
  options: QueryOptions,
): Promise<NumericSummary> {
  if (facts.numbers === 0) return {};
  const { min, max, numbers, integers } = facts;
  const scale = safeScale(facts);
  const [row = []] = await database.rows(
    `SELECT mean, sd, q[1], q[2], q[3] FROM (
       SELECT favg(n) AS mean, stddev_samp(n) AS sd, quantile_cont(n, [0.25, 0.5, 0.75]) AS q
       FROM (SELECT n * ${scale}::DOUBLE AS n FROM ${from} WHERE n IS NOT NULL))`,
    options,
  );
  const at = (index: number): number => toNumber(row[index]) / scale;
  const edges = histogramEdges(min, max, numbers, integers === numbers);
  return {
    numeric: {
      min,
      max,
      mean: at(0),
      sd: numbers > 1 ? at(1) : NaN,
      quartiles: [at(2), at(3), at(4)],
    },
    ...(edges === undefined ? {} : { histogram: await histogramOf(from, edges, database, options) }),
  };
}

const MAX_BINS = 40;

/**
 * Equal bins: one per whole number when these are few (centred on it), else about the square root of the count,
 * 5 to 40. Undefined when the range is not finite.
 */
function histogramEdges(min: number, max: number, count: number, isWhole: boolean): number[] | undefined {
  if (!Number.isFinite((max - min) * MAX_BINS)) return undefined;
  if (isWhole && max - min < MAX_BINS) {
    return Array.from({ length: max - min + 2 }, (_, i) => min - 0.5 + i);
  }
  if (min === max) return [min - 0.5, max + 0.5];
  const bins = Math.min(MAX_BINS, Math.max(5, Math.ceil(Math.sqrt(count))));
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) * i) / bins));
}

/**
 * Bin i holds edges[i] <= x < edges[i + 1]; the last one holds its upper edge too, as numpy.histogram. Dividing rounds, so
 * its bin is held against the very edges, which are computed here as in histogramEdges.
 */
async function histogramOf(
  from: string,
  edges: number[],
  database: Database,
  options: QueryOptions,
): Promise<{ edges: number[]; counts: number[] }> {
  const bins = edges.length - 1;
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  const edge = (bin: string): string =>
    `${doubleSql(first)} + (${doubleSql(last - first)} * (${bin})) / ${bins}`;
  const found = await database.rows(
    `SELECT CASE WHEN near > 0 AND n < ${edge('near')} THEN near - 1
         WHEN near < ${bins - 1} AND n >= ${edge('near + 1')} THEN near + 1 ELSE near END AS bin, count(*)
     FROM (SELECT n, greatest(0, least(${bins - 1},
         floor((n - ${doubleSql(first)}) / ${doubleSql(last - first)} * ${bins})))::INTEGER AS near
       FROM ${from} WHERE n IS NOT NULL) GROUP BY bin`,
    options,
  );
  const counts = new Array<number>(bins).fill(0);
  for (const [bin, count] of found) counts[toNumber(bin)] = toNumber(count);
  return { edges, counts };
}

/** As histogramOf. */
function binOf(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  const [first = 0, last = 0] = [edges[0], edges[bins]];
  const near = Math.min(bins - 1, Math.max(0, Math.floor(((value - first) / (last - first)) * bins)));
  if (near > 0 && value < (edges[near] ?? 0)) return near - 1;
  return near < bins - 1 && value >= (edges[near + 1] ?? 0) ? near + 1 : near;
}

interface ValuesShape {
  readonly isWhole: boolean;
  /** A power of two that keeps squares in range. */
  readonly scale: number;
}

/** @param sorted ascending @param cells how many cells have each value */
export function summariseValues(
  sorted: Float64Array,
  cells: Float64Array,
  { isWhole, scale }: ValuesShape,
): NumericSummary {
  const count = cells.reduce((sum, each) => sum + each, 0);
  const [min, max] = [sorted[0] ?? NaN, sorted[sorted.length - 1] ?? NaN];
  let mean = 0;
  for (const [i, value] of sorted.entries()) mean += value * scale * ((cells[i] ?? 0) / count);
  let squares = 0;
  for (const [i, value] of sorted.entries()) squares += (value * scale - mean) ** 2 * (cells[i] ?? 0);
  const valueAt = (rank: number): number => {
    let before = 0;
    return sorted[cells.findIndex((each) => (before += each) > rank)] ?? NaN;
  };
  const quantile = (share: number): number => {
    const at = (count - 1) * share;
    const low = valueAt(Math.floor(at));
    return low + (valueAt(Math.ceil(at)) - low) * (at - Math.floor(at));
  };
  const edges = histogramEdges(min, max, count, isWhole);
  const summary = {
    numeric: {
      min,
      max,
      mean: mean / scale,
      sd: count > 1 ? Math.sqrt(squares / (count - 1)) / scale : NaN,
      quartiles: [quantile(0.25), quantile(0.5), quantile(0.75)] as [number, number, number],
    },
  };
  if (edges === undefined) return summary;
  const bins = edges.length - 1;
  const inBins = new Array<number>(bins).fill(0);
  for (const [i, value] of sorted.entries()) {
    const bin = binOf(value, edges);
    inBins[bin] = (inBins[bin] ?? 0) + (cells[i] ?? 0);
  }
  return { ...summary, histogram: { edges, counts: inBins } };
}
