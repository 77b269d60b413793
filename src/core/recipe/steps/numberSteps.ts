// Owns the steps on numbers. Everything is fitted on train rows with scikit-learn's definitions (population sd, linear
// quantiles); a column with one value gets the divisor 1. What has no number in the train rows has none afterwards, and
// a result beyond the largest double is missing.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { columnOf, columnsOf, type Relation, type RelationColumn } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { isNegligible } from '../encoders/statistics';
import { asNumbers, changeColumns, changeSlices, forManyQueries, slicesOf } from './changeColumns';
import { noteNotNumbers, noteNotNumbersApplied } from './notNumbers';
import { FEW_PLACES, finiteSql, log1pSql, withPlaces } from './numberSql';
import { fitPower, powerSql } from './powerTransform';
import { applyQuantiles, fitQuantiles } from './quantileTransform';
import { evenShares, momentsOf, quantilesOf, rangesOf } from './statisticsSql';
import type { ApplyContext, StepContext, StepDefinition } from './step';

const sameColumns = (_step: unknown, columns: readonly string[]): readonly string[] => columns;

/** Every named column by an expression of its number; those that nothing is known of become missing. */
async function mapNumbers<S extends { readonly column: string }>(
  names: readonly string[],
  state: readonly S[],
  sqlOf: (id: string, known: S) => string,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  await noteNotNumbersApplied(input, columnsOf(input, names), context);
  const numbers = await asNumbers(input, names, context);
  const knownOf = new Map(state.map((known) => [known.column, known]));
  const changes = columnsOf(numbers, names).map(({ name, id }) => {
    const known = knownOf.get(name);
    return { name, kind: 'number' as const, sql: known === undefined ? 'NULL::DOUBLE' : sqlOf(id, known) };
  });
  return changeColumns(numbers, changes, context);
}

type Scales = FittedStates['standardise'];

function applyScales(
  names: readonly string[],
  scales: Scales,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  return mapNumbers(
    names,
    scales,
    (id, { offset, divisor }) => finiteSql(`((${id} - ${doubleSql(offset)}) / ${doubleSql(divisor)})`),
    input,
    context,
  );
}

/** Entries of the columns that have a number in the train rows. */
function fittedColumns<T>(
  columns: readonly RelationColumn[],
  fitted: (index: number) => T | undefined,
): (T & { column: string })[] {
  return columns.flatMap(({ name }, i) => {
    const state = fitted(i);
    return state === undefined ? [] : [{ column: name, ...state }];
  });
}

async function fitStandard(names: readonly string[], train: Relation, context: StepContext): Promise<Scales> {
  const columns = columnsOf(train, names);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const moments = await momentsOf(rows, columns, ranges, context);
  return fittedColumns(columns, (i) => {
    const count = ranges[i]?.count ?? 0;
    const { mean, sd } = moments[i] ?? { mean: NaN, sd: NaN };
    if (count === 0) return undefined;
    return { offset: mean, divisor: isNegligible(sd, mean, count) ? 1 : sd };
  });
}

/** @throws BenchError 'recipe.bounds' */
async function fitMinMax(
  { columns: names, low, high }: StepOf<'minMaxScale'>,
  train: Relation,
  context: StepContext,
): Promise<Scales> {
  if (!(high > low)) throw boundsError(low, high);
  const columns = columnsOf(train, names);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  return fittedColumns(columns, (i) => {
    const range = ranges[i];
    if (range === undefined || range.count === 0) return undefined;
    const divisor = nonZero(range.max - range.min) / (high - low);
    return { offset: finite(range.min - low * divisor), divisor: nonZero(divisor) };
  });
}

async function fitRobust(names: readonly string[], train: Relation, context: StepContext): Promise<Scales> {
  const columns = columnsOf(train, names);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const quartiles = await quantilesOf(rows, columns, ranges, [0.25, 0.5, 0.75], context);
  return fittedColumns(columns, (i) => {
    const [first, median, third] = quartiles[i] ?? [];
    if (first === undefined || median === undefined || third === undefined) return undefined;
    return { offset: median, divisor: nonZero(third - first) };
  });
}

/** A divisor: 1 for 0. */
function nonZero(value: number): number {
  return value === 0 || Number.isNaN(value) ? 1 : finite(value);
}

function finite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

function boundsError(low: number, high: number): BenchError {
  return new BenchError(
    'recipe.bounds',
    l10n.t('The bounds are {0} and {1}; expected the first below the second.', low, high),
  );
}

/** @throws BenchError 'recipe.bounds', 'recipe.shares' */
async function fitClip(
  { columns: names, unit, low, high }: StepOf<'clip'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['clip']> {
  if (low !== null && high !== null && low > high) throw boundsError(low, high);
  const columns = columnsOf(train, names);
  if (unit === 'value') {
    await noteNotNumbers(train, columns, context);
    return columns.map(({ name }) => ({ column: name, low, high }));
  }
  for (const share of [low, high]) {
    if (share === null || (share >= 0 && share <= 1)) continue;
    throw new BenchError(
      'recipe.shares',
      l10n.t(
        'The bound {0} is no share; expected 0 to 1. For a bound as it is, set the unit to "value".',
        share,
      ),
    );
  }
  const shares = [low, high].filter((share) => share !== null);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const quantiles = await quantilesOf(rows, columns, ranges, shares, context);
  return fittedColumns(columns, (i) => {
    const found = [...(quantiles[i] ?? [])];
    if (found.length < shares.length || ranges[i]?.count === 0) return undefined;
    return { low: low === null ? null : (found.shift() ?? null), high: found.shift() ?? null };
  });
}

function clipSql(x: string, { low, high }: FittedStates['clip'][number]): string {
  const bounds = [
    low === null ? '' : `WHEN ${x} < ${doubleSql(low)} THEN ${doubleSql(low)}`,
    high === null ? '' : `WHEN ${x} > ${doubleSql(high)} THEN ${doubleSql(high)}`,
  ];
  return low === null && high === null ? x : `CASE ${bounds.join(' ')} ELSE ${x} END`;
}

/** Edges closer than this are one, as in KBinsDiscretizer; of a column within less than 1, this share of its range. */
const EQUAL_EDGES = 1e-8;

/** @throws BenchError 'recipe.edges' */
async function fitBins(
  step: StepOf<'bin'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['bin']> {
  const columns = columnsOf(train, step.columns);
  if (step.strategy === 'edges') {
    if (
      step.edges.length === 0 ||
      step.edges.some((edge, i) => i > 0 && edge <= (step.edges[i - 1] ?? edge))
    ) {
      throw new BenchError(
        'recipe.edges',
        l10n.t(
          'The edges are [{0}]; expected one or more, each above the one before.',
          step.edges.join(', '),
        ),
      );
    }
    await noteNotNumbers(train, columns, context);
    return columns.map(({ name }) => ({ column: name, edges: [...step.edges] }));
  }
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const shares = evenShares(step.bins + 1, 'percent');
  const quantiles =
    step.strategy === 'quantile' ? await quantilesOf(rows, columns, ranges, shares, context) : [];
  return fittedColumns(columns, (i) => {
    const { count, min, max } = ranges[i] ?? { count: 0, min: NaN, max: NaN };
    if (count === 0) return undefined;
    if (min === max) return { edges: [] };
    if (step.strategy === 'uniform') return { edges: evenEdges(min, max, step.bins).slice(1, -1) };
    const closest = EQUAL_EDGES * Math.min(1, max - min);
    const all = quantiles[i] ?? [];
    return {
      edges: all.filter((edge, at) => at === 0 || edge - (all[at - 1] ?? edge) > closest).slice(1, -1),
    };
  });
}

/** @see numpy.linspace */
function evenEdges(min: number, max: number, bins: number): number[] {
  const width = (max - min) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => {
    if (i === bins) return max;
    return Number.isFinite(width) ? min + i * width : min * (1 - i / bins) + max * (i / bins);
  });
}

async function applyBins(
  step: StepOf<'bin'>,
  state: FittedStates['bin'],
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  await noteNotNumbersApplied(input, columnsOf(input, step.columns), context);
  const numbers = await asNumbers(input, step.columns, context);
  const binned = [];
  for (const [i, { column, edges }] of state.entries()) {
    const { id } = columnOf(numbers, column);
    const as = `c${numbers.nextId + i}`;
    const list =
      edges.length > FEW_PLACES ? await context.workbench.list(edges, { signal: context.signal }) : '[]';
    const sql = `CASE WHEN ${id} IS NOT NULL THEN ${as}::DOUBLE END`;
    const change = { name: column, kind: 'number' as const, sql };
    binned.push({ places: { x: id, sorted: edges, list, as }, change });
  }
  const known = new Set(state.map(({ column }) => column));
  const missing = columnsOf(numbers, step.columns)
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => ({ name, kind: 'number' as const, sql: 'NULL::DOUBLE' }));
  const slices = slicesOf(binned).map((slice) => ({
    from: (rows: string) =>
      withPlaces(
        rows,
        slice.map(({ places }) => places),
      ),
    changes: slice.map(({ change }) => change),
  }));
  const relation = await changeSlices(
    { ...numbers, nextId: numbers.nextId + binned.length },
    slices,
    context,
  );
  return changeColumns(relation, missing, context);
}

async function applyLog(
  { columns: names }: StepOf<'logTransform'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const columns = columnsOf(input, names);
  const state = columns.map(({ name }) => ({ column: name }));
  await noteNotNumbers(input, columns, context);
  const sqlOf = (id: string): string => `CASE WHEN ${id} > -1e0 THEN ${log1pSql(id)} END`;
  const numbers = await asNumbers(input, names, context);
  await noteBelow(numbers, names, context);
  return mapNumbers(names, state, sqlOf, numbers, context);
}

/** Numbers that have no logarithm. */
async function noteBelow(numbers: Relation, names: readonly string[], context: StepContext): Promise<void> {
  for (const slice of slicesOf(columnsOf(numbers, names))) {
    const selected = slice.map(({ id }) => `count(*) FILTER (WHERE ${id} <= -1e0)`);
    const [row = []] = await context.database.rows(`SELECT ${selected.join(', ')} FROM ${numbers.from}`, {
      signal: context.signal,
    });
    for (const [i, { name }] of slice.entries()) {
      const count = Number(row[i] ?? 0);
      if (count === 0) continue;
      const message = l10n.t(
        'Column "{0}" has numbers of -1 or less, which have no ln(1 + x): {1}; they become missing.',
        name,
        count,
      );
      context.note({ severity: 'warning', code: 'recipe.noLogarithm', message, column: name, count });
    }
  }
}

export const numberSteps = {
  clip: {
    kind: 'fitted',
    columns: sameColumns,
    fit: fitClip,
    // Nothing known is no bound.
    apply: (step, state, input, context) => {
      const known = new Map(state.map((bounds) => [bounds.column, bounds]));
      const bounds = step.columns.map((column) => known.get(column) ?? { column, low: null, high: null });
      return mapNumbers(step.columns, bounds, clipSql, input, context);
    },
  },
  standardise: {
    kind: 'fitted',
    columns: sameColumns,
    fit: (step, train, context) => fitStandard(step.columns, train, context),
    apply: (step, state, input, context) => applyScales(step.columns, state, input, context),
  },
  minMaxScale: {
    kind: 'fitted',
    columns: sameColumns,
    fit: fitMinMax,
    apply: (step, state, input, context) => applyScales(step.columns, state, input, context),
  },
  robustScale: {
    kind: 'fitted',
    columns: sameColumns,
    fit: (step, train, context) => fitRobust(step.columns, train, context),
    apply: (step, state, input, context) => applyScales(step.columns, state, input, context),
  },
  logTransform: { kind: 'plain', columns: sameColumns, apply: applyLog },
  powerTransform: {
    kind: 'fitted',
    columns: sameColumns,
    fit: fitPower,
    apply: async (step, state, input, context) => {
      const lambdas = state.map(({ column, lambda }) => ({ column, lambda }));
      const sqlOf = (id: string, { lambda }: { readonly lambda: number }): string =>
        powerSql(step.method, lambda, id);
      const powers = await mapNumbers(step.columns, lambdas, sqlOf, input, context);
      return applyScales(step.columns, state, powers, context);
    },
  },
  quantileTransform: { kind: 'fitted', columns: sameColumns, fit: fitQuantiles, apply: applyQuantiles },
  bin: { kind: 'fitted', columns: sameColumns, fit: fitBins, apply: applyBins },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
