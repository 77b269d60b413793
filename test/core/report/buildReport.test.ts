import { describe, expect, it } from 'vitest';
import { buildReport, type ReportOptions } from '../../../src/core/report/buildReport';
import { stringifyJson } from '../../../src/shared/numbers';
import type { Task } from '../../../src/shared/schema/experiment';
import { runReportSchema, type RunReport } from '../../../src/shared/schema/report';
import type { EncodedDataset } from '../../../src/core/recipe/dataset';
import { datasetOf, experimentOf } from '../train/support';
import { breathe, trainedWeights, withContext } from './support';

const LAYERS = [{ type: 'dense', units: 8, activation: 'relu' }];
const TRAINING = { epochs: 12, optimizer: { type: 'adam', learningRate: 0.03 } };

async function reportOf(
  task: Task,
  {
    dataset = datasetOf(task),
    evaluation = {},
    ...options
  }: Partial<ReportOptions> & { dataset?: EncodedDataset; evaluation?: Record<string, unknown> } = {},
): Promise<RunReport> {
  const experiment = experimentOf(task, LAYERS, TRAINING, evaluation);
  const weights = await trainedWeights(experiment, dataset);
  return withContext(experiment, dataset, weights, (context) =>
    buildReport({ ...context, breathe, tried: { configs: 1, testLooks: 1 }, ...options }),
  );
}

describe('buildReport', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)(
    'tells everything of a %s, as its schema says',
    async (task) => {
      const report = await reportOf(task);
      expect(runReportSchema.parse(JSON.parse(stringifyJson(report)))).toEqual(report);
      expect(report.leftOut).toEqual([]);
    },
  );
});
