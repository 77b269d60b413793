// The whole way from a CSV to its report, on a table with missing values, categories and three classes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/core/data/csvSource';
import { prepareDataset } from '../../../src/core/recipe/prepare';
import { buildReport } from '../../../src/core/report/buildReport';
import { experimentSchema } from '../../../src/shared/schema/experiment';
import type { RunReport } from '../../../src/shared/schema/report';
import { breathe, trainedWeights, withContext } from './support';

const FILE = path.resolve('examples/penguins.csv');

describe('the report of examples/penguins.csv', () => {
  let report: RunReport;
  beforeAll(async () => {
    const text = readFileSync(path.resolve('examples/penguins.experiment.json'), 'utf8');
    const parsed = experimentSchema.parse(JSON.parse(text));
    const experiment = { ...parsed, training: { ...parsed.training, epochs: 10 } };
    const source = await openCsv(FILE);
    try {
      const dataset = await prepareDataset(experiment, source);
      const weights = await trainedWeights(experiment, dataset);
      report = await withContext(experiment, dataset, weights, (context) =>
        buildReport({
          ...context,
          breathe,
          tried: { configs: 1, testLooks: 1 },
          linesOf: (rows) => source.linesOf(rows),
        }),
      );
    } finally {
      source.close();
    }
  }, 60_000);

  it('is whole', () => {
    expect(report.leftOut).toEqual([]);
    expect(report.test?.rows).toBe(52);
  });

  it('knows rows by the lines of the file', () => {
    const lines = readFileSync(FILE, 'utf8').split(/\r?\n/);
    for (const { line = 0, actual } of report.worstRows?.rows ?? [])
      expect(lines[line - 1]).toContain(String(actual));
  });

  it('tells of columns as the file has them, not as they were encoded', () => {
    const columns = [
      'Beak Depth (mm)',
      'Beak Length (mm)',
      'Body Mass (g)',
      'Flipper Length (mm)',
      'Island',
      'Sex',
    ];
    const sorted = (names: readonly string[] | undefined): string[] => [...(names ?? [])].sort();
    expect(sorted(report.importance?.columns.map(({ column }) => column))).toEqual(columns);
    expect(sorted(report.dependence?.columns.map(({ column }) => column))).toEqual(columns);
    expect(sorted(report.slices?.columns.map(({ column }) => column))).toEqual(columns);
    for (const { contributions = [] } of report.worstRows?.rows ?? [])
      expect(sorted(contributions.map(({ column }) => column))).toEqual(columns);
    const curve = report.dependence?.columns.find(({ column }) => column === 'Island');
    expect(sorted(curve?.points.map(String))).toEqual(['Biscoe', 'Dream', 'Torgersen']);
    const numbers = report.dependence?.columns.find(({ column }) => column === 'Body Mass (g)')?.points ?? [];
    // Of the file: 2700 to 6300 g.
    expect(Math.min(...numbers.map(Number))).toBeGreaterThanOrEqual(2700);
    expect(Math.max(...numbers.map(Number))).toBeLessThanOrEqual(6300);
  });

  it('finds that the beak tells the species', () => {
    expect(report.importance?.columns[0]?.column).toBe('Beak Length (mm)');
  });
});
