// Holds the Metrics page's reducer and what it says of a run.
import { describe, expect, it } from 'vitest';
import type { SeriesChunk } from '../../../src/shared/metricSeries';
import type { RunSummary } from '../../../src/shared/schema/run';
import {
  epochRows,
  initialState,
  metricCurves,
  reduce,
  timeOrigin,
  type MetricsEvent,
  type MetricsState,
} from '../../../webview/metrics/state';
import {
  announcement,
  backendTooltip,
  endingSentence,
  furtherScoreRows,
  nextStep,
  scoreRows,
  uncertainty,
  verdict,
} from '../../../webview/metrics/words';

const start = initialState({ xAxis: 'epoch', logLoss: false, showTable: false });

function runOf(change: Partial<RunSummary> = {}): RunSummary {
  return {
    version: 1,
    runId: 'a',
    name: 'iris',
    state: 'running',
    phase: 'training',
    createdMs: 0,
    updatedMs: 10,
    dataPath: '/iris.csv',
    target: 'species',
    task: 'multiclass',
    seed: 1,
    epochs: 10,
    epoch: 3,
    step: 30,
    warnings: [],
    ...change,
  };
}

function chunkOf(metric: string, values: number[], change: Partial<SeriesChunk> = {}): SeriesChunk {
  const index = Float64Array.from(values, (_, i) => i + 1);
  return {
    metric,
    split: 'train',
    resolution: 'epoch',
    step: index.map((i) => i * 10),
    epoch: index,
    wallTimeMs: index.map((i) => 500 + i),
    value: Float64Array.from(values),
    ...change,
  };
}

const play = (...events: MetricsEvent[]): MetricsState => events.reduce(reduce, start);

describe('reduce', () => {
  it('appends deltas and forgets all on reset', () => {
    const series = { type: 'series', runId: 'a' } as const;
    const twice = play(
      { type: 'run', run: runOf() },
      { ...series, reset: true, chunks: [chunkOf('loss', [3, 2])] },
      { ...series, reset: false, chunks: [chunkOf('loss', [1])] },
    );
    expect([...metricCurves(twice)[0]!.train!.value.values()]).toEqual([3, 2, 1]);
    const reset = reduce(twice, { ...series, reset: true, chunks: [chunkOf('loss', [9])] });
    expect([...metricCurves(reset)[0]!.train!.value.values()]).toEqual([9]);
    expect([...metricCurves(twice)[0]!.train!.value.values()]).toEqual([3, 2, 1]);
  });

  it('never shows the points of one run under the name of another', () => {
    const state = play(
      { type: 'run', run: runOf() },
      { type: 'series', runId: 'a', reset: true, chunks: [chunkOf('loss', [1])] },
      { type: 'zoom', range: { from: 1, to: 2 } },
      { type: 'run', run: runOf({ runId: 'b' }) },
    );
    expect(state.series.size).toBe(0);
    expect(state.zoom).toBeUndefined();
    const late = reduce(state, { type: 'series', runId: 'b', reset: false, chunks: [chunkOf('loss', [7])] });
    expect(late.series.size).toBe(1);
  });

  it('keeps points and zoom when the same run is told again', () => {
    const state = play(
      { type: 'run', run: runOf() },
      { type: 'series', runId: 'a', reset: true, chunks: [chunkOf('loss', [1])] },
      { type: 'zoom', range: { from: 1, to: 2 } },
      { type: 'run', run: runOf({ epoch: 4 }), timeLeftMs: 9 },
    );
    expect(state.series.size).toBe(1);
    expect(state.zoom).toEqual({ from: 1, to: 2 });
    expect(state.timeLeftMs).toBe(9);
  });

  it('drops a zoom when the axis gets another unit', () => {
    const zoomed = play({ type: 'zoom', range: { from: 1, to: 2 } });
    expect(reduce(zoomed, { type: 'xAxis', xAxis: 'step' }).zoom).toBeUndefined();
    expect(reduce(zoomed, { type: 'xAxis', xAxis: 'epoch' })).toBe(zoomed);
  });

  it('says stopping until the run has ended or the request failed', () => {
    const stopping = play({ type: 'run', run: runOf() }, { type: 'stopAsked' });
    expect(stopping.stopping).toBe(true);
    expect(reduce(stopping, { type: 'run', run: runOf() }).stopping).toBe(true);
    expect(reduce(stopping, { type: 'run', run: runOf({ state: 'stopped' }) }).stopping).toBe(false);
    expect(reduce(stopping, { type: 'problem', message: 'no' }).stopping).toBe(false);
  });
});

describe('views of the state', () => {
  const state = play(
    { type: 'run', run: runOf() },
    {
      type: 'series',
      runId: 'a',
      reset: true,
      chunks: [
        chunkOf('accuracy', [0.5, 0.6]),
        chunkOf('loss', [3, 2]),
        chunkOf('loss', [3.5, NaN], { split: 'validation' }),
        chunkOf('loss', [4, 3.5], { resolution: 'step', wallTimeMs: Float64Array.of(400, 450) }),
      ],
    },
  );

  it('puts the loss first and the step curve beside its epochs', () => {
    expect(metricCurves(state).map((c) => c.metric)).toEqual(['loss', 'accuracy']);
    expect(metricCurves(state)[0]!.trainSteps).toBeDefined();
    expect(metricCurves(state)[1]!.validation).toBeUndefined();
  });

  it('starts the time axis at the first point of any curve', () => {
    expect(timeOrigin(state)).toBe(400);
    expect(timeOrigin(start)).toBe(0);
  });

  it('tabulates epochs, newest first, with NaN kept', () => {
    const rows = epochRows(state, 10);
    expect(rows.map((row) => row.epoch)).toEqual([2, 1]);
    expect(rows[0]!.values.get('validation/loss')).toBeNaN();
    expect(rows[0]!.values.get('train/accuracy')).toBe(0.6);
    expect(epochRows(state, 1)).toHaveLength(1);
  });
});

describe('words', () => {
  const ended = runOf({
    state: 'completed',
    endReason: 'earlyStopping',
    epoch: 61,
    bestEpoch: 45,
    rows: { train: 240, validation: 52, test: 52 },
    train: { loss: 0.04, accuracy: 0.99 },
    test: { loss: 0.09, accuracy: 0.981 },
    baseline: { kind: 'majority', test: { accuracy: 0.442 } },
  });

  it('puts the test score beside the baseline', () => {
    expect(verdict(ended)).toEqual({
      sentence:
        'Test accuracy 98.1% on 52 rows that training never saw; always answering the most frequent class scores 44.2%.',
      tone: 'good',
    });
  });

  it('says so when the baseline is not beaten, lower being better for RMSE', () => {
    const bad = { ...ended, test: { accuracy: 0.44 } };
    expect(verdict(bad)?.tone).toBe('warning');
    const regression = runOf({
      task: 'regression',
      test: { rmse: 5 },
      baseline: { kind: 'mean', test: { rmse: 4 } },
    });
    expect(verdict(regression)?.tone).toBe('warning');
    expect(verdict({ ...regression, test: { rmse: 3 } })?.tone).toBe('good');
  });

  it('calls a score that is not a number no success', () => {
    expect(verdict({ ...ended, test: { accuracy: NaN } })?.tone).toBe('warning');
  });

  it('tells the interval of an accuracy on few test rows only', () => {
    const rows = { train: 240, validation: 52, test: 52 };
    // statsmodels 0.15.0: 0.9312 to 1 for 52 of 52.
    expect(uncertainty({ test: { accuracy: 1 }, rows })).toBe(
      'Few test rows: the 95% interval of the accuracy is 93.1% to 100%.',
    );
    expect(uncertainty({ test: { accuracy: 1 }, rows: { ...rows, test: 100 } })).toBeUndefined();
    expect(uncertainty({ test: { rmse: 1 }, rows })).toBeUndefined();
    expect(uncertainty({ test: { accuracy: NaN }, rows })).toBeUndefined();
  });

  it('has no verdict without a test score', () => {
    expect(verdict(runOf())).toBeUndefined();
  });

  it('names the ending and the best epoch', () => {
    expect(endingSentence(ended)).toContain('after epoch 61');
    expect(endingSentence(ended)).toContain('epoch 45');
    expect(endingSentence(runOf())).toBeUndefined();
  });

  it('tells bad input from other failures', () => {
    const failed = (code: string): RunSummary => runOf({ state: 'failed', error: { code, message: 'm' } });
    expect(nextStep(failed('target.singleValue'))).toContain('Change the data or the config');
    expect(nextStep(failed('train.diverged'))).toContain('log');
    expect(nextStep(runOf({ state: 'crashed' }))).toContain('kept');
  });

  it('lists the main metric first and the loss last', () => {
    expect(scoreRows(ended)).toEqual([
      { metric: 'accuracy', cells: [0.99, undefined, 0.981, 0.442] },
      { metric: 'loss', cells: [0.04, undefined, 0.09, undefined] },
    ]);
  });

  it('shows few scores and keeps the rest apart, in the order of the schema', () => {
    const test = { rocAuc: 0.9, kappa: 0.8, mcc: 0.7, loss: 0.3, accuracy: 0.95 };
    const run = { ...ended, train: undefined, baseline: undefined, test };
    expect(scoreRows(run).map(({ metric }) => metric)).toEqual(['accuracy', 'rocAuc', 'loss']);
    expect(furtherScoreRows(run).map(({ metric }) => metric)).toEqual(['mcc', 'kappa']);
  });

  it('names every rung with its reason, and CPU plainly', () => {
    const text = backendTooltip({
      requested: 'auto',
      chosen: 'wasm',
      rungs: [
        { backend: 'cuda', state: 'rejected', reason: 'No driver.' },
        { backend: 'wasm', state: 'chosen', reason: 'Passed.' },
      ],
    });
    expect(text.split('\n')).toEqual([
      'This run trains on the CPU.',
      'GPU · CUDA (not usable): No driver.',
      'CPU · WebAssembly (in use): Passed.',
    ]);
  });

  it('announces progress briefly', () => {
    expect(announcement(runOf({ validation: { loss: 0.25 } }), 8300)).toBe(
      'Epoch 3 of 10, validation loss 0.25, 8.3 s left',
    );
  });
});
