import { describe, expect, it } from 'vitest';
import { labelNoise, suspectsOf } from '../../../src/core/report/labelNoise';
import { largest } from '../../../src/core/report/worstRows';
import { randomStream } from '../../../src/shared/random';
import { experimentOf } from '../train/support';
import { breathe, datasetOfSplits, splitOf, TARGETS, trainedWeights, withContext } from './support';

describe('label noise', () => {
  it('suspects a row of large loss that is surely of another class, no other', () => {
    // Labels 0 0 0 0 0 1 1 1; the probability of 1.
    const actual = Uint32Array.of(0, 0, 0, 0, 0, 1, 1, 1);
    const ofOne = [0.02, 0.03, 0.05, 0.6, 0.97, 0.98, 0.96, 0.4];
    const probabilities = Float64Array.from(ofOne.flatMap((p) => [1 - p, p]));
    const predicted = Uint32Array.from(ofOne, (p) => (p > 0.5 ? 1 : 0));
    const losses = Float64Array.from(ofOne, (p, i) => -Math.log(actual[i] === 1 ? p : 1 - p));
    // Mean of the probability of 1 over rows labelled 1: 0.78. Row 3 is wrong with 0.6, row 4 with 0.97. Of the rows
    // labelled 0 it is 0.666 for 0: row 7 is said to be 0 with 0.6.
    expect(suspectsOf({ actual, predicted, probabilities, classes: 2 }, losses)).toEqual([4]);
  });

  it('finds planted flips, and next to none in clean rows', async () => {
    const flipsIn = async (share: number): Promise<{ planted: Set<number>; found: Set<number> }> => {
      const stream = randomStream(4, 'noise');
      const planted = new Set<number>();
      const rows = Array.from({ length: 400 }, (_, i) => {
        const x = [stream.nextNormal(), stream.nextNormal()];
        const flips = stream.next() < share;
        if (flips) planted.add(i);
        return { x, y: [x[0]! + x[1]! > 0 !== flips ? 1 : 0] };
      });
      const experiment = experimentOf('binary', [], {
        epochs: 60,
        optimizer: { type: 'adam', learningRate: 0.05 },
        earlyStopping: false,
      });
      const dataset = datasetOfSplits(
        { featureNames: ['a', 'b'], target: TARGETS.binary },
        { train: splitOf(rows), validation: splitOf([]), test: splitOf([]) },
      );
      const weights = await trainedWeights(experiment, dataset);
      const noise = await withContext(experiment, dataset, weights, (context) =>
        labelNoise(context, { breathe }),
      );
      expect(noise?.share).toBe((noise?.suspects ?? 0) / 400);
      return { planted, found: new Set(noise?.rows.map(({ sourceRow }) => sourceRow)) };
    };
    const clean = await flipsIn(0);
    expect(clean.found.size).toBeLessThanOrEqual(4);
    const noisy = await flipsIn(0.1);
    const right = [...noisy.found].filter((row) => noisy.planted.has(row)).length;
    expect(right / noisy.found.size).toBeGreaterThan(0.9);
    expect(right / Math.min(50, noisy.planted.size)).toBeGreaterThan(0.5);
  });
});

describe('largest', () => {
  it('takes NaN first, then by size, then by place', () => {
    expect(largest(Float64Array.of(1, 3, NaN, 3, 2), 3)).toEqual([2, 1, 3]);
    expect(largest(Float64Array.of(5, 5), 9)).toEqual([0, 1]);
    expect(largest(new Float64Array(0), 3)).toEqual([]);
    expect(largest(Float64Array.of(Infinity, NaN, 1), 2)).toEqual([0, 1]);
  });
});
