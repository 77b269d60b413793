import { describe, expect, it } from 'vitest';
import { addPenalties, MaxNorm } from '../../../../src/core/train/update/penalties';
import { lengthOf, relativeError, slicesOf, updatesReference } from './support';

describe('addPenalties', () => {
  it('is keras.regularizers.L1L2 and its gradient (PyTorch: 0 for |0|), on top of the gradient that is there', () => {
    const { values, l1, l2, keras, torchGradient } = updatesReference.penalty;
    const slices = slicesOf({ shape: [2] }, { shape: [3, 2], l1, l2 });
    const gradients = new Float64Array(8).fill(1);
    expect(addPenalties(slices, Float64Array.of(9, 9, ...values), gradients)).toBeCloseTo(keras, 12);
    expect([...gradients.subarray(0, 2)]).toEqual([1, 1]);
    torchGradient.forEach((g, i) => expect(gradients[i + 2]).toBeCloseTo(1 + g, 12));
  });

  it('is the finite difference of the penalty', () => {
    const slices = slicesOf({ shape: [3], l1: 0.1, l2: 0.2 });
    const w = [0.5, -2, 1e-3];
    const gradients = new Float64Array(3);
    addPenalties(slices, Float64Array.from(w), gradients);
    const at = (i: number, step: number): number =>
      addPenalties(
        slices,
        Float64Array.from(w, (v, j) => (i === j ? v + step : v)),
        new Float64Array(3),
      );
    w.forEach((_, i) => expect(gradients[i]).toBeCloseTo((at(i, 1e-6) - at(i, -1e-6)) / 2e-6, 7));
  });

  it('has none of an untrainable slice', () => {
    const gradients = new Float32Array(2);
    const slices = slicesOf({ shape: [2], l2: 1, trainable: false });
    expect(addPenalties(slices, Float32Array.of(1, 2), gradients)).toBe(0);
    expect(gradients).toEqual(new Float32Array(2));
  });
});

describe('MaxNorm', () => {
  it.each(updatesReference.norms.map((entry) => [entry.shape, entry] as const))(
    'of shape %j is torch.renorm, and keras.constraints.MaxNorm but for what that takes off short columns',
    (_, { shape, maxNorm, values, keras, torch }) => {
      const w = Float64Array.from(values);
      new MaxNorm(slicesOf({ shape, maxNorm })).apply(w);
      expect(relativeError(w, torch)).toBeLessThan(1e-12);
      expect(relativeError(w, keras)).toBeLessThan(1e-6);
    },
  );

  it('leaves short columns and other slices exactly as they are', () => {
    const slices = slicesOf(
      { shape: [2, 2], maxNorm: 1 },
      { shape: [2] },
      { shape: [2], trainable: false, maxNorm: 1 },
    );
    const w = Float32Array.of(3, 0.1, 4, 0.2, 7, 8, 9, 9);
    new MaxNorm(slices).apply(w);
    expect(w[0]).toBeCloseTo(0.6, 6);
    expect(w[2]).toBeCloseTo(0.8, 6);
    expect([...w.subarray(4)]).toEqual([7, 8, 9, 9]);
    expect([w[1], w[3]]).toEqual([Math.fround(0.1), Math.fround(0.2)]);
  });

  it('takes a vector as a row of columns, and weights whose squares overflow', () => {
    const slices = slicesOf({ shape: [2], maxNorm: 2 }, { shape: [2, 1], maxNorm: 5 });
    const w = Float64Array.of(3, -1, 3e200, 4e200);
    new MaxNorm(slices).apply(w);
    expect(relativeError(w, [2, -1, 3, 4])).toBeLessThan(1e-7);
    expect(lengthOf(slices)).toBe(4);
  });

  it('leaves zeros', () => {
    const w = new Float32Array(4);
    new MaxNorm(slicesOf({ shape: [2, 2], maxNorm: 1 })).apply(w);
    expect(w).toEqual(new Float32Array(4));
  });
});
