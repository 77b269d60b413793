import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averageOfOutputs,
  moreRegressionScores,
  pinballLoss,
  regressionScores,
  residualsOf,
} from '../../../src/core/evaluate/regression';
import { conformalHalfWidth, empiricalCoverage, residualSummary } from '../../../src/core/evaluate/residuals';
import { numberScalars } from '../../../src/core/evaluate/scalarScores';
import { randomStream } from '../../../src/shared/random';
import { expectClose, expectScores, readReference } from './reference';

interface Case {
  readonly name: string;
  readonly actual: number[];
  readonly predicted: number[];
  readonly scores: Record<string, number>;
  readonly pinball: { readonly q: number; readonly value: number }[];
  readonly residuals: Record<'mean' | 'sd' | 'skew' | 'min' | 'max', number> & {
    readonly quantiles: Record<string, number>;
  };
  readonly conformal: { readonly coverage: string; readonly halfWidth: number }[];
}
const { cases, outputs } = readReference('numbers') as {
  cases: Case[];
  outputs: { actual: number[][]; predicted: number[][]; scores: Record<string, number> };
};

const pairsOf = (
  actual: number[],
  predicted: number[],
): { actual: Float64Array; predicted: Float64Array } => ({
  actual: Float64Array.from(actual),
  predicted: Float64Array.from(predicted),
});

describe('scores of numbers, against scikit-learn, scipy and numpy', () => {
  it.each(cases)('$name', ({ name, actual, predicted, ...expected }) => {
    const pairs = pairsOf(actual, predicted);
    expectScores({ ...moreRegressionScores(pairs) }, expected.scores, name);
    for (const { q, value } of expected.pinball) expectClose(pinballLoss(pairs, q), value, `pinball ${q}`);
    const { quantiles, ...moments } = expected.residuals;
    const residuals = residualsOf(pairs);
    const summary = residualSummary(residuals);
    expectScores({ ...summary }, moments, 'residuals');
    expectScores(summary.quantiles, quantiles, 'quantiles');
    for (const { coverage, halfWidth } of expected.conformal) {
      expectClose(conformalHalfWidth(residuals, Number(coverage)), halfWidth, `conformal ${coverage}`);
    }
  });

  it('averages several outputs uniformly', () => {
    const each = outputs.actual.map((actual, j) => pairsOf(actual, outputs.predicted[j]!));
    expectScores({ ...averageOfOutputs(each) }, outputs.scores, 'outputs');
  });
});

describe('scores of numbers at their edges', () => {
  it('says when an actual value is 0, and leaves the percentage error out then', () => {
    const pairs = pairsOf([0, 1], [1, 1]);
    expect(moreRegressionScores(pairs).zeroActual).toBe(true);
    expect(numberScalars(pairs)).not.toHaveProperty('mape');
    expect(numberScalars(pairsOf([2, 1], [1, 1])).mape).toBe(0.25);
  });

  it('has no r2 and no explained variance of actual values that are all equal, whatever their size', () => {
    for (const value of [0.1, 1e300, -1e-300]) {
      const scores = moreRegressionScores(pairsOf([value, value, value], [value, 0, 0]));
      expect(scores.r2).toBeNaN();
      expect(scores.explainedVariance).toBeNaN();
    }
  });

  it('has no scores of no rows', () => {
    expect(numberScalars(pairsOf([], []))).toEqual({});
    expect(conformalHalfWidth(new Float64Array(0), 0.9)).toBe(Infinity);
    expect(empiricalCoverage(new Float64Array(0), 1)).toBeNaN();
    expect(residualSummary(new Float64Array(0)).mean).toBeNaN();
  });

  it('scores one row', () => {
    expect(moreRegressionScores(pairsOf([2], [5]))).toMatchObject({
      rmse: 3,
      mae: 3,
      r2: NaN,
      mape: 1.5,
      medianAbsoluteError: 3,
      maxError: 3,
      meanBias: 3,
    });
  });

  it('does not overflow where the scores themselves are numbers', () => {
    const { rmse, mae, r2, meanBias } = moreRegressionScores(pairsOf([1e308, -1e308, 0], [5e307, -5e307, 0]));
    expect(rmse / 1e308).toBeCloseTo(Math.sqrt(0.5 / 3), 12);
    expect(mae / 1e308).toBeCloseTo(1 / 3, 12);
    expect(r2).toBeCloseTo(0.75, 12);
    expect(meanBias).toBe(0);
  });

  it('does not lose what is tiny', () => {
    expect(regressionScores(Float64Array.of(1e-200, 3e-200), Float64Array.of(2e-200, 3e-200)).r2).toBeCloseTo(
      0.5,
    );
  });

  it('is NaN, not a number made up, when a prediction is not one', () => {
    const { rmse, mae, r2, medianAbsoluteError, maxError } = moreRegressionScores(pairsOf([1, 2], [NaN, 2]));
    expect([rmse, mae, r2, maxError]).toEqual([NaN, NaN, NaN, NaN]);
    expect(medianAbsoluteError).toBeNaN();
    expect(numberScalars(pairsOf([1, 2], [Infinity, 2]))).toEqual({});
  });

  it('scales with the unit', () => {
    // In thousandths: a power of two away from what float64 can no longer hold in full.
    const value = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((thousandths) => thousandths / 1000);
    const values = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: -300, max: 900 }), (rows, power) => {
        const unit = 2 ** power;
        const one = pairsOf(...([rows.map(([a]) => a), rows.map(([, b]) => b)] as const));
        const other = {
          actual: one.actual.map((v) => v * unit),
          predicted: one.predicted.map((v) => v * unit),
        };
        const small = moreRegressionScores(one);
        const large = moreRegressionScores(other);
        // A power of two loses no bit.
        expect(large.rmse).toBe(small.rmse * unit);
        expect(large.mae).toBe(small.mae * unit);
        expect(large.r2).toBe(small.r2);
        expect(large.maxError).toBe(small.maxError * unit);
      }),
    );
  });
});

describe('conformal intervals', () => {
  it('promise nothing with too few rows: at 90 % it takes nine', () => {
    const eight = Float64Array.from({ length: 8 }, (_, i) => i);
    expect(conformalHalfWidth(eight, 0.9)).toBe(Infinity);
    expect(conformalHalfWidth(Float64Array.of(...eight, -9), 0.9)).toBe(9);
    expect(conformalHalfWidth(Float64Array.of(...eight, NaN), 0.5)).toBe(Infinity);
  });

  it('hold the share of new rows that they promise', () => {
    const stream = randomStream(3, 'conformal');
    let total = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const draw = (rows: number): Float64Array =>
        Float64Array.from({ length: rows }, () => Math.exp(stream.nextNormal()));
      total += empiricalCoverage(draw(50), conformalHalfWidth(draw(59), 0.9));
    }
    // k = ceil(60 * 0.9) = 54 of 59: coverage is 54 / 60 = 0.9 on average; its sd over 400 rounds is about 0.003.
    expect(total / rounds).toBeGreaterThan(0.888);
    expect(total / rounds).toBeLessThan(0.912);
  });
});
