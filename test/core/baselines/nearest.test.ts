import { describe, expect, it } from 'vitest';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';
import { fitNearest } from '../../../src/core/baselines/nearest';
import { randomStream } from '../../../src/shared/random';
import {
  breathe,
  FIT,
  fittedOutputs,
  heldOutputs,
  largestDifference,
  referenceCases,
  sigmoid,
} from './support';

describe('the nearest neighbours baseline', () => {
  for (const reference of referenceCases('nearest')) {
    it(`is scikit-learn's: ${reference.name}`, async () => {
      const found = await heldOutputs('nearest', reference);
      if (reference.outputsHeld !== undefined) {
        expect(largestDifference(found, reference.outputsHeld)).toBeLessThan(1e-6);
        return;
      }
      const shares = found.map((value) =>
        reference.task === 'multiclass' ? Math.exp(value) : sigmoid(value),
      );
      expect(largestDifference(shares, reference.shares ?? [])).toBeLessThan(1e-6);
    });
  }

  it('takes the rows of lower index among equally near ones', async () => {
    // Seven times the same point: the first five vote, 3 of them for 1.
    const data = {
      rows: 7,
      features: 1,
      x: new Float32Array(7).fill(2),
      y: Float32Array.of(1, 0, 1, 0, 1, 0, 0),
    };
    const [logit] = await fittedOutputs({ kind: 'nearest', task: 'binary', data });
    expect(logit).toBeCloseTo(Math.log(3 / 2), 6);
  });

  it('is as a sort of all distances, in any number of columns', async () => {
    for (const features of [1, 8, 9, 30]) {
      const stream = randomStream(features, 'points');
      const rows = 60;
      const x = Float32Array.from({ length: rows * features }, () => stream.nextNormal());
      const y = Float32Array.from({ length: rows }, () => stream.nextNormal());
      const queries = Float32Array.from({ length: 10 * features }, () => stream.nextNormal());
      const fitted = await fitBaseline('nearest', 'regression', { rows, features, x, y }, FIT);
      const found = await fitted.predict(queries, 10, { breathe });
      for (let i = 0; i < 10; i++) {
        const distance = (row: number): number => {
          let sum = 0;
          for (let j = 0; j < features; j++) {
            sum += ((x[row * features + j] ?? 0) - (queries[i * features + j] ?? 0)) ** 2;
          }
          return sum;
        };
        const nearest = Array.from({ length: rows }, (_, row) => row)
          .sort((a, b) => distance(a) - distance(b))
          .slice(0, 5);
        expect(found[i]).toBeCloseTo(nearest.reduce((sum, row) => sum + (y[row] ?? 0), 0) / 5, 5);
      }
    }
  });

  it('breaks ties by index wherever the equally near rows lie', async () => {
    const stream = randomStream(8, 'grid');
    const rows = 120;
    const x = Float32Array.from({ length: rows * 3 }, () => stream.nextInt(4));
    const y = Float32Array.from({ length: rows }, (_, row) => 2 ** (row % 20));
    const queries = Float32Array.from({ length: 60 * 3 }, () => stream.nextInt(6) - 1);
    const fitted = await fitBaseline('nearest', 'regression', { rows, features: 3, x, y }, FIT);
    const found = await fitted.predict(queries, 60, { breathe });
    for (let i = 0; i < 60; i++) {
      const distance = (row: number): number =>
        [0, 1, 2].reduce((sum, j) => sum + ((x[row * 3 + j] ?? 0) - (queries[i * 3 + j] ?? 0)) ** 2, 0);
      const nearest = Array.from({ length: rows }, (_, row) => row)
        .sort((a, b) => distance(a) - distance(b) || a - b)
        .slice(0, 5);
      expect(found[i]).toBeCloseTo(nearest.reduce((sum, row) => sum + (y[row] ?? 0), 0) / 5, 1);
    }
  });

  it('asks fewer where there are fewer train rows', async () => {
    const data = { rows: 2, features: 1, x: Float32Array.of(0, 1), y: Float32Array.of(2, 4) };
    expect(await fittedOutputs({ kind: 'nearest', task: 'regression', data })).toEqual(Float32Array.of(3, 3));
  });

  it('samples the train rows where all of them would take too long, the same ones for the same seed', async () => {
    const rows = 200;
    const x = Float32Array.from({ length: rows }, (_, i) => i);
    const train = { rows, features: 1, outputs: 1, x, y: x };
    const options = { ...FIT, queryRows: 10, maxCost: 500 };
    const fitted = await fitNearest('regression', train, options);
    expect(fitted.description.rows).toBe(50);
    expect(fitted.description.text).toMatch(/random sample of 200/);
    const again = await fitNearest('regression', train, options);
    const other = await fitNearest('regression', train, { ...options, seed: 2 });
    const found = await fitted.predict(x, rows, { breathe });
    expect(await again.predict(x, rows, { breathe })).toEqual(found);
    expect(await other.predict(x, rows, { breathe })).not.toEqual(found);
  });
});
