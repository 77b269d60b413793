// Owns the power transforms of Box and Cox and of Yeo and Johnson: lambda by maximum likelihood over the train rows,
// found as scipy finds it. The numbers of one column at a time lie in memory; applying is SQL.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../../shared/abort';
import { BenchError } from '../../../shared/errors';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { columnsOf, type Relation } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { isNegligible, meanOf, populationSd, presentOf } from '../encoders/statistics';
import { forManyQueries } from './changeColumns';
import { minimise, minimiseBounded, type Objective } from './minimise';
import { expm1Sql, log1pSql } from './numberSql';
import { rangesOf } from './statisticsSql';
import type { StepContext } from './step';

type PowerMethod = StepOf<'powerTransform'>['method'];

/** Numbers between two looks at the signal. */
const CHUNK = 1_000_000;

/** @throws BenchError 'recipe.boxCox' */
export async function fitPower(
  step: StepOf<'powerTransform'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['powerTransform']> {
  const columns = columnsOf(train, step.columns);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const fitted: FittedStates['powerTransform'] = [];
  for (const [i, column] of columns.entries()) {
    const range = ranges[i];
    if (range === undefined || range.count === 0) continue;
    if (step.method === 'boxCox' && range.min <= 0) throw notPositive(column.name, range.min);
    const read = await context.workbench.readNumbers(rows, column, { signal: context.signal });
    const values = presentOf(read);
    const lambda = await bestLambda(step.method, values, context.signal);
    fitted.push({ column: column.name, lambda, ...scaleAfter(step, lambda, values) });
  }
  return fitted;
}

function notPositive(column: string, least: number): BenchError {
  return new BenchError(
    'recipe.boxCox',
    l10n.t(
      'Box-Cox needs numbers above 0, but column "{0}" has {1} among its train rows. Use Yeo-Johnson, or leave the column out.',
      column,
      least,
    ),
    { details: { column } },
  );
}

function scaleAfter(
  step: StepOf<'powerTransform'>,
  lambda: number,
  values: Float64Array,
): { readonly offset: number; readonly divisor: number } {
  if (!step.standardise) return { offset: 0, divisor: 1 };
  const transformed = values.map((value) => power(step.method, lambda, value));
  const mean = meanOf(transformed);
  const sd = populationSd(transformed, mean);
  if (!Number.isFinite(mean)) return { offset: 0, divisor: 1 };
  return { offset: mean, divisor: isNegligible(sd, mean, values.length) || !Number.isFinite(sd) ? 1 : sd };
}

/** May overflow. */
export function power(method: PowerMethod, lambda: number, x: number): number {
  if (method === 'boxCox') return powerOfLog(lambda, Math.log(x));
  return x >= 0 ? powerOfLog(lambda, Math.log1p(x)) : -powerOfLog(2 - lambda, Math.log1p(-x));
}

/** (y^lambda - 1) / lambda of ln y. */
function powerOfLog(lambda: number, log: number): number {
  return Math.abs(lambda) < Number.EPSILON ? log : Math.expm1(lambda * log) / lambda;
}

/** The number that gives y; NaN when none does. */
export function inversePower(method: PowerMethod, lambda: number, y: number): number {
  if (method === 'boxCox') return Math.exp(logOfPower(lambda, y));
  return y >= 0 ? Math.expm1(logOfPower(lambda, y)) : -Math.expm1(logOfPower(2 - lambda, -y));
}

function logOfPower(lambda: number, y: number): number {
  return Math.abs(lambda) < Number.EPSILON ? y : Math.log1p(lambda * y) / lambda;
}

/** SQL. @param x an identifier of a DOUBLE; NULL where the transform has no value */
export function powerSql(method: PowerMethod, lambda: number, x: string): string {
  const ofLog = (exponent: number, log: string): string =>
    Math.abs(exponent) < Number.EPSILON
      ? log
      : `(${expm1Sql(`(${doubleSql(exponent)} * (${log}))`)}) / ${doubleSql(exponent)}`;
  if (method === 'boxCox') return `CASE WHEN ${x} > 0e0 THEN ${ofLog(lambda, `ln(${x})`)} END`;
  const negative = `-(${ofLog(2 - lambda, log1pSql(`(-${x})`))})`;
  return `CASE WHEN ${x} >= 0e0 THEN ${ofLog(lambda, log1pSql(x))} WHEN ${x} < 0e0 THEN ${negative} END`;
}

/** 1, which changes nothing, for a column with one value. */
export async function bestLambda(
  method: PowerMethod,
  values: Float64Array,
  signal: AbortSignal | undefined,
): Promise<number> {
  const mean = meanOf(values);
  if (isNegligible(populationSd(values, mean), mean, values.length)) return 1;
  const lambda =
    method === 'boxCox' ? await boxCoxLambda(values, signal) : await yeoJohnsonLambda(values, signal);
  return Number.isFinite(lambda) ? lambda : 1;
}

async function boxCoxLambda(values: Float64Array, signal: AbortSignal | undefined): Promise<number> {
  const logs = values.map(Math.log);
  const sumOfLogs = sumOf(logs);
  const logVariance = logVarianceOfPowers(logs, signal);
  const objective: Objective = async (lambda) =>
    -((lambda - 1) * sumOfLogs - (values.length / 2) * (await logVariance(lambda)));
  return minimise(objective, -2, 2);
}

async function yeoJohnsonLambda(values: Float64Array, signal: AbortSignal | undefined): Promise<number> {
  const logs = values.map((value) => Math.sign(value) * Math.log1p(Math.abs(value)));
  const sumOfLogs = sumOf(logs);
  const logVariance = logVarianceOfYeoJohnson(logs, signal);
  const objective: Objective = async (lambda) => {
    const variance = await logVariance(lambda);
    // A variance of 0 would win for ever.
    if (!Number.isFinite(variance)) return Infinity;
    return (values.length / 2) * variance - (lambda - 1) * sumOfLogs;
  };
  const [low, high] = safeLambdas(values);
  return minimiseBounded(objective, low, high);
}

type LogVariance = (lambda: number) => Promise<number>;

/** ln of the variance of (y^lambda - 1) / lambda, from ln y. */
function logVarianceOfPowers(logs: Float64Array, signal: AbortSignal | undefined): LogVariance {
  const [least, largest] = [minOf(logs), maxOf(logs)];
  return async (lambda) => {
    const isNear = Math.abs(lambda) * Math.max(Math.abs(least), Math.abs(largest)) < 1;
    if (isNear) return Math.log(varianceOf(await mapped(logs, signal, (log) => powerOfLog(lambda, log))));
    // The variance is that of y^lambda, without the 1 that would take its digits; divided by the largest, so that none
    // overflows.
    const shift = Math.max(lambda * least, lambda * largest);
    const powers = await mapped(logs, signal, (log) => Math.exp(lambda * log - shift));
    return Math.log(varianceOf(powers)) + 2 * (shift - Math.log(Math.abs(lambda)));
  };
}

/** @param logs sign(x) ln(1 + |x|) */
function logVarianceOfYeoJohnson(logs: Float64Array, signal: AbortSignal | undefined): LogVariance {
  if (minOf(logs) >= 0) return logVarianceOfPowers(logs, signal);
  if (maxOf(logs) <= 0) {
    const ofNegative = logVarianceOfPowers(
      logs.map((log) => -log),
      signal,
    );
    return (lambda) => ofNegative(2 - lambda);
  }
  return async (lambda) => {
    const powers = await mapped(logs, signal, (log) =>
      log >= 0 ? powerOfLog(lambda, log) : -powerOfLog(2 - lambda, -log),
    );
    return Math.log(varianceOf(powers));
  };
}

/** Lambdas for which 20 times the largest number neither over- nor underflows. @see scipy.stats.yeojohnson_normmax */
function safeLambdas(values: Float64Array): [number, number] {
  const [least, largest] = [minOf(values), maxOf(values)];
  const log = Math.log1p(Math.min(Number.MAX_VALUE, 20 * Math.max(Math.abs(least), Math.abs(largest))));
  const logEpsilon = Math.log(Number.EPSILON);
  const low = (Math.log(2.2250738585072014e-308) - logEpsilon) / 2 / log;
  const high = (Math.log(Number.MAX_VALUE) + logEpsilon) / 2 / log;
  if (largest < 0) return [2 - high, 2 - low];
  return least < 0 ? [Math.max(2 - high, low), Math.min(2 - low, high)] : [low, high];
}

/** Lets other work and a cancel in between chunks. */
async function mapped(
  values: Float64Array,
  signal: AbortSignal | undefined,
  of: (value: number) => number,
): Promise<Float64Array> {
  const result = new Float64Array(values.length);
  for (let first = 0; first < values.length; first += CHUNK) {
    if (first > 0 || values.length > CHUNK / 10) await new Promise((resolve) => setImmediate(resolve));
    throwIfAborted(signal);
    const end = Math.min(values.length, first + CHUNK);
    for (let i = first; i < end; i++) result[i] = of(values[i] ?? 0);
  }
  return result;
}

/** In blocks: the error grows with their number, not with that of the values, as numpy's pairwise sum. */
const BLOCK = 128;

function sumOf(values: Float64Array, of: (value: number) => number = (value) => value): number {
  let sum = 0;
  let lost = 0;
  for (let first = 0; first < values.length; first += BLOCK) {
    let block = 0;
    const end = Math.min(values.length, first + BLOCK);
    for (let i = first; i < end; i++) block += of(values[i] ?? 0);
    const next = sum + block;
    lost += Math.abs(sum) >= Math.abs(block) ? sum - next + block : block - next + sum;
    sum = next;
  }
  return sum + lost;
}

function varianceOf(values: Float64Array): number {
  const mean = sumOf(values) / values.length;
  return sumOf(values, (value) => (value - mean) ** 2) / values.length;
}

function minOf(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maxOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, value), -Infinity);
}
