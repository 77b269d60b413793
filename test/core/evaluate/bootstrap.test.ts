import { describe, expect, it } from 'vitest';
import {
  bootstrap,
  bootstrapAll,
  pairedBootstrap,
  resamplesFor,
  type BootstrapOptions,
} from '../../../src/core/evaluate/bootstrap';
import { classRowMetric, numberRowMetric } from '../../../src/core/evaluate/namedRowMetrics';
import {
  averagePrecisionMetric,
  confusionMetric,
  meanMetric,
  rocAucMetric,
  type RowMetric,
} from '../../../src/core/evaluate/rowMetrics';
import { averagePrecision, rocAuc } from '../../../src/core/evaluate/ranking';
import { classScalars, numberScalars, type NamedScores } from '../../../src/core/evaluate/scalarScores';
import { randomStream } from '../../../src/shared/random';
import { metricNameSchema, type MetricName } from '../../../src/shared/schema/experiment';
import { expectClose, expectScores, readReference } from './reference';

interface Bounds {
  readonly low: number;
  readonly high: number;
}
const { bootstrap: reference } = readReference('intervals') as {
  bootstrap: {
    rows: number;
    actual: number[];
    scoreA: number[];
    scoreB: number[];
    cut: number;
    values: number[];
    guesses: number[];
    draws: number[];
    resamples: number;
    metrics: Record<string, { value: number; at95: Bounds; at80: Bounds }>;
    difference: Bounds & { value: number; shareABetter: number };
  };
};

const breathe = (): Promise<void> => Promise.resolve();
const rowsOf = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

const positive = Uint8Array.from(reference.actual);
const scoreA = Float64Array.from(reference.scoreA);
const classesA = {
  actual: Uint32Array.from(reference.actual),
  predicted: Uint32Array.from(reference.scoreA, (score) => (score > reference.cut ? 1 : 0)),
  probabilities: Float64Array.from(reference.scoreA.flatMap((score) => [1 - score, score])),
  score: scoreA,
  classes: 2,
};
const numbers = {
  actual: Float64Array.from(reference.values),
  predicted: Float64Array.from(reference.guesses),
};
const given: BootstrapOptions = {
  rows: reference.rows,
  seed: 1,
  resamples: reference.resamples,
  breathe,
  draw: (into, b) => into.set(reference.draws.slice(b * reference.rows, (b + 1) * reference.rows)),
};

function metricOf(name: string): RowMetric {
  const known = metricNameSchema.parse(name);
  const metric = classRowMetric(known, classesA) ?? numberRowMetric(known, numbers);
  if (metric === undefined) throw new Error(name);
  return metric;
}

describe('bootstrap, against numpy and scikit-learn on the same resamples', () => {
  it.each(Object.entries(reference.metrics))('%s', async (name, { value, at95, at80 }) => {
    const wide = await bootstrap(metricOf(name), given);
    expectScores({ ...wide }, { value, ...at95, level: 0.95, resamples: reference.resamples }, name);
    expectScores({ ...(await bootstrap(metricOf(name), { ...given, level: 0.8 })) }, { ...at80 }, name);
  });

  it('the difference of two models', async () => {
    const b = rocAucMetric(positive, Float64Array.from(reference.scoreB));
    const found = await pairedBootstrap(rocAucMetric(positive, scoreA), b, given);
    const { shareABetter, ...interval } = reference.difference;
    expectScores({ ...found.interval }, interval, 'difference');
    expect(found.shareABetter).toBe(shareABetter);
  });
});

describe('bootstrap', () => {
  const options = (rows: number, seed = 1): BootstrapOptions => ({ rows, seed, breathe });
  const hits = Float64Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 0 : 1));

  it('is the same for the same seed, and another for another', async () => {
    const [a, b, c] = await Promise.all(
      [1, 1, 2].map((seed) => bootstrap(meanMetric(hits), options(50, seed))),
    );
    expect(a).toEqual(b);
    expect(c).not.toEqual(a);
    expect(a).toMatchObject({ level: 0.95, method: 'bootstrap', resamples: 1000 });
  });

  it('draws every metric on the same rows, so that one more changes no other', async () => {
    const metric = meanMetric(hits);
    const [alone, together] = await Promise.all([
      bootstrapAll({ metric }, options(50)),
      bootstrapAll({ other: meanMetric(hits.map((h) => 1 - h)), metric }, options(50)),
    ]);
    expect(together.metric).toEqual(alone.metric);
    expect(together.other.low).toBeCloseTo(1 - together.metric.high, 12);
  });

  it('leaves resamples out on which the metric is not defined, and says how many are left', async () => {
    const one = Uint8Array.of(1, 0, 0, 0, 0, 0);
    const found = await bootstrap(rocAucMetric(one, Float64Array.of(6, 1, 2, 3, 4, 5)), options(6));
    // Without the positive row: (5/6)^6 of the resamples, 33 %; with it alone: 6^-6.
    expect(found.resamples).toBeGreaterThan(600);
    expect(found.resamples).toBeLessThan(730);
    expect([found.low, found.high]).toEqual([1, 1]);
  });

  it('has no interval of no rows, and a narrow one of one', async () => {
    expect(await bootstrap(meanMetric(hits), options(0))).toMatchObject({
      value: NaN,
      low: NaN,
      resamples: 0,
    });
    expect(await bootstrap(meanMetric(hits), options(1))).toMatchObject({ value: 0, low: 0, high: 0 });
  });

  it('draws fewer resamples over 20,000 rows, no fewer than 200', () => {
    expect([100, 20_000, 40_000, 100_000, 1e7].map((rows) => resamplesFor(rows))).toEqual([
      1000, 1000, 500, 200, 200,
    ]);
    expect(resamplesFor(1e6, 50)).toBe(50);
  });

  it('breathes while it works and stops when it is told to', async () => {
    let breaths = 0;
    const controller = new AbortController();
    const stopped = bootstrap(meanMetric(new Float64Array(20_000)), {
      ...options(20_000),
      signal: controller.signal,
      breathe: () => {
        if (++breaths === 3) controller.abort();
        return Promise.resolve();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'internal.cancelled' });
    expect(breaths).toBe(3);
  });

  it('tells which of two is better by the direction of the metric', async () => {
    const low = meanMetric(hits.map((h) => h * 0.5));
    const high = meanMetric(hits);
    expect(await pairedBootstrap(high, low, options(50))).toMatchObject({ shareABetter: 1, shareTied: 0 });
    const asError = { ...options(50), better: (x: number, y: number) => x < y };
    expect(await pairedBootstrap(high, low, asError)).toMatchObject({ shareABetter: 0, shareTied: 0 });
    expect(await pairedBootstrap(high, high, options(50))).toMatchObject({ shareABetter: 0, shareTied: 1 });
  });

  it('holds the true share about as often as it says', async () => {
    const stream = randomStream(9, 'coverage');
    const rounds = 300;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const values = Float64Array.from({ length: 120 }, () => (stream.next() < 0.7 ? 1 : 0));
      const { low, high } = await bootstrap(meanMetric(values), { ...options(120, round), resamples: 300 });
      if (low <= 0.7 && 0.7 <= high) held++;
    }
    // 95 % give or take three standard errors of 1.3 %, and a little for few rows.
    expect(held / rounds).toBeGreaterThan(0.9);
    expect(held / rounds).toBeLessThan(0.985);
  });

  it('takes accuracy, macro F1 and ROC AUC of 1,000 rows in under a second', async () => {
    const rows = 1000;
    const stream = randomStream(4, 'speed');
    const actual = Uint32Array.from({ length: rows }, () => stream.nextInt(2));
    const score = Float64Array.from(actual, (c) => c + 2 * stream.next());
    const predicted = Uint32Array.from(score, (s) => (s > 1.5 ? 1 : 0));
    const data = { actual, predicted, classes: 2, score, probabilities: new Float64Array(2 * rows) };
    const metrics = {
      accuracy: classRowMetric('accuracy', data)!,
      macroF1: classRowMetric('macroF1', data)!,
      rocAuc: classRowMetric('rocAuc', data)!,
    };
    const before = performance.now();
    const found = await bootstrapAll(metrics, options(rows));
    // About 0.05 s where it was written.
    expect(performance.now() - before).toBeLessThan(1000);
    expect(found.rocAuc.resamples).toBe(1000);
  });
});

describe('metrics of rows', () => {
  const stream = randomStream(2, 'rowMetrics');
  const rows = 90;
  const classData = (classes: number): Parameters<typeof classScalars>[0] => {
    const actual = Uint32Array.from({ length: rows }, () => stream.nextInt(classes));
    const probabilities = Float64Array.from({ length: rows * classes }, () => 0.05 + stream.nextInt(6));
    for (let row = 0; row < rows; row++) {
      const of = probabilities.subarray(row * classes, (row + 1) * classes);
      const total = of.reduce((a, b) => a + b);
      of.forEach((value, c) => (of[c] = value / total));
    }
    return {
      actual,
      predicted: Uint32Array.from({ length: rows }, () => stream.nextInt(classes)),
      probabilities,
      classes,
    };
  };

  const compare = (scores: NamedScores, metricFor: (name: MetricName) => RowMetric | undefined): void => {
    for (const name of metricNameSchema.options) {
      const value = scores[name];
      if (value !== undefined) expectClose(metricFor(name)?.(rowsOf(rows)), value, name);
    }
  };

  it('are, on all rows, what the scores say', () => {
    for (const classes of [2, 3, 7]) {
      const data = classData(classes);
      const scores = classScalars(data);
      expect(Object.keys(scores).length).toBeGreaterThanOrEqual(classes === 2 ? 20 : 17);
      compare(scores, (name) => classRowMetric(name, data));
    }
    const pairs = {
      actual: Float64Array.from({ length: rows }, () => 5 + stream.nextNormal()),
      predicted: Float64Array.from({ length: rows }, () => 5 + stream.nextNormal()),
    };
    compare(numberScalars(pairs), (name) => numberRowMetric(name, pairs));
  });

  it('are, on some rows any number of times, what the formula says of those', () => {
    const some = Uint32Array.from({ length: 40 }, () => stream.nextInt(reference.rows));
    const is = Uint8Array.from(some, (row) => positive[row]!);
    const score = Float64Array.from(some, (row) => scoreA[row]!);
    expectClose(rocAucMetric(positive, scoreA)(some), rocAuc(is, score), 'ROC AUC');
    expectClose(averagePrecisionMetric(positive, scoreA)(some), averagePrecision(is, score), 'PR AUC');
    const counted = confusionMetric(classesA, (counts) => counts.reduce((a, b) => a + b))(some);
    expect(counted).toBe(40);
  });

  it('are not defined where a score is not a number, on no rows and for other tasks', () => {
    expect(rocAucMetric(Uint8Array.of(0, 1), Float64Array.of(NaN, 1))(rowsOf(2))).toBeNaN();
    for (const name of ['accuracy', 'macroF1', 'rocAuc', 'prAuc', 'logLoss', 'ece'] as const) {
      expect(classRowMetric(name, classesA)?.(new Uint32Array(0)), name).toBeNaN();
    }
    for (const name of ['rmse', 'mae', 'r2', 'maxError', 'medianAbsoluteError'] as const) {
      expect(numberRowMetric(name, numbers)?.(new Uint32Array(0)), name).toBeNaN();
    }
    expect(classRowMetric('rmse', classesA)).toBeUndefined();
    expect(classRowMetric('f1', { ...classesA, classes: 3 })).toBeUndefined();
    expect(numberRowMetric('accuracy', numbers)).toBeUndefined();
  });
});
