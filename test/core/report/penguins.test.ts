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
    const config: unknown = JSON.parse(
      readFileSync(path.resolve('examples/penguins.experiment.json'), 'utf8'),
    );
    const experiment = experimentSchema.parse(config);
    const source = await openCsv(FILE);
    try {
      const dataset = await prepareDataset(experiment, source);
      const weights = await trainedWeights(experiment, dataset);
      const begin = performance.now();
      report = await withContext(experiment, dataset, weights, (context) =>
        buildReport({
          ...context,
          breathe,
          clock: { now: () => performance.now() },
          tried: { configs: 1, testLooks: 1 },
          linesOf: (rows) => source.linesOf(rows),
        }),
      );
      console.log(performance.now() - begin, report.tookMs, JSON.stringify(report).length);
      console.log(
        JSON.stringify(report, null, 1).slice(0, 100),
        report.verdict,
        report.worstRows?.rows.slice(0, 3),
        JSON.stringify(report.importance),
        JSON.stringify(report.dependence?.columns[0]),
        JSON.stringify(report.labelNoise),
        report.leftOut,
      );
    } finally {
      source.close();
    }
  });

  it('is whole', () => {
    expect(report.leftOut).toEqual([]);
  });
});
