import { describe, expect, it } from 'vitest';
import { fullScores, scoreBaseline } from '../../../src/core/train/scores';
import { probabilitiesOf, type OutputRule } from '../../../src/core/train/outputs';
import { lossSchema } from '../../../src/shared/schema/training';
import type { EncodedSplit } from '../../../src/core/recipe/dataset';
import type { FittedTarget } from '../../../src/shared/schema/recipe';

const NUMBER: OutputRule = {
  loss: lossSchema.parse({ type: 'meanSquaredError' }),
  outputActivation: 'linear',
};
const BINARY: OutputRule = {
  loss: lossSchema.parse({ type: 'binaryCrossEntropy' }),
  outputActivation: 'sigmoid',
};
const CLASSES: OutputRule = {
  loss: lossSchema.parse({ type: 'categoricalCrossEntropy' }),
  outputActivation: 'softmax',
};

const splitOf = (y: number[], width: number): EncodedSplit => ({
  rows: y.length / width,
  x: new Float32Array(0),
  y: Float32Array.from(y),
  sourceRows: new Int32Array(y.length / width),
});

describe('fullScores', () => {
  it('scores a regression in the unit of the target and its loss in the scaled one', () => {
    const target: FittedTarget = { task: 'regression', column: 'y', mean: 100, sd: 10 };
    const scores = fullScores({
      target,
      ...NUMBER,
      outputs: Float32Array.of(0, 1),
      y: Float32Array.of(0.5, 1.5),
      rows: 2,
      width: 1,
    });
    expect(scores).toEqual({
      loss: 0.25,
      rmse: 5,
      mae: 5,
      r2: 1 - 50 / 50,
      // 105 and 115 guessed as 100 and 110
      mape: (5 / 105 + 5 / 115) / 2,
      medianAbsoluteError: 5,
      maxError: 5,
      explainedVariance: 1,
      meanBias: -5,
    });
  });

  it.each([1e-200, 1e300])('scores a target whose squares are no numbers any more (sd %d)', (sd) => {
    const target: FittedTarget = { task: 'regression', column: 'y', mean: 3 * sd, sd };
    const scores = fullScores({
      target,
      ...NUMBER,
      outputs: Float32Array.of(0, 1),
      y: Float32Array.of(0.5, 1.5),
      rows: 2,
      width: 1,
    });
    expect(scores).toMatchObject({ loss: 0.25, rmse: 0.5 * sd, mae: 0.5 * sd, r2: 0, maxError: 0.5 * sd });
  });

  it('has no percentage error where an actual value is 0, though float32 rounds it', () => {
    const target: FittedTarget = { task: 'regression', column: 'y', mean: 1 / 3, sd: 0.7 };
    const zero = Float32Array.of((0 - 1 / 3) / 0.7, 1);
    const input = { target, ...NUMBER, outputs: zero, y: zero, rows: 2, width: 1 };
    expect(fullScores(input)).not.toHaveProperty('mape');
  });

  it('leaves out what is not defined on the rows', () => {
    const target: FittedTarget = { task: 'binary', column: 'y', classes: ['n', 'p'] };
    const scores = fullScores({
      target,
      ...BINARY,
      outputs: Float32Array.of(2, -2),
      y: Float32Array.of(1, 1),
      rows: 2,
      width: 1,
    });
    // No ranking of one class; the rest as scikit-learn has it.
    expect(scores).not.toHaveProperty('rocAuc');
    expect(scores).not.toHaveProperty('prAuc');
    expect(scores).toMatchObject({ accuracy: 0.5, precision: 1, recall: 0.5, f1: 2 / 3, mcc: 0, kappa: 0 });
    expect(Object.values(scores).every(Number.isFinite)).toBe(true);
  });
});

describe('probabilitiesOf', () => {
  it('gives both classes of a binary target', () => {
    const [no, yes] = probabilitiesOf(Float32Array.of(Math.log(3)), 1, 1, BINARY);
    expect(no).toBeCloseTo(0.25, 7);
    expect(yes).toBeCloseTo(0.75, 7);
  });
});

describe('scoreBaseline', () => {
  it('takes the majority of the train rows and its shares as probabilities', () => {
    const target: FittedTarget = { task: 'multiclass', column: 'y', classes: ['a', 'b'] };
    const train = splitOf([1, 0, 1, 0, 1, 0, 0, 1], 2);
    const test = splitOf([1, 0, 0, 1], 2);
    const { kind, test: scores } = scoreBaseline(target, CLASSES, 2, { train, test });
    expect(kind).toBe('majority');
    expect(scores).toMatchObject({ accuracy: 0.5, balancedAccuracy: 0.5, rocAuc: 0.5 });
    // -(log 0.75 + log 0.25) / 2
    expect(scores.loss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25)) / 2, 6);
  });

  it('takes the mean of the train rows of a number', () => {
    const target: FittedTarget = { task: 'regression', column: 'y', mean: 100, sd: 10 };
    const { kind, test } = scoreBaseline(target, NUMBER, 1, {
      train: splitOf([0, 1], 1),
      test: splitOf([0.5, 2.5], 1),
    });
    // Predicts 105; the values are 105 and 125.
    expect(kind).toBe('mean');
    expect(test.rmse).toBeCloseTo(Math.sqrt(400 / 2), 6);
    expect(test.mae).toBeCloseTo(10, 6);
  });
});
