import { describe, expect, it } from 'vitest';
import { thresholdsOf } from '../../../../src/core/baselines/trees/bins';

describe('thresholdsOf', () => {
  it('lies between the values where they are few', () => {
    expect(thresholdsOf(Float32Array.of(3, 1, 1, 2, 7))).toEqual(Float64Array.of(1.5, 2.5, 5));
  });

  it('is empty for a constant', () => {
    expect(thresholdsOf(Float32Array.of(4, 4))).toEqual(new Float64Array(0));
    expect(thresholdsOf(Float32Array.of(0, -0))).toEqual(new Float64Array(0));
  });

  it('is the quantiles of many values', () => {
    const found = thresholdsOf(Float32Array.from({ length: 510 }, (_, i) => i));
    // Two values a bin, and each rank lies on a value: the mean of it and the next (averaged_inverted_cdf).
    expect(found.length).toBe(254);
    found.forEach((value, i) => expect(Math.abs(value - (2 * i + 1.5))).toBeLessThanOrEqual(0.5));
  });

  it('does not move with weights that are all the same, and gives repeated rows what they weigh', () => {
    const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
    const plain = thresholdsOf(values.slice());
    expect(thresholdsOf(values, new Float32Array(600).fill(1))).toEqual(plain);
    const weights = Float32Array.from(values, (_, i) => 1 + (i % 2));
    const repeated = Float32Array.from(
      Array.from(values).flatMap((value, i) => (i % 2 ? [value, value] : [value])),
    );
    expect(thresholdsOf(values, weights)).toEqual(thresholdsOf(repeated));
  });

  it('has one of each where a value fills many quantiles', () => {
    const values = Float32Array.from({ length: 3000 }, (_, i) => (i < 2000 ? 0 : i));
    const found = thresholdsOf(values);
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeLessThan(100);
  });
});
