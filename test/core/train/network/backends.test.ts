import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { ModelPlan } from '../../../../src/core/model/plan';
import { float64Numeric } from '../../../../src/core/train/network/float64Numeric';
import { Network } from '../../../../src/core/train/network/network';
import type { Numeric } from '../../../../src/core/train/network/numeric';
import { tfjsNumeric } from '../../../../src/core/train/tfjs/tfjsNumeric';
import { useBackend } from '../support';
import { ACTIVATION_CASES, LAYER_CASES } from './cases';
import { dropoutStreams, mixedRows, planOf, someParameters } from './support';

const ROWS = 13;

interface Result {
  readonly outputs: readonly number[];
  readonly gradients: readonly number[];
}

/** Outputs and gradients of one training pass, for a given slope of the loss. */
function passOn<T>(
  plan: ModelPlan,
  numeric: Numeric<T>,
  floats: typeof Float32Array | typeof Float64Array,
): Result {
  const parameters = floats.from(someParameters(plan));
  const gradients = new floats(parameters.length);
  const x = floats.from(mixedRows(ROWS, plan.inputWidth));
  const network = new Network({ plan, numeric, parameters, streams: dropoutStreams(plan) });
  const pass = network.run({ x, rows: ROWS, training: true });
  const slope = floats.from(Array.from({ length: ROWS * plan.outputWidth }, (_, i) => Math.sin(i + 1)));
  pass.backward(numeric.tensor(slope, [ROWS, plan.outputWidth]), gradients);
  return { outputs: Array.from(numeric.read(pass.raw)), gradients: Array.from(gradients) };
}

function largestError(found: readonly number[], expected: readonly number[]): number {
  const size = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? NaN)) / size));
}

describe.each(['cpu', 'wasm'] as const)('every layer and activation on %s is as in float64', (backend) => {
  it.each([...Object.entries(LAYER_CASES), ...ACTIVATION_CASES])('%s', async (_name, input) => {
    await useBackend(backend);
    const plan = planOf(input);
    const exact = passOn(plan, float64Numeric, Float64Array);
    const before = tf.memory().numTensors;
    const results: Result[] = [];
    tf.tidy(() => void results.push(passOn(plan, tfjsNumeric, Float32Array)));
    expect(tf.memory().numTensors).toBe(before);
    const [{ outputs, gradients } = exact] = results;
    expect(largestError(outputs, exact.outputs)).toBeLessThan(1e-5);
    expect(largestError(gradients, exact.gradients)).toBeLessThan(1e-5);
  });
});
