import { describe, expect, it } from 'vitest';
import { fitBoostedTrees } from '../../../src/core/baselines/boostedTrees';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';
import { randomStream } from '../../../src/shared/random';
import { FIT, fittedOutputs, heldOutputs, largestDifference, referenceCases } from './support';

/** y = sin(x0) + noise, with columns that say nothing. */
function wave(rows: number, features: number, noise: number): { x: Float32Array; y: Float32Array } {
  const stream = randomStream(rows, 'wave');
  const x = Float32Array.from({ length: rows * features }, () => 4 * stream.nextNormal());
  const y = Float32Array.from({ length: rows }, (_, row) => {
    return Math.sin(x[row * features] ?? 0) + noise * stream.nextNormal();
  });
  return { x, y };
}

describe('the boosted trees baseline', () => {
  for (const reference of referenceCases('boostedTrees')) {
    it(`is scikit-learn's, tree by tree: ${reference.name}`, async () => {
      const found = await heldOutputs('boostedTrees', reference);
      expect(largestDifference(found, reference.outputsHeld ?? [])).toBeLessThan(1e-5);
    });
  }

  it('answers with the mean where no leaf may be split off', async () => {
    const data = { rows: 39, features: 1, ...wave(39, 1, 0) };
    const mean = data.y.reduce((sum, value) => sum + value, 0) / 39;
    const found = await fittedOutputs({ kind: 'boostedTrees', task: 'regression', data });
    expect(found.every((value) => Math.abs(value - mean) < 1e-6)).toBe(true);
  });

  it('is not moved by columns that are constant or repeated', async () => {
    const { x, y } = wave(200, 1, 0.1);
    const more = new Float32Array(600);
    x.forEach((value, row) => more.set([value, 5, value], row * 3));
    const found = await fittedOutputs({
      kind: 'boostedTrees',
      task: 'regression',
      data: { rows: 200, features: 1, x, y },
    });
    const same = await fittedOutputs({
      kind: 'boostedTrees',
      task: 'regression',
      data: { rows: 200, features: 3, x: more, y },
    });
    expect(same).toEqual(found);
  });

  it('does not depend on the scale of a column', async () => {
    const { x, y } = wave(300, 2, 0.1);
    const data = { rows: 300, features: 2, x, y };
    const found = await fittedOutputs({ kind: 'boostedTrees', task: 'regression', data });
    const huge = { ...data, x: x.map((value) => value * 2 ** 100) };
    expect(await fittedOutputs({ kind: 'boostedTrees', task: 'regression', data: huge })).toEqual(found);
  });

  it('stops early by rows of its own, above 10,000 rows only', async () => {
    const { x, y } = wave(1200, 2, 1);
    const train = { rows: 1200, features: 2, outputs: 1, x, y };
    const all = await fitBoostedTrees('regression', train, FIT);
    expect(all.description).toMatchObject({ iterations: 100, converged: true });
    const early = await fitBoostedTrees('regression', train, { ...FIT, earlyStopping: true });
    expect(early.description.converged).toBe(true);
    expect(early.description.iterations).toBeLessThan(100);
    expect(early.description.text).toMatch(/A tenth of the train rows decides/);
  });

  it('stops at its budget with the trees that it has', async () => {
    let now = 0;
    const clock = { now: (): number => (now += 10) };
    const data = { rows: 200, features: 1, ...wave(200, 1, 0.1) };
    const { description } = await fitBaseline('boostedTrees', 'regression', data, {
      ...FIT,
      clock,
      budgetMs: 50,
    });
    expect(description).toMatchObject({ iterations: 6, converged: false });
    expect(description.text).toMatch(/6 trees/);
  });

  it('gives way and ends when it is told to', async () => {
    const abort = new AbortController();
    let breaths = 0;
    const data = { rows: 2000, features: 5, ...wave(2000, 5, 0.1) };
    const fit = fitBaseline('boostedTrees', 'regression', data, {
      ...FIT,
      signal: abort.signal,
      breathe: () => {
        if (++breaths === 3) abort.abort();
        return Promise.resolve();
      },
    });
    await expect(fit).rejects.toMatchObject({ code: 'internal.cancelled' });
    expect(breaths).toBe(3);
  });
});
