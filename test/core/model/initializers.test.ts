import { describe, expect, it } from 'vitest';
import { fillInitial, initializeParameters } from '../../../src/core/model/initializers';
import { orthonormalize } from '../../../src/core/model/orthogonal';
import { randomStream } from '../../../src/shared/random';
import {
  initializerNameSchema,
  initializerObjectSchema,
  initializerSchema,
  type Initializer,
} from '../../../src/shared/schema/model';
import { slicesOf, updatesReference } from '../train/update/support';

function fill(
  initializer: Initializer,
  shape: readonly number[],
  fans = { fanIn: 300, fanOut: 200 },
): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = new Float32Array(size);
  fillInitial(values, { initializer, shape, size, ...fans }, randomStream(7, 'weights/test'));
  return values;
}

function moments(w: Float32Array): { mean: number; variance: number; min: number; max: number } {
  const mean = w.reduce((sum, v) => sum + v, 0) / w.length;
  const variance = w.reduce((sum, v) => sum + (v - mean) ** 2, 0) / w.length;
  const min = w.reduce((least, v) => Math.min(least, v), Infinity);
  return { mean, variance, min, max: w.reduce((most, v) => Math.max(most, v), -Infinity) };
}

// Variance of a standard normal truncated at two sd.
const TRUNCATED = 0.87962566103423978 ** 2;

describe('fillInitial', () => {
  // Variances as Keras' VarianceScaling documents: scale / fan, for normal and uniform alike; limits as of the formula.
  const scaled = (variance: number, isNormal: boolean) => ({
    variance,
    limit: isNormal ? 2 * Math.sqrt(variance / TRUNCATED) : Math.sqrt(3 * variance),
  });
  const expected = {
    glorotUniform: (fanIn, fanOut) => scaled(2 / (fanIn + fanOut), false),
    glorotNormal: (fanIn, fanOut) => scaled(2 / (fanIn + fanOut), true),
    heUniform: (fanIn) => scaled(2 / fanIn, false),
    heNormal: (fanIn) => scaled(2 / fanIn, true),
    lecunUniform: (fanIn) => scaled(1 / fanIn, false),
    lecunNormal: (fanIn) => scaled(1 / fanIn, true),
    normal: () => ({ variance: 0.05 ** 2, limit: Infinity }),
    uniform: () => ({ variance: 0.1 ** 2 / 12, limit: 0.05 }),
    truncatedNormal: () => ({ variance: 0.05 ** 2 * TRUNCATED, limit: 0.1 }),
  } satisfies Record<string, (fanIn: number, fanOut: number) => { variance: number; limit: number }>;

  it.each(updatesReference.initializers.map((entry) => [entry.name, entry.shape, entry] as const))(
    '%s of shape %j has the moments and limits of its formula, as Keras has',
    (name, shape, keras) => {
      const { variance, limit } = Object.entries(expected).find(([key]) => key === name)![1](
        keras.fanIn,
        keras.fanOut,
      );
      const found = moments(fill(name, shape, keras));
      // 60,000 draws: the sd of a sample variance is at most 0.6 % of it; 3 % is five of them. Two samples: sqrt(2) as much.
      for (const { mean, variance: sample, min, max } of [found, keras]) {
        expect(Math.abs(sample / variance - 1)).toBeLessThan(0.03);
        expect(Math.abs(mean)).toBeLessThan(4.5 * Math.sqrt(variance / 60_000));
        expect(Math.max(-min, max)).toBeLessThanOrEqual(limit * 1.000001);
        if (limit < Infinity) expect(Math.min(-min, max)).toBeGreaterThan(limit * 0.99);
      }
      expect(Math.abs(found.variance / keras.variance - 1)).toBeLessThan(0.04);
    },
  );

  it('takes the numbers of an object', () => {
    expect(fill({ type: 'constant', value: 0.25 }, [2])).toEqual(Float32Array.of(0.25, 0.25));
    const uniform = moments(fill({ type: 'uniform', minimum: 1, maximum: 3 }, [100, 100]));
    expect(uniform.min).toBeGreaterThanOrEqual(1);
    expect(uniform.max).toBeLessThanOrEqual(3);
    expect(uniform.mean).toBeCloseTo(2, 1);
    const normal = moments(fill({ type: 'normal', mean: 5, sd: 2 }, [200, 200]));
    expect(normal.mean).toBeCloseTo(5, 1);
    expect(Math.abs(normal.variance / 4 - 1)).toBeLessThan(0.04);
    const truncated = moments(fill({ type: 'truncatedNormal', mean: 5, sd: 2 }, [200, 200]));
    expect(truncated.min).toBeGreaterThanOrEqual(1);
    expect(truncated.max).toBeLessThanOrEqual(9);
    expect(Math.abs(truncated.variance / (4 * TRUNCATED) - 1)).toBeLessThan(0.04);
  });

  it('fills with zeros and ones', () => {
    expect(fill('zeros', [3])).toEqual(new Float32Array(3));
    expect(fill('ones', [3])).toEqual(new Float32Array(3).fill(1));
  });

  it('is finite for each, whatever the shape, without inputs too', () => {
    const objects = initializerObjectSchema.options.map((option) =>
      initializerSchema.parse({
        type: option.shape.type.value,
        ...('value' in option.shape ? { value: 1 } : {}),
      }),
    );
    for (const initializer of [...initializerNameSchema.options, ...objects]) {
      for (const shape of [[], [4], [1, 1], [3, 1], [1, 3], [2, 3, 4], [0, 3], [3, 0]]) {
        const values = fill(initializer, shape, { fanIn: 0, fanOut: 0 });
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('orthogonal', () => {
  it.each(updatesReference.orthogonal.map((entry) => [entry.rows, entry.columns, entry] as const))(
    'is the Q that Keras takes of the same %i x %i numbers',
    (_, __, { rows, columns, values, q }) => {
      const found = Array.from({ length: columns }, (_, j) =>
        Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!),
      );
      orthonormalize(found);
      found.forEach((column, j) =>
        column.forEach((value, i) => expect(value).toBeCloseTo(q[i * columns + j]!, 12)),
      );
    },
  );

  const gram = (w: Float32Array, rows: number, columns: number, ofRows: boolean): number => {
    const count = ofRows ? rows : columns;
    let worst = 0;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let k = 0; k < (ofRows ? columns : rows); k++) {
          sum += ofRows
            ? w[a * columns + k]! * w[b * columns + k]!
            : w[k * columns + a]! * w[k * columns + b]!;
        }
        worst = Math.max(worst, Math.abs(sum - (a === b ? 1 : 0)));
      }
    }
    return worst;
  };

  it.each([
    [[60, 20], 60, 20],
    [[20, 60], 20, 60],
    [[100, 100], 100, 100],
    [[3, 8, 10], 24, 10],
    [[7], 1, 7],
  ] as const)('of shape %j has orthonormal rows or columns', (shape, rows, columns) => {
    expect(gram(fill('orthogonal', shape), rows, columns, rows < columns)).toBeLessThan(1e-6);
  });

  it('is multiplied by gain', () => {
    const one = fill('orthogonal', [5, 3]);
    fill({ type: 'orthogonal', gain: 2 }, [5, 3]).forEach((value, i) =>
      expect(value).toBeCloseTo(2 * one[i]!, 6),
    );
  });
});

describe('initializeParameters', () => {
  const layers = slicesOf(
    { name: 'layer0/kernel', shape: [3, 4], initializer: 'glorotUniform', fanIn: 3, fanOut: 4 },
    { name: 'layer0/bias', shape: [4], stream: 'weights/layer0' },
    {
      name: 'layer1/kernel',
      shape: [4, 2],
      initializer: 'heNormal',
      fanIn: 4,
      fanOut: 2,
      stream: 'weights/layer1',
    },
    { name: 'layer1/bias', shape: [2], stream: 'weights/layer1', initializer: 'normal' },
  );

  it('is the same for the same seed and differs for another', () => {
    expect(initializeParameters(layers, 26, 1)).toEqual(initializeParameters(layers, 26, 1));
    expect(initializeParameters(layers, 26, 1)).not.toEqual(initializeParameters(layers, 26, 2));
  });

  it('keeps the first layer when layers are added, and starts biases at zero', () => {
    const one = initializeParameters(layers.slice(0, 2), 16, 1);
    expect(initializeParameters(layers, 26, 1).slice(0, 16)).toEqual(one);
    expect(one.slice(12)).toEqual(new Float32Array(4));
  });

  it('draws the kernel of a layer first from its stream, as ever', () => {
    const stream = randomStream(1, 'weights/layer0');
    const limit = Math.sqrt(3 * (2 / (3 + 4)));
    const kernel = Float32Array.from({ length: 12 }, () => (2 * stream.next() - 1) * limit);
    expect(initializeParameters(layers, 26, 1).slice(0, 12)).toEqual(kernel);
  });

  it('goes on in the stream for a bias that draws', () => {
    const stream = randomStream(1, 'weights/layer1');
    const kernel = new Float32Array(8);
    fillInitial(kernel, layers[2]!, stream);
    const bias = Float32Array.of(0.05 * stream.nextNormal(), 0.05 * stream.nextNormal());
    expect(initializeParameters(layers, 26, 1).slice(16)).toEqual(Float32Array.of(...kernel, ...bias));
  });
});
