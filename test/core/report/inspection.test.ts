// Importance and partial dependence against scikit-learn's, on the same weights and rows.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { originalColumns } from '../../../src/core/report/originalColumns';
import { partialDependence } from '../../../src/core/report/partialDependence';
import { Parts } from '../../../src/core/report/parts';
import { permutationImportance } from '../../../src/core/report/permutationImportance';
import type { ReportContext } from '../../../src/core/report/reportContext';
import { experimentOf } from '../train/support';
import { breathe, datasetOfSplits, splitOf, TARGETS, withContext } from './support';

const numbers = z.array(z.number());
const fixture = z
  .object({
    versions: z.record(z.string(), z.string()),
    repeats: z.number(),
    cases: z.array(
      z.object({
        name: z.enum(['regression', 'binary']),
        coefs: z.array(numbers),
        intercepts: z.array(numbers),
        train: numbers,
        trainY: numbers,
        held: numbers,
        heldY: numbers,
        importance: z.object({ mean: numbers, standardError: numbers }),
        dependence: z.array(z.object({ points: numbers, means: z.array(numbers) })),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(path.resolve('test/fixtures/report/sklearn.json'), 'utf8')));
type Case = (typeof fixture.cases)[number];

const rowsOf = (x: readonly number[], y: readonly number[]) =>
  splitOf(y.map((value, i) => ({ x: x.slice(3 * i, 3 * i + 3), y: [value] })));

function inspect<T>(given: Case, work: (context: ReportContext) => Promise<T>): Promise<T> {
  const { name, coefs, intercepts } = given;
  const experiment = experimentOf(name, [{ type: 'dense', units: 5, activation: 'tanh' }]);
  const held = rowsOf(given.held, given.heldY);
  const dataset = datasetOfSplits(
    { featureNames: ['a', 'b', 'c'], target: TARGETS[name] },
    { train: rowsOf(given.train, given.trainY), validation: held, test: splitOf([]) },
  );
  // Node by node, a kernel before its bias.
  const flat = coefs.flatMap((kernel, i) => [...kernel, ...intercepts[i]!]);
  return withContext(experiment, dataset, Float32Array.from(flat), work);
}

const newParts = (context: ReportContext): Parts =>
  new Parts({ clock: context.clock, budgetMs: 1e6, breathe });

/** The target of the fixture is scaled back: y * 10 + 100. */
const UNITS = { regression: { scale: 10, shift: 100 }, binary: { scale: 1, shift: 0 } } as const;

describe('partial dependence', () => {
  it.each(fixture.cases)('of a $name is that of scikit-learn, method="brute"', async (given) => {
    const found = await inspect(given, (context) =>
      partialDependence(context, {
        split: 'validation',
        columns: originalColumns(context.dataset.recipe),
        parts: newParts(context),
      }),
    );
    const { scale, shift } = UNITS[given.name];
    expect(found.outputs).toEqual([given.name === 'binary' ? 'yes' : 'y']);
    expect(found.columns.map(({ column }) => column)).toEqual(['a', 'b', 'c']);
    for (const [j, { points, means }] of found.columns.entries()) {
      const expected = given.dependence[j]!;
      expect(points).toHaveLength(expected.points.length);
      for (const [i, point] of expected.points.entries()) expect(points[i]).toBeCloseTo(point, 5);
      for (const [i, mean] of expected.means[0]!.entries())
        expect(means[0]![i]).toBeCloseTo(mean * scale + shift, 4);
    }
  });
});

describe('permutation importance', () => {
  it.each(fixture.cases)('of a $name comes to that of scikit-learn', async (given) => {
    const { repeats } = fixture;
    const metric = given.name === 'binary' ? 'rocAuc' : 'rmse';
    const found = await inspect(given, (context) =>
      permutationImportance(context, { split: 'validation', metric, parts: newParts(context), repeats }),
    );
    const { scale } = UNITS[given.name];
    for (const [j, column] of ['a', 'b', 'c'].entries()) {
      const importance = found?.columns.find((other) => other.column === column)?.importance.value ?? NaN;
      // Both are means of 400 shuffles.
      const tolerance = 4 * Math.SQRT2 * given.importance.standardError[j]! * scale;
      expect(Math.abs(importance - given.importance.mean[j]! * scale), column).toBeLessThan(tolerance);
    }
  });

  it('is exactly 0 for a column that the network does not look at, and the same for the same seed', async () => {
    const given = fixture.cases[0]!;
    const coefs = [given.coefs[0]!.map((value, i) => (i >= 10 ? 0 : value)), given.coefs[1]!];
    const run = () =>
      inspect({ ...given, coefs }, (context) =>
        permutationImportance(context, { split: 'validation', metric: 'mae', parts: newParts(context) }),
      );
    const found = await run();
    expect(found?.columns.at(-1)).toMatchObject({
      column: 'c',
      importance: { value: 0, low: 0, high: 0 },
      repeats: [0, 0, 0, 0, 0],
    });
    expect(found?.columns.map(({ column }) => column)).toEqual(['a', 'b', 'c']);
    expect(await run()).toEqual(found);
  });

  it('is the worsening by formula where one shuffle is all there is: rows of two values', async () => {
    // f(x) = x, y = x: rmse 0 before; each shuffled row that differs is off by 2.
    const rows = [1, -1, 1, -1].map((x) => ({ x: [x], y: [x] }));
    const dataset = datasetOfSplits(
      { featureNames: ['a'], target: { task: 'regression', column: 'y', mean: 0, sd: 3 } },
      { train: splitOf(rows), validation: splitOf(rows), test: splitOf([]) },
    );
    const found = await withContext(
      experimentOf('regression', []),
      dataset,
      Float32Array.of(1, 0),
      (context) =>
        permutationImportance(context, {
          split: 'validation',
          metric: 'rmse',
          parts: newParts(context),
          repeats: 20,
        }),
    );
    // 0, 2 or 4 rows have changed places: 3 * sqrt(4 * share).
    const possible = [0, 3 * Math.sqrt(4 * 0.5), 3 * 2];
    for (const worse of found?.columns[0]?.repeats ?? [])
      expect(possible.some((value) => Math.abs(value - worse) < 1e-6)).toBe(true);
    expect(new Set(found?.columns[0]?.repeats.map((value) => value.toFixed(6))).size).toBeGreaterThan(1);
  });
});
