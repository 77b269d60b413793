import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { InputSlice } from '../../../../src/core/model/inputSlice';
import type { FloatArray } from '../../../../src/core/model/parameterSlice';
import { parameterLayout, type ModelPlan } from '../../../../src/core/model/plan';
import { float64Numeric } from '../../../../src/core/train/network/float64Numeric';
import { Network } from '../../../../src/core/train/network/network';
import type { Numeric } from '../../../../src/core/train/network/numeric';
import { tfjsNumeric } from '../../../../src/core/train/tfjs/tfjsNumeric';
import { activationSchema, layerSchema } from '../../../../src/shared/schema/model';
import { dyadicParameters, dyadicStream, shareOfLargest } from '../dyadic';
import { useBackend } from '../support';
import { planOf } from './support';

interface LayerCase {
  readonly name: string;
  readonly source: string;
  readonly model: Record<string, unknown>;
  /** Nodes of the model behind what is looked at. */
  readonly nodesBehind: number;
  readonly inputs: readonly InputSlice[];
  /** Of a batch; `batches` of them go through one after the other, the last one is looked at. */
  readonly rows: number;
  readonly batches: number;
  readonly training: boolean;
  /** Outputs at padded steps are left out: 0 in `output`, and without a slope. */
  readonly realSteps: boolean;
  readonly seed: number;
  readonly x: number[];
  readonly layout: Record<string, number[]>;
  readonly output: number[];
  readonly gradients: Record<string, number[]>;
  /** Moving statistics afterwards. */
  readonly moved: Record<string, number[]>;
}

/** Written by bench/reference/layers.py, in float64; where it names two libraries they agree within 1e-11. */
const { cases } = JSON.parse(readFileSync(path.resolve('test/fixtures/training/layers.json'), 'utf8')) as {
  readonly cases: LayerCase[];
};

interface Found {
  readonly output: ArrayLike<number>;
  readonly gradients: ReadonlyMap<string, ArrayLike<number>>;
  readonly moved: ReadonlyMap<string, ArrayLike<number>>;
}

/** Without the output layer (and the pool before it): what is looked at is the output of the layers. */
function planOfCase({ model, nodesBehind, inputs, x, rows, batches }: LayerCase): ModelPlan {
  const plan = planOf({ model, inputs, inputWidth: x.length / (rows * batches) });
  return { ...plan, nodes: plan.nodes.slice(0, -nodesBehind) };
}

function passOn<T>(
  entry: LayerCase,
  numeric: Numeric<T>,
  floats: typeof Float32Array | typeof Float64Array,
): Found {
  const plan = planOfCase(entry);
  const { rows, batches, training, seed } = entry;
  const slices = parameterLayout(plan);
  const parameters = floats.from(dyadicParameters(slices, seed + 1000));
  const network = new Network({ plan, numeric, parameters, streams: new Map() });
  const size = rows * plan.inputWidth;
  const batch = (i: number) => floats.from(entry.x.slice(i * size, (i + 1) * size));
  for (let i = 0; i < batches - 1; i++) network.run({ x: batch(i), rows, training });
  const pass = network.run({ x: batch(batches - 1), rows, training });
  const output = floats.from(numeric.read(pass.raw));
  const slope = new floats(output.length);
  const next = dyadicStream(seed + 2000);
  for (let i = 0; i < slope.length; i++) slope[i] = next();
  if (entry.realSteps) {
    const width = output.length / entry.x.length;
    for (let i = 0; i < output.length; i++) {
      if (entry.x[Math.floor(i / width)] === 0) output[i] = slope[i] = 0;
    }
  }
  const gradients = new floats(parameters.length);
  pass.backward(numeric.tensor(slope, numeric.shapeOf(pass.raw)), gradients);
  const named = (values: FloatArray, trainable: boolean) =>
    new Map(
      slices
        .filter((slice) => slice.trainable === trainable)
        .map(({ name, offset, size: length }) => [name, values.subarray(offset, offset + length)]),
    );
  return { output, gradients: named(gradients, true), moved: named(parameters, false) };
}

/** @param allowed of the largest value of each tensor */
function expectSame({ output, gradients, moved }: Found, entry: LayerCase, allowed: number): void {
  expect(shareOfLargest(output, entry.output), 'output').toBeLessThan(allowed);
  expect([...gradients.keys()].sort()).toEqual(Object.keys(entry.gradients).sort());
  for (const [name, gradient] of gradients) {
    expect(shareOfLargest(gradient, entry.gradients[name] ?? []), name).toBeLessThan(allowed);
  }
  for (const [name, values] of Object.entries(entry.moved)) {
    expect(shareOfLargest(moved.get(name) ?? [], values), name).toBeLessThan(allowed);
  }
}

describe.each(cases.map((entry) => [`${entry.name}: as ${entry.source}`, entry] as const))(
  '%s',
  (_, entry) => {
    it('has its parameters', () => {
      const slices = parameterLayout(planOfCase(entry));
      expect(Object.fromEntries(slices.map(({ name, shape }) => [name, [...shape]]))).toEqual(entry.layout);
    });

    it('in float64 within 1e-9', () => {
      expectSame(passOn(entry, float64Numeric, Float64Array), entry, 1e-9);
    });

    it.each(['cpu', 'wasm'] as const)('in float32 on %s within 1e-5', async (backend) => {
      await useBackend(backend);
      tf.tidy(() => {
        expectSame(passOn(entry, tfjsNumeric, Float32Array), entry, 1e-5);
      });
    });
  },
);

describe('the stored layers', () => {
  const models = JSON.stringify(cases.map(({ model }) => model));

  it.each(layerSchema.options.map(({ shape }) => shape.type.value))('has %s', (type) => {
    expect(models).toContain(`"type":"${type}"`);
  });

  it.each(activationSchema.options)('has %s', (activation) => {
    expect(models).toContain(`"activation":"${activation}"`);
  });
});
