// Owns the report of a run in its process: built from the scored weights, written into its folder, told in short. A report
// that fails ends no run.
import * as l10n from '@vscode/l10n';
import type { Clock } from '../shared/clock';
import { toErrorData } from '../shared/errors';
import { METRICS } from '../shared/metricCatalogue';
import { stringifyJson } from '../shared/numbers';
import { metricNameSchema, type Experiment, type MetricName } from '../shared/schema/experiment';
import { runReportSchema, type IntervalScores, type RunReport } from '../shared/schema/report';
import type { Launch, Scores } from '../shared/schema/run';
import { openCsv } from '../core/data/csvSource';
import type { EncodedDataset } from '../core/recipe/dataset';
import { buildReport, REPORT_BUDGET_MS } from '../core/report/buildReport';
import type { LinesOf } from '../core/report/lines';
import { writeFileAtomic } from '../core/runs/atomicFile';
import type { RunPaths } from '../core/runs/runFolder';
import type { InferenceEngine } from '../core/train/engine';
import type { Reported, ScoredWeights } from '../core/train/trainLoop';
import type { RunRecorder } from './runRecorder';
import { triedConfigs } from './triedConfigs';

/** Somebody who stopped a run waits for its end. */
const STOPPED_BUDGET_MS = 2000;
/** Reading a larger file again, only to name its lines, takes too long. */
const MAX_BYTES_FOR_LINES = 64 << 20;

export interface ReportRunOptions {
  readonly paths: RunPaths;
  readonly launch: Pick<Launch, 'dataPath' | 'dataSizeBytes'>;
  readonly clock: Clock;
  readonly recorder: RunRecorder;
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly engine: InferenceEngine;
  readonly stopSignal: AbortSignal;
}

/** What the training loop asks for once the weights are scored. */
export function reportRun(options: ReportRunOptions): (scored: ScoredWeights) => Promise<Reported> {
  return async (scored) => {
    try {
      const report = runReportSchema.parse(await build(options, scored));
      await writeFileAtomic(options.paths.report, stringifyJson(report));
      return inShort(report);
    } catch (error) {
      const { clock, recorder } = options;
      const message = l10n.t('The report could not be made: {0}', toErrorData(error).message);
      recorder.record({ type: 'warning', timeMs: clock.now(), code: 'train.report', message });
      return {};
    }
  };
}

async function build(options: ReportRunOptions, scored: ScoredWeights): Promise<RunReport> {
  const { experiment, dataset, engine, clock, launch, paths, stopSignal } = options;
  const { plan, parameters, breathe, reason } = scored;
  const wasStopped = reason === 'stopped';
  return buildReport({
    experiment,
    dataset,
    plan,
    engine,
    parameters,
    clock,
    breathe,
    // A stop that ended the training does not end its report, only one that comes now.
    signal: wasStopped ? undefined : stopSignal,
    budgetMs: wasStopped ? STOPPED_BUDGET_MS : REPORT_BUDGET_MS,
    tried: await triedConfigs({ folder: paths.folder, dataPath: launch.dataPath, experiment }),
    linesOf: linesIn(launch, experiment),
  });
}

function linesIn(
  { dataPath, dataSizeBytes }: ReportRunOptions['launch'],
  experiment: Experiment,
): LinesOf | undefined {
  if (dataSizeBytes > MAX_BYTES_FOR_LINES) return undefined;
  return async (rows) => {
    const source = await openCsv(dataPath, { reading: experiment.data.reading });
    try {
      return await source.linesOf(rows);
    } finally {
      source.close();
    }
  };
}

function inShort({ primary, verdict, baselines }: RunReport): Reported {
  const kept = metricNameSchema.options.filter((name) => name === primary.metric || METRICS[name].headline);
  return {
    primary: primary.metric,
    verdict: [verdict.text, ...verdict.cautions].join(' '),
    baselines: baselines.flatMap((baseline) => {
      if (baseline.state === 'failed') return [];
      const { kind, name, validation, test } = baseline;
      return [{ kind, name, ...valuesOf('validation', validation, kept), ...valuesOf('test', test, kept) }];
    }),
  };
}

function valuesOf<K extends 'validation' | 'test'>(
  split: K,
  scores: IntervalScores | undefined,
  names: readonly MetricName[],
): Partial<Record<K, Scores>> {
  if (scores === undefined) return {};
  const values: Scores = {};
  for (const name of names) {
    const interval = scores[name];
    if (interval !== undefined) values[name] = interval.value;
  }
  const found: Partial<Record<K, Scores>> = {};
  found[split] = values;
  return found;
}
