import { describe, expect, it } from 'vitest';
import type { EncodedDataset, EncodedSplit } from '../../../src/core/recipe/dataset';
import { buildReport } from '../../../src/core/report/buildReport';
import { stringifyJson } from '../../../src/shared/numbers';
import type { Task } from '../../../src/shared/schema/experiment';
import { runReportSchema } from '../../../src/shared/schema/report';
import { datasetOf, experimentOf } from '../train/support';
import { breathe, LAYERS, reportOf, splitOf, TRAINING, trainedWeights, withContext } from './support';

const NONE = splitOf([]);

/** The first rows, or other ones. */
function rowsOf(split: EncodedSplit, rows: readonly number[]): EncodedSplit {
  const pick = (values: Float32Array): Float32Array => {
    const width = values.length / split.rows;
    return Float32Array.from(rows.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
  };
  return {
    rows: rows.length,
    x: pick(split.x),
    y: pick(split.y),
    sourceRows: Int32Array.from(rows, (row) => split.sourceRows[row] ?? -1),
  };
}

describe('a report of little', () => {
  it('leaves baselines out when the config does not want them', async () => {
    const report = await reportOf('binary', { evaluation: { baseline: false } });
    expect(report.baselines).toEqual([]);
    expect(report.verdict.text).toMatch(/there is no baseline beside it/);
  });

  it('keeps what matters when there is no time, and says what is not there', async () => {
    const report = await reportOf('multiclass', { budgetMs: 0 });
    expect(report.validation?.scores.accuracy?.resamples).toBe(1000);
    expect(report.validation?.scores.loss).toMatchObject({ resamples: 0 });
    expect(report.baselines.map(({ state }) => state)).toEqual(['fitted', 'failed', 'failed', 'failed']);
    expect(report.verdict).toMatchObject({ baseline: 'constant', split: 'test' });
    expect(report.verdict.cautions).toContain(
      'Not compared with: logistic regression, nearest neighbours, boosted trees.',
    );
    expect(new Set(report.leftOut.map(({ why }) => why))).toEqual(new Set(['time']));
    expect(report.worstRows).toBeUndefined();
  });

  it('ends early when a stop is asked for in the midst of it', async () => {
    const stop = new AbortController();
    let breaths = 0;
    const report = await reportOf('binary', {
      signal: stop.signal,
      breathe: () => {
        if (++breaths === 25) stop.abort();
        return Promise.resolve();
      },
    });
    expect(report.test).toBeDefined();
    expect(report.leftOut.map(({ why }) => why)).toContain('stopped');
    expect(runReportSchema.parse(JSON.parse(stringifyJson(report)))).toEqual(report);
  });

  it('tells of a baseline that fails and goes on', async () => {
    const dataset = datasetOf('binary');
    const x = dataset.train.x.slice();
    x[0] = NaN;
    const weights = await trainedWeights(experimentOf('binary', LAYERS, TRAINING), dataset);
    const broken: EncodedDataset = { ...dataset, train: { ...dataset.train, x } };
    const experiment = experimentOf('binary', LAYERS, TRAINING);
    const report = await withContext(experiment, broken, weights, (context) =>
      buildReport({ ...context, breathe, tried: { configs: 1, testLooks: 1 } }),
    );
    const linear = report.baselines.find(({ kind }) => kind === 'linear');
    expect(linear).toMatchObject({ state: 'failed', reason: expect.stringContaining('NaN') as unknown });
    expect(report.test).toBeDefined();
  });

  it.each<[string, Task, (dataset: EncodedDataset) => EncodedDataset]>([
    [
      'one held-out row',
      'binary',
      (d) => ({ ...d, validation: rowsOf(d.validation, [0]), test: rowsOf(d.test, [0]) }),
    ],
    ['one train row', 'multiclass', (d) => ({ ...d, train: rowsOf(d.train, [0]) })],
    ['one train row of a number', 'regression', (d) => ({ ...d, train: rowsOf(d.train, [0]) })],
    [
      'one class in the split',
      'binary',
      (d) => {
        const rows = [...d.test.y.keys()].filter((row) => d.test.y[row] === 1);
        return { ...d, test: rowsOf(d.test, rows), validation: rowsOf(d.test, rows) };
      },
    ],
    ['no test rows', 'regression', (d) => ({ ...d, test: NONE })],
    [
      'a constant column',
      'binary',
      (d) => ({
        ...d,
        validation: { ...d.validation, x: d.validation.x.map((v, i) => (i % 3 === 0 ? 1 : v)) },
      }),
    ],
    [
      'huge values',
      'regression',
      (d) => ({ ...d, validation: { ...d.validation, x: d.validation.x.map((v) => v * 1e30) } }),
    ],
  ])('stands %s', async (_name, task, change) => {
    const report = await reportOf(task, { dataset: change(datasetOf(task)) });
    expect(runReportSchema.parse(JSON.parse(stringifyJson(report)))).toEqual(report);
    expect(report.leftOut.filter(({ why }) => why === 'failed')).toEqual([]);
    expect(report.verdict.text).not.toBe('');
  });

  it('names lines, and does without when the file is gone', async () => {
    const lines = await reportOf('binary', {
      linesOf: (rows) => Promise.resolve(rows.map((row) => row + 2)),
    });
    expect(lines.worstRows?.rows.every(({ sourceRow, line }) => line === sourceRow + 2)).toBe(true);
    const gone = await reportOf('binary', { linesOf: () => Promise.reject(new Error('gone')) });
    expect(gone.worstRows?.rows.every(({ line }) => line === undefined)).toBe(true);
  });
});
