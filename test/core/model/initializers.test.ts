import { describe, expect, it } from 'vitest';
import { initializeKernel, initializeParameters } from '../../../src/core/model/initializers';
import { planModel } from '../../../src/core/model/plan';
import { randomStream } from '../../../src/shared/random';
import { experimentSchema } from '../../../src/shared/schema/experiment';
import type { Initializer } from '../../../src/shared/schema/model';

const FAN_IN = 300;
const FAN_OUT = 200;

function moments(initializer: Initializer): { mean: number; variance: number; max: number } {
  const w = initializeKernel(initializer, FAN_IN, FAN_OUT, randomStream(7, 'weights/test'));
  const mean = w.reduce((sum, v) => sum + v, 0) / w.length;
  const variance = w.reduce((sum, v) => sum + (v - mean) ** 2, 0) / w.length;
  return { mean, variance, max: w.reduce((max, v) => Math.max(max, Math.abs(v)), 0) };
}

describe('initializeKernel', () => {
  // Variances as Keras' VarianceScaling documents: scale / fan, for normal and uniform alike.
  it.each([
    ['glorotUniform', 2 / (FAN_IN + FAN_OUT), Math.sqrt(6 / (FAN_IN + FAN_OUT))],
    ['glorotNormal', 2 / (FAN_IN + FAN_OUT), (2 * Math.sqrt(2 / (FAN_IN + FAN_OUT))) / 0.8796],
    ['heUniform', 2 / FAN_IN, Math.sqrt(6 / FAN_IN)],
    ['heNormal', 2 / FAN_IN, (2 * Math.sqrt(2 / FAN_IN)) / 0.8796],
    ['lecunUniform', 1 / FAN_IN, Math.sqrt(3 / FAN_IN)],
    ['lecunNormal', 1 / FAN_IN, (2 * Math.sqrt(1 / FAN_IN)) / 0.8796],
  ] as const)('%s has the variance and the limit of its formula', (name, variance, limit) => {
    const found = moments(name);
    // 60,000 draws: the sd of a sample variance is about 0.6 % of it (uniform less); 3 % is five of them.
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.03);
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / 60_000));
    expect(found.max).toBeLessThanOrEqual(limit * 1.0001);
    expect(found.max).toBeGreaterThan(limit * 0.99);
  });

  it('zeros is all zero', () => {
    expect(moments('zeros')).toEqual({ mean: 0, variance: 0, max: 0 });
  });
});

describe('initializeParameters', () => {
  const plan = (layers: unknown[]): ReturnType<typeof planModel> =>
    planModel({
      experiment: experimentSchema.parse({
        name: 'test',
        data: { path: 'a.csv', target: { column: 'y', task: 'binary' } },
        features: [{ column: 'x', type: 'number' }],
        split: { method: 'random' },
        model: { layers },
        training: {},
      }),
      inputWidth: 3,
      outputWidth: 1,
    });

  it('is the same for the same seed and differs for another', () => {
    const dense = plan([{ type: 'dense', units: 4 }]);
    expect(initializeParameters(dense, 1)).toEqual(initializeParameters(dense, 1));
    expect(initializeParameters(dense, 1)).not.toEqual(initializeParameters(dense, 2));
  });

  it('keeps the first layer when layers are added, and starts biases at zero', () => {
    const one = initializeParameters(plan([{ type: 'dense', units: 4 }]), 1);
    const two = initializeParameters(
      plan([
        { type: 'dense', units: 4 },
        { type: 'dense', units: 2 },
      ]),
      1,
    );
    expect(two.slice(0, 12)).toEqual(one.slice(0, 12));
    expect(one.slice(12, 16)).toEqual(new Float32Array(4));
  });
});
