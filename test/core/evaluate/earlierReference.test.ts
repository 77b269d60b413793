import { describe, expect, it } from 'vitest';
import { classificationScores, confusionCounts } from '../../../src/core/evaluate/classification';
import { rocAuc, rocAucOneVsRest } from '../../../src/core/evaluate/ranking';
import { regressionScores } from '../../../src/core/evaluate/regression';
import { reference } from '../train/support';

describe('metrics, against scikit-learn', () => {
  it('accuracy, balanced accuracy and macro F1, also when a class never occurs', () => {
    for (const { actual, predicted, classes, ...expected } of reference.metrics.classification) {
      const found = classificationScores(Uint32Array.from(actual), Uint32Array.from(predicted), classes);
      expect(found.accuracy).toBeCloseTo(expected.accuracy, 10);
      expect(found.balancedAccuracy).toBeCloseTo(expected.balancedAccuracy, 10);
      expect(found.macroF1).toBeCloseTo(expected.macroF1, 10);
    }
  });

  it('ROC AUC with many ties', () => {
    const { positive, score, value } = reference.metrics.rocAuc;
    expect(rocAuc(Uint8Array.from(positive), Float32Array.from(score))).toBeCloseTo(value, 10);
  });

  it('ROC AUC one versus rest', () => {
    const { actual, probabilities, classes, value } = reference.metrics.rocAucOneVsRest;
    const found = rocAucOneVsRest(Uint32Array.from(actual), Float64Array.from(probabilities), classes);
    expect(found).toBeCloseTo(value, 10);
  });

  it('rmse, mae and r2', () => {
    const { actual, predicted, rmse, mae, r2 } = reference.metrics.regression;
    const found = regressionScores(Float64Array.from(actual), Float64Array.from(predicted));
    expect(found.rmse).toBeCloseTo(rmse, 9);
    expect(found.mae).toBeCloseTo(mae, 9);
    expect(found.r2).toBeCloseTo(r2, 10);
  });
});

describe('metrics at their edges', () => {
  it('counts rows by true and predicted class', () => {
    expect(confusionCounts(Uint32Array.of(0, 0, 1), Uint32Array.of(0, 1, 1), 2)).toEqual(
      Float64Array.of(1, 1, 0, 1),
    );
  });

  it('has no ROC AUC when one class occurs, 1 when separated, 0.5 when all scores tie', () => {
    expect(rocAuc(Uint8Array.of(1, 1), Float32Array.of(0, 1))).toBeNaN();
    expect(rocAuc(Uint8Array.of(0, 1), Float32Array.of(0, 1))).toBe(1);
    expect(rocAuc(Uint8Array.of(0, 1, 0, 1), Float32Array.of(2, 2, 2, 2))).toBe(0.5);
  });

  it('has no r2 when the actual values are all equal', () => {
    expect(regressionScores(Float64Array.of(3, 3), Float64Array.of(2, 4))).toEqual({
      rmse: 1,
      mae: 1,
      r2: NaN,
    });
  });
});
