import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipGradients, trainableRanges } from '../../../../src/core/train/update/clipping';
import { norm } from '../../../../src/core/train/update/norms';
import { slicesOf } from './support';

const ranges = trainableRanges(slicesOf({ shape: [2] }, { shape: [1], trainable: false }, { shape: [2] }));

describe('norm', () => {
  const all = (values: ArrayLike<number>): number =>
    norm(Float64Array.from(values), [{ from: 0, to: values.length }]);

  it('is right where squares overflow or vanish', () => {
    expect(all([3e200, 4e200])).toBeCloseTo(5e200, -186);
    expect(all([3e-200, 4e-200]) / 5e-200).toBeCloseTo(1, 14);
    expect(all([])).toBe(0);
    expect(all([0, 0])).toBe(0);
    expect(all([5e-324])).toBe(5e-324);
  });

  it('is not finite exactly when a number is not', () => {
    expect(all([1, NaN])).toBeNaN();
    expect(all([Infinity, NaN])).toBeNaN();
    expect(all([1, -Infinity])).toBe(Infinity);
    const anything = fc.array(fc.float(), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(anything, (values) => {
        expect(Number.isFinite(all(values))).toBe(values.every(Number.isFinite));
        if (values.every(Number.isFinite)) {
          expect(all(values)).toBeLessThanOrEqual(Math.hypot(...values) * (1 + 1e-14));
          expect(all(values)).toBeGreaterThanOrEqual(Math.hypot(...values) * (1 - 1e-14));
        }
      }),
    );
  });
});

describe('clipGradients', () => {
  it('tells the length of the trainable gradients before clipping', () => {
    const gradients = Float32Array.of(1, 2, 100, 2, 4);
    expect(clipGradients(gradients, ranges, { type: 'globalNorm', limit: 1 })).toEqual({ norm: 5, bound: 1 });
    expect(clipGradients(Float32Array.of(1, 2, 100, 2, 4), ranges, false)).toEqual({ norm: 5, bound: 5 });
  });

  it('cuts each value, each slice, or all together, and nothing of an untrainable slice', () => {
    const clip = (config: Parameters<typeof clipGradients>[2]): number[] => {
      const gradients = Float64Array.of(3, 4, 100, 0.3, -0.4);
      clipGradients(gradients, ranges, config);
      return [...gradients];
    };
    expect(clip({ type: 'value', limit: 0.35 })).toEqual([0.35, 0.35, 100, 0.3, -0.35]);
    expect(clip({ type: 'norm', limit: 1 })).toEqual([3 * (1 / 5), 4 * (1 / 5), 100, 0.3, -0.4]);
    const scale = 1 / Math.sqrt(25 + 0.25);
    clip({ type: 'globalNorm', limit: 1 }).forEach((value, i) =>
      expect(value).toBeCloseTo([3 * scale, 4 * scale, 100, 0.3 * scale, -0.4 * scale][i]!, 14),
    );
  });

  it('leaves short gradients exactly as they are', () => {
    for (const type of ['value', 'norm', 'globalNorm'] as const) {
      const gradients = Float32Array.of(0.1, 0.2, 9, 0.3, 0);
      clipGradients(gradients, ranges, { type, limit: 10 });
      expect(gradients).toEqual(Float32Array.of(0.1, 0.2, 9, 0.3, 0));
    }
  });

  it('leaves gradients that are not finite to be told', () => {
    const gradients = Float32Array.of(NaN, 2, 0, 2, Infinity);
    expect(clipGradients(gradients, ranges, { type: 'value', limit: 1 }).norm).toBeNaN();
    expect(gradients).toEqual(Float32Array.of(NaN, 2, 0, 2, Infinity));
  });

  it('never leaves more than its bound', () => {
    const anything = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 5,
      maxLength: 5,
    });
    const anyType = fc.constantFrom('value' as const, 'norm' as const, 'globalNorm' as const);
    fc.assert(
      fc.property(anything, anyType, fc.constantFrom(1e-3, 1, 1e30), (values, type, limit) => {
        const gradients = Float32Array.from(values);
        const { bound } = clipGradients(gradients, ranges, { type, limit });
        expect(norm(gradients, ranges)).toBeLessThanOrEqual(bound * (1 + 1e-6));
      }),
    );
  });
});
