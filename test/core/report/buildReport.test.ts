import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/core/report/buildReport';
import { fullScores } from '../../../src/core/train/scores';
import { scoreInput } from '../../../src/core/report/scoreOutputs';
import { stringifyJson } from '../../../src/shared/numbers';
import { runReportSchema, type RunReport } from '../../../src/shared/schema/report';
import { datasetOf, experimentOf } from '../train/support';
import {
  breathe,
  LAYERS,
  plainReport,
  reportOf,
  splitOf,
  TRAINING,
  trainedWeights,
  withContext,
} from './support';

const NONE = splitOf([]);

describe('buildReport', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)(
    'tells everything of a %s, as its schema says',
    async (task) => {
      const report = await plainReport(task);
      expect(runReportSchema.parse(JSON.parse(stringifyJson(report)))).toEqual(report);
      expect(report.leftOut).toEqual([]);
      expect(report.baselines.map(({ state, kind }) => [state, kind])).toEqual(
        ['constant', 'linear', 'nearest', 'boostedTrees'].map((kind) => ['fitted', kind]),
      );
      expect(report.worstRows?.rows).toHaveLength(20);
      expect(report.importance?.columns).toHaveLength(3);
      expect(report.dependence?.columns).toHaveLength(3);
      expect(report.slices?.columns).toHaveLength(3);
      expect(report.predictionIntervals).toHaveLength(task === 'regression' ? 3 : 0);
      expect(report.labelNoise === undefined).toBe(task === 'regression');
    },
  );

  it.each(['binary', 'multiclass', 'regression'] as const)(
    'scores a %s as the training does, each score within its interval',
    async (task) => {
      const dataset = datasetOf(task);
      const experiment = experimentOf(task, LAYERS, TRAINING);
      const weights = await trainedWeights(experiment, dataset);
      await withContext(experiment, dataset, weights, async (context) => {
        const report = await buildReport({ ...context, breathe, tried: { configs: 1, testLooks: 1 } });
        const outputs = await context.engine.forward(dataset.test.x, dataset.test.rows);
        const scores = fullScores(scoreInput(context, dataset.test, outputs));
        const told = Object.entries(report.test?.scores ?? {});
        expect(Object.fromEntries(told.map(([name, { value }]) => [name, value]))).toEqual(scores);
        for (const [name, { low, high, value, resamples }] of told) {
          expect(resamples, name).toBeGreaterThan(500);
          expect(high, name).toBeGreaterThanOrEqual(low);
          // Of calibration errors and extremes a resample is worse than the rows on the whole.
          if (!['ece', 'mce', 'maxError'].includes(name))
            expect(low <= value && value <= high, name).toBe(true);
        }
      });
    },
  );

  it('is the same for the same seed', async () => {
    expect(await reportOf('binary')).toEqual(await plainReport('binary'));
  });

  it('lets no test row choose: with others in their place, all that is not of them stays, bit by bit', async () => {
    const dataset = datasetOf('binary');
    const flipped = {
      ...dataset.test,
      y: dataset.test.y.map((label) => 1 - label),
      x: dataset.test.x.map((v) => -2 * v),
    };
    const withoutTest = ({
      test,
      verdict,
      baselines,
      createdMs: _c,
      tookMs: _t,
      ...rest
    }: RunReport): unknown => ({
      ...rest,
      rival: verdict.baseline,
      scored: test === undefined,
      baselines: baselines.map((baseline) => ({ ...baseline, test: undefined, fitMs: 0 })),
    });
    const [a, b] = [
      await plainReport('binary'),
      await reportOf('binary', { dataset: { ...dataset, test: flipped } }),
    ];
    expect(withoutTest(a)).toEqual(withoutTest(b));
    expect(a.test).not.toEqual(b.test);
  });

  it('leaves the test rows sealed when the config says so', async () => {
    const report = await reportOf('regression', { evaluation: { testOnce: false } });
    expect(report.test).toBeUndefined();
    expect(report.verdict.split).toBe('validation');
    expect(
      report.baselines.every((baseline) => baseline.state === 'fitted' && baseline.test === undefined),
    ).toBe(true);
    expect(report.predictionIntervals.every(({ testCoverage }) => testCoverage === undefined)).toBe(true);
  });

  it('looks at the test rows one by one only where there are no validation rows', async () => {
    expect((await plainReport('binary')).worstRows?.split).toBe('validation');
    const dataset = { ...datasetOf('binary'), validation: NONE };
    const report = await reportOf('binary', { dataset });
    expect(report.worstRows?.split).toBe('test');
    expect(report.validation).toBeUndefined();
    const sealed = await reportOf('binary', { dataset, evaluation: { testOnce: false } });
    expect(sealed.verdict.outcome).toBe('unknown');
    expect(sealed.leftOut.map(({ part, why }) => [part, why])).toEqual(
      ['worstRows', 'importance', 'dependence', 'slices'].map((part) => [part, 'noRows']),
    );
    expect(sealed.labelNoise).toBeDefined();
  });

  it('finds the cheapest threshold by the costs of the config', async () => {
    const costs = { falsePositive: 1, falseNegative: 20 };
    const { validation } = await reportOf('binary', { evaluation: { costs } });
    const details = validation?.details;
    const best = details?.kind === 'classes' ? details.thresholds?.best?.cost : undefined;
    expect(best?.cost).toBe(best!.falsePositives + 20 * best!.falseNegatives);
    const rows = details?.kind === 'classes' ? (details.thresholds?.rows ?? []) : [];
    expect(Math.min(...rows.map(({ cost }) => cost))).toBe(best?.cost);
  });

  it('explains each worst row by contributions that add up', async () => {
    const { worstRows } = await plainReport('multiclass');
    for (const { contributions = [], output = NaN, reference = NaN } of worstRows?.rows ?? []) {
      const sum = contributions.reduce((total, { value }) => total + value, 0);
      expect(Math.abs(sum - (output - reference))).toBeLessThanOrEqual(
        0.01 * Math.abs(output - reference) + 1e-9,
      );
    }
    const losses = worstRows?.rows.map(({ loss }) => loss) ?? [];
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
  });
});
