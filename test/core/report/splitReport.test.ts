import { describe, expect, it } from 'vitest';
import { baselineMatrix } from '../../../src/core/baselines/matrix';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';
import { Parts } from '../../../src/core/report/parts';
import { predictionIntervals } from '../../../src/core/report/predictionIntervals';
import { scoreBaselines } from '../../../src/core/report/baselineScores';
import { scoreNetwork } from '../../../src/core/report/scoredRows';
import { slicesReport } from '../../../src/core/report/sliceScoresOf';
import { scoreSplit } from '../../../src/core/report/scoreOutputs';
import { splitDetails } from '../../../src/core/report/splitReport';
import { scorePlainOutputs } from '../../../src/core/train/scores';
import { evaluationSchema } from '../../../src/shared/schema/experiment';
import { datasetOf, experimentOf } from '../train/support';
import { breathe, datasetOfSplits, splitOf, TARGETS, withContext } from './support';

const evaluation = evaluationSchema.parse({ costs: { falsePositive: 1, falseNegative: 3 } });

describe('the report of a split', () => {
  it('counts classes, tells precision and recall, and costs every threshold', () => {
    // Logits of four rows: probabilities 0.88, 0.27, 0.73, 0.12.
    const scored = scoreNetwork({
      target: TARGETS.binary,
      loss: { type: 'binaryCrossEntropy', labelSmoothing: 0 },
      outputActivation: 'sigmoid',
      outputs: Float32Array.of(2, -1, 1, -2),
      y: Float32Array.of(1, 1, 0, 0),
      rows: 4,
      width: 1,
    });
    const details = splitDetails(scored, TARGETS.binary, evaluation);
    expect(details).toMatchObject({
      kind: 'classes',
      confusion: [
        [1, 1],
        [1, 1],
      ],
      classes: [
        { name: 'no', support: 2, predicted: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
        { name: 'yes', support: 2, predicted: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      ],
      curves: [{ className: 'yes' }],
      thresholds: { costs: { falsePositive: 1, falseNegative: 3 } },
    });
    if (details?.kind !== 'classes') throw new Error('no classes');
    // Thresholds none, 0.88, 0.73, 0.27, 0.12: false positives 0 0 1 1 2, false negatives 2 1 1 0 0.
    expect(details.thresholds?.rows.map(({ cost }) => cost)).toEqual([6, 3, 4, 1, 2]);
    expect(details.thresholds?.best?.cost.threshold).toBeCloseTo(1 / (1 + Math.exp(1)), 6);
    expect(details.curves[0]?.roc.falsePositiveRate).toEqual([0, 0, 0.5, 0.5, 1]);
    expect(details.curves[0]?.roc.truePositiveRate).toEqual([0, 0.5, 0.5, 1, 1]);
  });

  it('sums residuals up in the unit of the target, and promises intervals from validation rows', () => {
    const ofResiduals = (residuals: readonly number[]) =>
      scoreNetwork({
        target: TARGETS.regression,
        loss: { type: 'meanSquaredError' },
        outputActivation: 'linear',
        outputs: Float32Array.from(residuals),
        y: new Float32Array(residuals.length),
        rows: residuals.length,
        width: 1,
      });
    const validation = ofResiduals([-1, 0.5, 2, -0.25, 0.75, 1, -1.5, 0, 0.25]);
    const test = ofResiduals([1.75, -2.5, 0, 1]);
    const details = splitDetails(validation, TARGETS.regression, evaluation);
    // sd 10, mean 100.
    expect(details).toMatchObject({
      kind: 'numbers',
      residuals: { min: -15, max: 20, quantiles: { q50: 2.5 } },
    });
    if (details?.kind !== 'numbers') throw new Error('no numbers');
    expect(details.residuals.mean).toBeCloseTo((10 * 1.75) / 9, 12);
    expect(details.sample.predicted.slice(0, 2)).toEqual([90, 105]);
    expect(details.sample.actual[0]).toBe(100);
    // k = ceil(10 * 0.8) = 8: the 8th of 0, 0.25, 0.25, 0.5, 0.75, 1, 1, 1.5, 2; for 0.9 the 9th; for 0.95 there is none.
    expect(predictionIntervals(validation, test)).toEqual([
      { level: 0.8, halfWidth: 15, calibratedOnRows: 9, testCoverage: 0.5 },
      { level: 0.9, halfWidth: 20, calibratedOnRows: 9, testCoverage: 0.75 },
      { level: 0.95, halfWidth: Infinity, calibratedOnRows: 9, testCoverage: 1 },
    ]);
    expect(predictionIntervals(undefined, test)).toEqual([]);
  });

  it('scores a baseline as it is: fitted on train rows, on the same encoding', async () => {
    const dataset = datasetOf('multiclass');
    const experiment = experimentOf('multiclass', []);
    await withContext(experiment, dataset, new Float32Array(12), async (context) => {
      const parts = new Parts({ clock: context.clock, budgetMs: 1e6, breathe });
      const scored = await scoreBaselines(context, {
        primary: 'accuracy',
        splits: ['validation', 'test'],
        parts,
        breathe,
      });
      const { train, test, recipe } = dataset;
      const options = { seed: 1, clock: context.clock, breathe };
      for (const { report } of scored) {
        if (report.state === 'failed') throw new Error(report.reason);
        const { kind } = report;
        const slices = [{ kind: 'numbers', start: 0, width: 3 }] as const;
        const matrix = baselineMatrix(train.x, train.rows, slices, { kind });
        const fitted = await fitBaseline(
          kind,
          'multiclass',
          { ...train, features: matrix.features },
          options,
        );
        const outputs = await fitted.predict(test.x, test.rows, { breathe });
        const plain = {
          target: recipe.target,
          ...context.plan,
          outputs,
          y: test.y,
          rows: test.rows,
          width: 3,
        };
        const told = Object.entries(report.test ?? {}).map(([name, { value }]) => [name, value]);
        expect(Object.fromEntries(told)).toEqual(scorePlainOutputs(plain));
        expect(report.test?.accuracy?.resamples).toBe(1000);
      }
    });
  });
});

describe('slices', () => {
  it('score each category and bin by itself, worst first, and warn of small ones', async () => {
    // f(x) = x1; group "b" is off by 2 each, "a" by 1.
    const row = (group: 'a' | 'b', off: number) => ({
      x: [group === 'a' ? 1 : 0, group === 'b' ? 1 : 0, 5],
      y: [5 - off],
    });
    const rows = [
      ...Array.from({ length: 40 }, () => row('a', 1)),
      ...Array.from({ length: 10 }, () => row('b', 2)),
    ];
    const dataset = datasetOfSplits(
      {
        encoders: [
          {
            type: 'category',
            column: 'g',
            names: ['g=a', 'g=b'],
            vocabulary: ['a', 'b'],
            other: false,
            missing: false,
          },
          { type: 'number', column: 'n', names: ['n'], fill: 0, offset: 0, divisor: 1, indicator: false },
        ],
        featureNames: ['g=a', 'g=b', 'n'],
        target: { task: 'regression', column: 'y', mean: 0, sd: 3 },
      },
      { train: splitOf(rows), validation: splitOf(rows), test: splitOf([]) },
    );
    await withContext(
      experimentOf('regression', []),
      dataset,
      Float32Array.of(0, 0, 1, 0),
      async (context) => {
        const outputs = await context.engine.forward(dataset.validation.x, 50);
        const slices = await slicesReport(context, {
          split: 'validation',
          metric: 'mae',
          scored: scoreSplit(context, dataset.validation, outputs),
          parts: new Parts({ clock: context.clock, budgetMs: 1e6, breathe }),
        });
        // The number has one value: nothing to slice.
        expect(slices?.columns.map(({ column }) => column)).toEqual(['g']);
        const [worst, best] = slices?.columns[0]?.slices ?? [];
        expect(worst).toMatchObject({
          name: 'b',
          rows: 10,
          small: true,
          score: { value: 6 },
          gap: { value: 3 },
        });
        expect(best).toMatchObject({
          name: 'a',
          rows: 40,
          small: false,
          score: { value: 3 },
          gap: { value: -3 },
        });
      },
    );
  });
});
