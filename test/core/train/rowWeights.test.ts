import { describe, expect, it } from 'vitest';
import { balancedRowWeights, rowWeights } from '../../../src/core/train/rowWeights';
import { datasetOf } from './support';

describe('balancedRowWeights', () => {
  it('is rows / (classes * rows of the class)', () => {
    expect(balancedRowWeights(Float32Array.of(0, 0, 0, 1), 4, 1)).toEqual(
      Float32Array.of(4 / 6, 4 / 6, 4 / 6, 2),
    );
    expect(balancedRowWeights(Float32Array.of(1, 0, 0, 1, 0, 1, 0, 1), 4, 2)).toEqual(
      Float32Array.of(2, 4 / 6, 4 / 6, 4 / 6),
    );
  });
});

describe('rowWeights', () => {
  const dataset = datasetOf('multiclass', { train: 6, validation: 0, test: 0 });
  const classOf = (row: number): number => dataset.train.y.subarray(row * 3, row * 3 + 3).indexOf(1);

  it('takes the weight of each class by its name, and 1 for one not named', () => {
    const weights = rowWeights({ a: 5, c: 0.5 }, dataset)!;
    weights.forEach((weight, row) => expect(weight).toBe([5, 1, 0.5][classOf(row)]));
  });

  it('is nothing where nothing is asked for', () => {
    expect(rowWeights('none', dataset)).toBeUndefined();
    expect(rowWeights('balanced', datasetOf('regression'))).toBeUndefined();
  });

  it('refuses a class that the target does not have', () => {
    expect(() => rowWeights({ b2: 2 }, dataset)).toThrow(
      expect.objectContaining({
        code: 'config.unknownClass',
        message: expect.stringContaining('Did you mean "b"?'),
      }),
    );
  });

  it('multiplies the weight of the row by that of its class', () => {
    const sampled = { ...dataset, train: { ...dataset.train, weights: Float32Array.of(1, 2, 3, 4, 5, 6) } };
    expect(rowWeights('none', sampled)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    const both = rowWeights({ a: 10 }, sampled)!;
    both.forEach((weight, row) => expect(weight).toBe((row + 1) * (classOf(row) === 0 ? 10 : 1)));
  });
});
