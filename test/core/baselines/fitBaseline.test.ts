import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINE_KINDS, type BaselineData, type BaselineTask } from '../../../src/core/baselines/contract';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';
import '../../support/properties';
import { breathe, FIT, fittedOutputs } from './support';

const TASKS = ['regression', 'binary', 'multiclass', 'multilabel'] as const;

interface Example {
  readonly task: BaselineTask;
  readonly data: BaselineData;
}

/** Small tables of every kind: constant columns, repeated rows, huge and tiny values, classes that do not occur. */
const examples: fc.Arbitrary<Example> = fc
  .record({
    task: fc.constantFrom(...TASKS),
    rows: fc.integer({ min: 1, max: 50 }),
    features: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 2, max: 3 }),
    values: fc.array(fc.constantFrom(0, 0, 1, 1, -1, 0.5, 1e-38, 1e18, -1e18, 3.4e38, 7), {
      minLength: 12,
      maxLength: 40,
    }),
    labels: fc.array(fc.nat(2), { minLength: 5, maxLength: 20 }),
    weights: fc.option(fc.array(fc.constantFrom(0, 0.5, 1, 100), { minLength: 2, maxLength: 9 }), {
      nil: undefined,
    }),
  })
  .map(({ task, rows, features, outputs, values, labels, weights }) => {
    const width = task === 'binary' ? 1 : outputs;
    const label = (i: number): number => labels[i % labels.length] ?? 0;
    const y = Float32Array.from({ length: rows * width }, (_, i) => {
      if (task === 'regression') return label(i) - 1;
      if (task === 'multiclass') return label(Math.floor(i / width)) % width === i % width ? 1 : 0;
      return label(i) > 0 ? 1 : 0;
    });
    const x = Float32Array.from({ length: rows * features }, (_, i) => values[i % values.length] ?? 0);
    const weighed =
      weights && Float32Array.from({ length: rows }, (_, i) => weights[i % weights.length] ?? 0);
    if (weighed !== undefined) weighed[0] = 1;
    return { task, data: { rows, features, x, y, ...(weighed === undefined ? {} : { weights: weighed }) } };
  });

describe('any baseline', () => {
  for (const kind of BASELINE_KINDS) {
    it(`gives a finite output for any finite rows, the same each time: ${kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(examples, async ({ task, data }) => {
          const found = await fittedOutputs({ kind, task, data });
          expect(found.length).toBe(data.y.length);
          expect(found.every(Number.isFinite)).toBe(true);
          expect(await fittedOutputs({ kind, task, data })).toEqual(found);
        }),
      );
    });

    it(`takes a row of weight 0 as no row: ${kind}`, async () => {
      const rows = 90;
      const x = Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(i * 1.7));
      const y = Float32Array.from({ length: rows }, (_, i) => ((x[i * 2] ?? 0) + Math.sin(i) > 0 ? 1 : 0));
      const weights = Float32Array.from({ length: rows }, (_, i) => (i < 60 ? 1 : 0));
      const kept = {
        rows: 60,
        features: 2,
        x: x.slice(0, 120),
        y: y.slice(0, 60),
        weights: weights.slice(0, 60),
      };
      const all = { rows, features: 2, x, y, weights };
      for (const task of ['binary', 'regression'] as const) {
        const weighed = await fitBaseline(kind, task, all, FIT);
        const without = await fitBaseline(kind, task, kept, FIT);
        expect(await weighed.predict(x, rows, { breathe })).toEqual(
          await without.predict(x, rows, { breathe }),
        );
        expect(weighed.description.rows).toBe(60);
      }
    });

    it(`predicts no rows: ${kind}`, async () => {
      const data = { rows: 2, features: 1, x: Float32Array.of(1, 2), y: Float32Array.of(0, 1) };
      const fitted = await fitBaseline(kind, 'binary', data, FIT);
      expect(await fitted.predict(new Float32Array(0), 0, { breathe })).toEqual(new Float32Array(0));
    });
  }

  it('says what is wrong with rows that it cannot take', async () => {
    const data = { rows: 2, features: 1, x: Float32Array.of(1, 2), y: Float32Array.of(0, 1) };
    const fit = (changed: Partial<BaselineData>): Promise<unknown> =>
      fitBaseline('linear', 'binary', { ...data, ...changed }, FIT);
    await expect(fit({ x: Float32Array.of(1, NaN) })).rejects.toThrow(/row 1 has NaN/);
    await expect(fit({ y: Float32Array.of(Infinity, 1) })).rejects.toThrow(/row 0 has Infinity/);
    await expect(fit({ weights: Float32Array.of(0, 0) })).rejects.toThrow(/every row weighs 0/);
    await expect(fit({ weights: Float32Array.of(1, -1) })).rejects.toThrow(/row 1 weighs -1/);
    await expect(fit({ rows: 0, x: new Float32Array(0), y: new Float32Array(0) })).rejects.toMatchObject({
      code: 'train.baselineRows',
    });
  });

  it('beats the mean on a curve, the linear one less than the others', async () => {
    const rows = 300;
    const x = Float32Array.from({ length: rows }, (_, i) => (i / rows) * 6);
    const y = Float32Array.from(x, (value) => Math.sin(value));
    const errors: number[] = [];
    for (const kind of BASELINE_KINDS) {
      const found = await fittedOutputs({ kind, task: 'regression', data: { rows, features: 1, x, y } });
      errors.push(found.reduce((sum, value, i) => sum + (value - (y[i] ?? 0)) ** 2, 0) / rows);
    }
    const [constant = 0, linear = 0, nearest = 0, trees = 0] = errors;
    expect(linear).toBeLessThan(constant);
    expect(Math.max(nearest, trees)).toBeLessThan(linear / 100);
  });
});
