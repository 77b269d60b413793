// Owns mapping numbers to their rank among the train rows, uniform or normal, as scikit-learn's QuantileTransformer with
// subsample=None: ranks between quantiles are interpolated, and a repeated quantile has the middle of its ranks.
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { columnsOf, type Relation } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { asNumbers, changeSlices, forManyQueries, slicesOf, type ChangeSlice } from './changeColumns';
import { normalQuantileSql, withPlaces } from './numberSql';
import { noteNotNumbersApplied } from './notNumbers';
import { evenShares, quantilesOf, rangesOf } from './statisticsSql';
import type { ApplyContext, StepContext } from './step';

/** Numbers this close to the smallest or largest have the rank 0 or 1 for normal output. @see BOUNDS_THRESHOLD */
const NEAR_THE_END = 1e-7;
/** Where normal output is cut off: norm.ppf(1e-7 - spacing(1)) and norm.ppf(1 - (1e-7 - spacing(1))), scipy 1.17.1. */
const NORMAL_LOW = -5.199337582605575;
const NORMAL_HIGH = 5.19933758270342;
/** Ten halvings a column are ten expressions. */
const COLUMNS_PER_QUERY = 8;

export async function fitQuantiles(
  step: StepOf<'quantileTransform'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['quantileTransform']> {
  const columns = columnsOf(train, step.columns);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  // Rows with a missing value count here too, as in scikit-learn.
  const [row] = await context.database.rows(`SELECT count(*) FROM ${rows.from}`, { signal: context.signal });
  const count = Math.max(1, Math.min(step.quantiles, Number(row?.[0] ?? 0)));
  const shares = evenShares(count, 'share');
  const found = await quantilesOf(rows, columns, ranges, shares, context);
  return columns.flatMap(({ name }, i) => {
    const quantiles = found[i] ?? [];
    return quantiles.length === 0 ? [] : [{ column: name, quantiles }];
  });
}

/** A stretch between two different quantiles. */
interface Knots {
  /** Different quantiles, ascending. */
  readonly at: readonly number[];
  /** Rank of a number that is the quantile. */
  readonly middle: readonly number[];
  /** Rank just above the quantile, and what a step of 1 adds to it. */
  readonly above: readonly number[];
  readonly slope: readonly number[];
}

export function knotsOf(quantiles: readonly number[]): Knots {
  const last = Math.max(1, quantiles.length - 1);
  const knots: { at: number; first: number; last: number }[] = [];
  for (const [i, at] of quantiles.entries()) {
    const knot = knots.at(-1);
    if (knot?.at === at) knot.last = i / last;
    else knots.push({ at, first: i / last, last: i / last });
  }
  const middle = knots.map((knot) => (knot.first + knot.last) / 2);
  // The ends are 0 and 1 even where they repeat; of a single value, 0.
  if (middle.length > 0) middle[middle.length - 1] = 1;
  if (middle.length > 0) middle[0] = 0;
  return {
    at: knots.map(({ at }) => at),
    middle,
    above: knots.map((knot, i) => (i === knots.length - 1 ? 1 : knot.last)),
    slope: knots.map((knot, i) => {
      const next = knots[i + 1];
      if (next === undefined) return 0;
      // Neighbours among the smallest doubles are closer than any slope can say.
      return Math.min(Number.MAX_VALUE, (next.first - knot.last) / (next.at - knot.at));
    }),
  };
}

export async function applyQuantiles(
  step: StepOf<'quantileTransform'>,
  state: FittedStates['quantileTransform'],
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const columns = columnsOf(input, step.columns);
  await noteNotNumbersApplied(input, columns, context);
  const numbers = await asNumbers(input, step.columns, context);
  const quantilesOfColumn = new Map(state.map(({ column, quantiles }) => [column, quantiles]));
  const ranked: RankedColumn[] = [];
  for (const { name, id } of columnsOf(numbers, step.columns)) {
    const knots = knotsOf(quantilesOfColumn.get(name) ?? []);
    const list = (values: readonly number[]): Promise<string> =>
      context.workbench.list(values, { signal: context.signal });
    ranked.push({
      name,
      id,
      knots,
      lists: {
        at: await list(knots.at),
        middle: await list(knots.middle),
        above: await list(knots.above),
        slope: await list(knots.slope),
      },
    });
  }
  return changeSlices(
    { ...numbers, nextId: numbers.nextId + 2 * COLUMNS_PER_QUERY },
    slicesOf(ranked, COLUMNS_PER_QUERY).map((slice) => rankSlice(slice, step.output, numbers.nextId)),
    context,
  );
}

interface RankedColumn {
  readonly name: string;
  readonly id: string;
  readonly knots: Knots;
  /** SQL of each. */
  readonly lists: Readonly<Record<keyof Knots, string>>;
}

/** Place, then rank, then output: each a subquery above the one before, so that nothing is computed twice. */
function rankSlice(
  columns: readonly RankedColumn[],
  output: 'uniform' | 'normal',
  nextId: number,
): ChangeSlice {
  const placed = columns.map((column, i) => ({
    ...column,
    place: `c${nextId + 2 * i}`,
    rank: `c${nextId + 2 * i + 1}`,
  }));
  const ranks = placed.map(
    ({ id, knots, place, rank, lists }) => `${rankSql(id, place, { knots, lists }, output)} AS ${rank}`,
  );
  return {
    from: (rows) => {
      const from = withPlaces(
        rows,
        placed.map(({ id, knots, lists, place }) => ({ x: id, sorted: knots.at, list: lists.at, as: place })),
      );
      return `(SELECT *, ${ranks.join(', ')} FROM ${from})`;
    },
    changes: placed.map(({ name, rank }) => ({
      name,
      kind: 'number',
      sql: output === 'uniform' ? rank : normalSql(rank),
    })),
  };
}

/** @param place how many knots are not above x */
function rankSql(
  x: string,
  place: string,
  { knots, lists }: Pick<RankedColumn, 'knots' | 'lists'>,
  output: 'uniform' | 'normal',
): string {
  const at = `(${lists.at})[${place}]`;
  const interpolated = `(${lists.above})[${place}] + (${x} - ${at}) * (${lists.slope})[${place}]`;
  const inside = `CASE WHEN ${place} = 0 THEN 0e0 WHEN ${x} = ${at} THEN (${lists.middle})[${place}] ELSE ${interpolated} END`;
  const [low, high] = [knots.at[0] ?? 0, knots.at.at(-1) ?? 0];
  const ends =
    output === 'uniform'
      ? ''
      : `WHEN ${x} - ${doubleSql(NEAR_THE_END)} < ${doubleSql(low)} THEN 0e0
         WHEN ${x} + ${doubleSql(NEAR_THE_END)} > ${doubleSql(high)} THEN 1e0`;
  // A column of which nothing is known has no knots.
  return knots.at.length === 0
    ? 'NULL::DOUBLE'
    : `CASE WHEN ${x} IS NULL THEN NULL ${ends} ELSE ${inside} END`;
}

function normalSql(rank: string): string {
  const [low, high] = [doubleSql(NORMAL_LOW), doubleSql(NORMAL_HIGH)];
  return `CASE WHEN ${rank} IS NULL THEN NULL WHEN ${rank} <= 0e0 THEN ${low} WHEN ${rank} >= 1e0 THEN ${high}
    ELSE greatest(${low}, least(${high}, ${normalQuantileSql(rank)})) END`;
}
