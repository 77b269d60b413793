// Owns what the tests of updates share: slices by hand and what bench/reference/updates.py wrote.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ParameterSlice } from '../../../../src/core/model/parameterSlice';
import type { Initializer } from '../../../../src/shared/schema/model';

/** One after the other in the flat vector. */
export function slicesOf(
  ...wishes: (Partial<ParameterSlice> & { readonly shape: readonly number[] })[]
): ParameterSlice[] {
  let offset = 0;
  return wishes.map((wish, i) => {
    const size = wish.shape.reduce((product, n) => product * n, 1);
    const slice: ParameterSlice = {
      name: `layer${i}/kernel`,
      offset,
      size,
      initializer: 'zeros',
      fanIn: 1,
      fanOut: 1,
      stream: `weights/layer${i}`,
      trainable: true,
      decays: true,
      l1: 0,
      l2: 0,
      ...wish,
    };
    offset += size;
    return slice;
  });
}

export function lengthOf(slices: readonly ParameterSlice[]): number {
  return slices.reduce((sum, { size }) => sum + size, 0);
}

/** A kernel [2, 3], which decays, and a bias [2], which does not: those of the reference. */
export const KERNEL_AND_BIAS = slicesOf(
  { name: 'output/kernel', shape: [2, 3] },
  { name: 'output/bias', shape: [2], decays: false },
);

/** |a - b| as a share of |b|, or of `unit` where b is smaller. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>, unit = 1e-3): number {
  let worst = found.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? NaN;
    const error = Math.abs((found[i] ?? NaN) - value) / Math.max(Math.abs(value), unit);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

interface UpdatesReference {
  readonly initial: number[];
  readonly gradients: number[][];
  readonly optimizers: {
    readonly config: Record<string, unknown> & { readonly learningRate: number };
    readonly keras: number[][];
    readonly torch?: number[][];
    readonly rates?: number[];
  }[];
  readonly rules: {
    readonly name: string;
    readonly optimizer: Record<string, unknown> & { readonly learningRate: number };
    readonly clipping?: Record<string, unknown>;
    readonly averaging?: { readonly momentum: number };
    readonly accumulateBatches?: number;
    readonly maxNorm?: number;
    readonly keras: number[][];
    readonly averages?: number[][];
  }[];
  readonly norms: {
    readonly shape: number[];
    readonly maxNorm: number;
    readonly values: number[];
    readonly keras: number[];
    readonly torch: number[];
  }[];
  readonly penalty: {
    readonly values: number[];
    readonly l1: number;
    readonly l2: number;
    readonly keras: number;
    readonly torchGradient: number[];
  };
  readonly schedules: {
    readonly schedule: Record<string, unknown>;
    readonly stepsPerEpoch: number;
    readonly epochs: number;
    readonly warmupEpochs: number;
    readonly learningRate: number;
    readonly source: string;
    readonly rates: number[];
  }[];
  readonly initializers: {
    readonly name: Extract<Initializer, string>;
    readonly shape: number[];
    readonly fanIn: number;
    readonly fanOut: number;
    readonly mean: number;
    readonly variance: number;
    readonly min: number;
    readonly max: number;
  }[];
  readonly orthogonal: {
    readonly rows: number;
    readonly columns: number;
    readonly values: number[];
    readonly q: number[];
  }[];
}

interface CallbacksReference {
  readonly earlyStopping: {
    readonly mode: 'min' | 'max';
    readonly patience: number;
    readonly minDelta: number;
    readonly startFromEpoch: number;
    /** "NaN" where it is. */
    readonly values: (number | string)[];
    readonly waits: number[];
    readonly stopped: boolean;
    readonly lastEpoch: number;
    readonly bestEpoch: number;
  }[];
  readonly plateau: {
    readonly factor: number;
    readonly patience: number;
    readonly minDelta: number;
    readonly cooldown: number;
    readonly minimum: number;
    readonly learningRate: number;
    readonly values: (number | string)[];
    readonly rates: number[];
    readonly waits: number[];
    readonly cooldowns: number[];
  }[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.resolve('test/fixtures/training', name), 'utf8'));
}

/** Both tell the versions of what computed them. */
export const updatesReference = read('updates.json') as UpdatesReference;
export const callbacksReference = read('callbacks.json') as CallbacksReference;
