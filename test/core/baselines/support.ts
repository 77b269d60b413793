// Owns what the tests of the baselines share: cases that scikit-learn has answered, and a fit that never waits.
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as z from 'zod';
import type {
  BaselineData,
  BaselineKind,
  BaselineTask,
  FitOptions,
} from '../../../src/core/baselines/contract';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';

const caseSchema = z.object({
  name: z.string(),
  task: z.enum(['regression', 'binary', 'multiclass', 'multilabel']),
  train: z.number(),
  held: z.number(),
  features: z.number(),
  outputs: z.number(),
  /** [train + held, features] */
  x: z.array(z.number()),
  /** [train, outputs] */
  y: z.array(z.number()),
  weights: z.array(z.number()).optional(),
  /** [held, outputs]; as logits, log-probabilities or numbers. */
  outputsHeld: z.array(z.number()).optional(),
  /** [held, outputs] of the votes, of the second class or of each; numbers for regression are outputsHeld. */
  shares: z.array(z.number()).optional(),
});
export type ReferenceCase = z.infer<typeof caseSchema>;

export function fixture(name: string): unknown {
  const file = path.join(__dirname, '..', '..', 'fixtures', 'baselines', `${name}.json`);
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

export function referenceCases(name: string): ReferenceCase[] {
  return z.object({ cases: z.array(caseSchema) }).parse(fixture(name)).cases;
}

export function trainOf({ train, features, x, y, weights }: ReferenceCase): BaselineData {
  return {
    rows: train,
    features,
    x: Float32Array.from(x.slice(0, train * features)),
    y: Float32Array.from(y),
    ...(weights === undefined ? {} : { weights: Float32Array.from(weights) }),
  };
}

export function heldOf({ train, features, x }: ReferenceCase): Float32Array {
  return Float32Array.from(x.slice(train * features));
}

export const breathe = (): Promise<void> => Promise.resolve();
export const FIT: FitOptions = { seed: 1, clock: { now: () => 0 }, breathe };

/** Outputs of rows that were not fitted. */
export async function heldOutputs(kind: BaselineKind, reference: ReferenceCase): Promise<Float32Array> {
  const fitted = await fitBaseline(kind, reference.task, trainOf(reference), FIT);
  return fitted.predict(heldOf(reference), reference.held, { breathe });
}

export interface FitInput {
  readonly kind: BaselineKind;
  readonly task: BaselineTask;
  readonly data: BaselineData;
  readonly options?: Partial<FitOptions>;
}

/** Outputs of the rows that were fitted. */
export async function fittedOutputs({ kind, task, data, options }: FitInput): Promise<Float32Array> {
  const fitted = await fitBaseline(kind, task, data, { ...FIT, ...options });
  return fitted.predict(data.x, data.rows, { breathe });
}

/** The largest difference, absolute. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = found.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN));
    if (!(difference <= most)) most = difference;
  }
  return most;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
