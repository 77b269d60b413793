import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrationCurve,
  calibrationError,
  calibrationErrorOf,
  confidences,
} from '../../../src/core/evaluate/calibration';
import { precisionRecallCurve, rocCurve } from '../../../src/core/evaluate/curves';
import { brierScore, logLoss, topKAccuracy } from '../../../src/core/evaluate/probabilities';
import {
  averageOfClasses,
  averagePrecision,
  averagePrecisionPerClass,
  rocAuc,
  rocAucOneVsRest,
  rocAucPerClass,
  supportOf,
} from '../../../src/core/evaluate/ranking';
import { classScalars } from '../../../src/core/evaluate/scalarScores';
import { thresholdCounts } from '../../../src/core/evaluate/thresholdCounts';
import { thresholdTable } from '../../../src/core/evaluate/thresholds';
import { expectAllClose, expectClose, expectScores, readReference } from './reference';

interface BinaryCase {
  readonly name: string;
  readonly positive: number[];
  readonly score: number[];
  readonly rocAuc: number;
  readonly prAuc: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly top1: number;
  readonly ece: number;
  readonly mce: number;
  readonly roc: Record<'falsePositiveRate' | 'truePositiveRate' | 'thresholds', number[]>;
  readonly precisionRecall: Record<'precision' | 'recall' | 'thresholds', number[]>;
  readonly thresholds: Record<'falsePositives' | 'truePositives' | 'thresholds', number[]>;
  readonly calibration: {
    readonly strategy: 'uniform' | 'quantile';
    readonly bins: number;
    readonly observed: number[];
    readonly predicted: number[];
  }[];
  readonly table: Record<string, number>[];
}
interface MulticlassCase {
  readonly name: string;
  readonly actual: number[];
  readonly probabilities: number[];
  readonly classes: number;
  readonly rocAuc: number;
  readonly rocAucWeighted: number;
  readonly prAuc: number;
  readonly rocAucPerClass: number[];
  readonly prAucPerClass: number[];
  readonly logLoss: number;
  readonly brier: number;
  readonly topK: number[];
  readonly ece: number;
  readonly mce: number;
}
const { binary, multiclass } = readReference('probabilities') as {
  binary: BinaryCase[];
  multiclass: MulticlassCase[];
};
const COSTS = { costFalsePositive: 2.5, costFalseNegative: 7 };

describe('scores of a binary probability, against scikit-learn', () => {
  it.each(binary)('$name', (expected) => {
    const positive = Uint8Array.from(expected.positive);
    const score = Float64Array.from(expected.score);
    const rows = {
      actual: Uint32Array.from(positive),
      probabilities: Float64Array.from(expected.score.flatMap((p) => [1 - p, p])),
      classes: 2,
    };
    expectClose(rocAuc(positive, score), expected.rocAuc, 'ROC AUC');
    expectClose(averagePrecision(positive, score), expected.prAuc, 'average precision');
    expectClose(logLoss(rows), expected.logLoss, 'log loss');
    expectClose(brierScore(rows), expected.brier, 'Brier score');
    expectClose(topKAccuracy(rows, 1), expected.top1, 'top 1');
    expectScores({ ...calibrationErrorOf(rows) }, { ece: expected.ece, mce: expected.mce }, 'calibration');
    const counts = thresholdCounts(positive, score);
    expectAllClose(counts.thresholds, expected.thresholds.thresholds, 'thresholds');
    expectAllClose(counts.truePositives, expected.thresholds.truePositives, 'true positives');
    expectAllClose(counts.falsePositives, expected.thresholds.falsePositives, 'false positives');
  });

  it.each(binary)('curves: $name', (expected) => {
    const positive = Uint8Array.from(expected.positive);
    const score = Float64Array.from(expected.score);
    const roc = rocCurve(positive, score);
    expectAllClose(roc.falsePositiveRate, expected.roc.falsePositiveRate, 'false positive rate');
    expectAllClose(roc.truePositiveRate, expected.roc.truePositiveRate, 'true positive rate');
    expectAllClose(roc.thresholds, expected.roc.thresholds, 'thresholds');
    const pr = precisionRecallCurve(positive, score);
    expectAllClose(pr.precision, expected.precisionRecall.precision, 'precision');
    expectAllClose(pr.recall, expected.precisionRecall.recall, 'recall');
    expectAllClose(pr.thresholds, [...expected.precisionRecall.thresholds, Infinity], 'thresholds');
    for (const { strategy, bins, observed, predicted } of expected.calibration) {
      const curve = calibrationCurve(positive, score, { strategy, bins });
      expectAllClose(curve.observed, observed, `observed, ${strategy}, ${bins}`);
      expectAllClose(curve.predicted, predicted, `predicted, ${strategy}, ${bins}`);
    }
  });

  it.each(binary)('threshold table: $name', (expected) => {
    const positive = Uint8Array.from(expected.positive);
    const table = thresholdTable(positive, Float64Array.from(expected.score), { costs: COSTS });
    expect(table.rows.length).toBe(expected.table.length);
    table.rows.forEach((row, i) => expectScores({ ...row }, expected.table[i]!, `row ${i}`));
    const most = (of: (row: Record<string, number>) => number): number => Math.max(...expected.table.map(of));
    expectClose(
      table.best?.f1.f1,
      most((row) => row['f1']!),
      'best F1',
    );
    expectClose(table.best?.cost.cost, -most((row) => -row['cost']!), 'least cost');
    expectClose(
      table.best?.youden.youden,
      most((row) => row['recall']! + row['specificity']! - 1),
      'Youden',
    );
  });
});

describe('scores of several probabilities, against scikit-learn', () => {
  it.each(multiclass)('$name', (expected) => {
    const rows = {
      actual: Uint32Array.from(expected.actual),
      probabilities: Float64Array.from(expected.probabilities),
      classes: expected.classes,
    };
    const support = supportOf(rows.actual, rows.classes);
    const areas = rocAucPerClass(rows);
    const precisions = averagePrecisionPerClass(rows);
    expectAllClose(areas, expected.rocAucPerClass, 'ROC AUC a class');
    expectAllClose(precisions, expected.prAucPerClass, 'average precision a class');
    expectClose(rocAucOneVsRest(rows.actual, rows.probabilities, 5), expected.rocAuc, 'macro ROC AUC');
    expectClose(averageOfClasses(areas, support).weighted, expected.rocAucWeighted, 'weighted ROC AUC');
    expectClose(averageOfClasses(precisions, support).macro, expected.prAuc, 'macro average precision');
    expectClose(logLoss(rows), expected.logLoss, 'log loss');
    expectClose(brierScore(rows), expected.brier, 'Brier score');
    expected.topK.forEach((value, i) => expectClose(topKAccuracy(rows, i + 1), value, `top ${i + 1}`));
    expectScores({ ...calibrationErrorOf(rows) }, { ece: expected.ece, mce: expected.mce }, 'calibration');
  });
});

describe('scores of probabilities at their edges', () => {
  const noRows = { actual: new Uint32Array(0), probabilities: new Float64Array(0), classes: 3 };

  it('has no ROC AUC and no average precision of no rows or of a score that is not a number', () => {
    expect(rocAuc(new Uint8Array(0), new Float64Array(0))).toBeNaN();
    expect(averagePrecision(new Uint8Array(0), new Float64Array(0))).toBeNaN();
    expect(rocAuc(Uint8Array.of(0, 1), Float64Array.of(0, NaN))).toBeNaN();
    expect(averagePrecision(Uint8Array.of(0, 1), Float64Array.of(0, NaN))).toBeNaN();
    expect(rocCurve(Uint8Array.of(0, 1), Float64Array.of(0, NaN)).thresholds.length).toBe(0);
    expect(precisionRecallCurve(Uint8Array.of(0, 1), Float64Array.of(0, NaN)).thresholds.length).toBe(0);
    expect(thresholdTable(new Uint8Array(0), new Float64Array(0))).toEqual({ rows: [], best: undefined });
  });

  it('has no ROC AUC when one class occurs, 1 when separated, 0.5 when all scores tie', () => {
    expect(rocAuc(Uint8Array.of(1, 1), Float32Array.of(0, 1))).toBeNaN();
    expect(rocAuc(Uint8Array.of(0, 1), Float32Array.of(0, 1))).toBe(1);
    expect(rocAuc(Uint8Array.of(0, 1, 0, 1), Float32Array.of(2, 2, 2, 2))).toBe(0.5);
  });

  it('ranks infinite scores', () => {
    expect(rocAuc(Uint8Array.of(0, 1, 1), Float32Array.of(-Infinity, -Infinity, Infinity))).toBe(0.75);
  });

  it('leaves every measure out that no rows have, and those of probabilities that are no numbers', () => {
    expect(classScalars({ ...noRows, predicted: new Uint32Array(0) })).toEqual({});
    const broken = classScalars({
      actual: Uint32Array.of(0, 1),
      predicted: Uint32Array.of(0, 0),
      probabilities: new Float64Array(4).fill(NaN),
      classes: 2,
    });
    expect(Object.keys(broken)).not.toEqual(expect.arrayContaining(['logLoss']));
    expect(broken).toMatchObject({ accuracy: 0.5 });
    for (const name of ['logLoss', 'brier', 'ece', 'mce', 'rocAuc', 'prAuc']) {
      expect(broken).not.toHaveProperty(name);
    }
  });

  it('bounds the points of a curve and keeps its ends', () => {
    const rows = 5000;
    const positive = Uint8Array.from({ length: rows }, (_, i) => ((i * 7919) % 3 === 0 ? 1 : 0));
    const score = Float64Array.from({ length: rows }, (_, i) => ((i * 104729) % 10007) / 10007);
    const roc = rocCurve(positive, score);
    expect(roc.thresholds.length).toBe(500);
    expect([roc.falsePositiveRate[0], roc.truePositiveRate[0]]).toEqual([0, 0]);
    expect([roc.falsePositiveRate[499], roc.truePositiveRate[499]]).toEqual([1, 1]);
    const pr = precisionRecallCurve(positive, score, 50);
    expect(pr.recall.length).toBe(50);
    expect([pr.recall[0], pr.recall[49], pr.precision[49]]).toEqual([1, 0, 1]);
    const table = thresholdTable(positive, score, { rows: 20 });
    // Those that are best may lie between.
    expect(table.rows.length).toBeLessThanOrEqual(23);
    expect(table.rows).toContainEqual(table.best?.f1);
  });

  it('calibrates the likeliest class of several, the positive one of two', () => {
    expect(
      confidences({
        actual: Uint32Array.of(1, 0),
        probabilities: Float64Array.of(0.2, 0.5, 0.3, 0.4, 0.4, 0.2),
        classes: 3,
      }),
    ).toEqual({ positive: Uint8Array.of(1, 1), probability: Float64Array.of(0.5, 0.4) });
    expect(
      confidences({ actual: Uint32Array.of(1), probabilities: Float64Array.of(0.8, 0.2), classes: 2 }),
    ).toEqual({ positive: Uint8Array.of(1), probability: Float64Array.of(0.2) });
  });

  it('is perfectly calibrated when each bin is as it says', () => {
    const curve = calibrationCurve(Uint8Array.of(1, 0, 0, 0), new Float64Array(4).fill(0.25));
    expect(calibrationError(curve)).toEqual({ ece: 0, mce: 0 });
  });
});

describe('areas, by their properties', () => {
  const rankings = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -5, max: 5 })), {
    minLength: 2,
    maxLength: 60,
  });

  it('turn over with the scores, and do not see how far scores are apart', () => {
    fc.assert(
      fc.property(rankings, (rows) => {
        const positive = Uint8Array.from(rows, ([is]) => (is ? 1 : 0));
        const score = Float64Array.from(rows, ([, value]) => value);
        const area = rocAuc(positive, score);
        fc.pre(!Number.isNaN(area));
        expect(
          rocAuc(
            positive,
            score.map((v) => -v),
          ),
        ).toBeCloseTo(1 - area, 12);
        expect(
          rocAuc(
            positive,
            score.map((v) => v ** 3 * 1e300),
          ),
        ).toBe(area);
        expect(averagePrecision(positive, score.map(Math.exp))).toBe(averagePrecision(positive, score));
      }),
    );
  });

  it('the ROC AUC is the area under its curve', () => {
    fc.assert(
      fc.property(rankings, (rows) => {
        const positive = Uint8Array.from(rows, ([is]) => (is ? 1 : 0));
        const score = Float64Array.from(rows, ([, value]) => value);
        const area = rocAuc(positive, score);
        fc.pre(!Number.isNaN(area));
        const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(positive, score);
        let under = 0;
        for (let i = 1; i < x.length; i++) under += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
        expect(under).toBeCloseTo(area, 12);
      }),
    );
  });
});
