import { describe, expect, it } from 'vitest';
import { batchSizeProbe } from '../../../src/core/finders/batchSizeProbe';
import { learningRateRange } from '../../../src/core/finders/learningRateRange';
import { createEngine } from '../../../src/core/train/createEngine';
import { randomStream } from '../../../src/shared/random';
import { datasetOf, experimentOf, tickingClock, train, useBackend } from '../train/support';

const LAYERS = [{ type: 'dense', units: 16 }];
const breathe = (): Promise<void> => Promise.resolve();

describe('learningRateRange', () => {
  it.each(['adam', 'sgd'])('suggests a rate for %s that trains better than one far from it', async (type) => {
    await useBackend('cpu');
    const dataset = datasetOf('multiclass', { train: 300, validation: 60, test: 30 });
    const experiment = experimentOf('multiclass', LAYERS, { optimizer: { type } });
    const { learningRate, loss, smoothed, suggestion } = await learningRateRange({
      engine: createEngine({ experiment, dataset, backend: 'cpu' }),
      rows: 300,
      outputWidth: 3,
      batchSize: 32,
      shuffle: randomStream(1, 'range'),
      breathe,
    });
    expect(loss).toHaveLength(learningRate.length);
    expect(smoothed).toHaveLength(learningRate.length);
    expect(learningRate[1]! / learningRate[0]!).toBeCloseTo(10 ** (8 / 199), 10);
    const found = suggestion!.learningRate;
    expect(found).toBeLessThan(suggestion!.lowestLossAt);
    const lossWith = async (rate: number): Promise<number> => {
      const optimizer = { type, learningRate: rate };
      const { result } = await train(
        experimentOf('multiclass', LAYERS, { optimizer, epochs: 10, earlyStopping: false }),
        dataset,
      );
      return result.train.loss!;
    };
    const [at, below] = [await lossWith(found), await lossWith(found / 100)];
    expect(at).toBeLessThan(below);
  });

  it('says nothing where no rate helps', async () => {
    await useBackend('cpu');
    const dataset = datasetOf('binary', { train: 200, validation: 20, test: 20 });
    // Coins: there is nothing to learn in the first pass over them.
    const stream = randomStream(2, 'coins');
    dataset.train.y.forEach((_, i) => (dataset.train.y[i] = stream.nextInt(2)));
    const experiment = experimentOf('binary', []);
    const range = await learningRateRange({
      engine: createEngine({ experiment, dataset, backend: 'cpu' }),
      rows: 200,
      outputWidth: 1,
      batchSize: 8,
      shuffle: randomStream(1, 'range'),
      highest: 1e-5,
      breathe,
    });
    expect(range.suggestion).toBeUndefined();
  });
});

describe('batchSizeProbe', () => {
  it('takes the fastest of the sizes that learn as well', async () => {
    await useBackend('cpu');
    const dataset = datasetOf('regression', { train: 256, validation: 20, test: 20 });
    const experiment = experimentOf('regression', LAYERS);
    const sizesSeen: number[] = [];
    const { sizes, suggestion } = await batchSizeProbe({
      createEngine: () => createEngine({ experiment, dataset, backend: 'cpu' }),
      rows: 256,
      outputWidth: 1,
      learningRate: 0.01,
      createShuffle: () => randomStream(1, 'probe'),
      clock: tickingClock(5),
      sizes: [8, 64, 256, 1024],
      budgetRows: 2048,
      breathe,
      onSize: (size) => sizesSeen.push(size),
    });
    // 1024 is more than there are rows.
    expect(sizes.map(({ batchSize }) => batchSize)).toEqual([8, 64, 256]);
    expect(sizesSeen).toEqual([8, 64, 256]);
    const lowest = Math.min(...sizes.map(({ loss }) => loss));
    expect(sizes.find(({ batchSize }) => batchSize === suggestion)!.loss).toBeLessThanOrEqual(1.05 * lowest);
    // Eight updates of 256 rows learn less than 256 updates of eight.
    expect(sizes[0]!.loss).toBeLessThan(sizes[2]!.loss);
  });
});
