// Owns `repeat`: one config trained with several seeds or on each of its folds, its mean score with an interval, and with
// --against whether another config does better by more than chance. The test rows stay sealed.
import * as l10n from '@vscode/l10n';
import { BenchError, fromErrorData } from '../../shared/errors';
import { formatNumber } from '../../shared/format';
import { formatInterval } from '../../shared/formatInterval';
import { METRICS } from '../../shared/metricCatalogue';
import { metricLabel } from '../../shared/metricTexts';
import type { Experiment, MetricName } from '../../shared/schema/experiment';
import type { RunSummary } from '../../shared/schema/run';
import { compareRepeats, meanOfRepeats, type Repeats } from '../../core/evaluate/repeats';
import { RunFollower } from '../../core/runs/runFollower';
import type { RunStore } from '../../core/runs/runStore';
import { startRun } from '../../core/runs/startRun';
import { clock, runStore, trainerProgram } from '../context';
import { EXIT_FAILED, EXIT_OK, print, printJson, ProgressLine, table } from '../output';
import { fromConfig, StopSignals, type Prepared } from './train';

export interface RepeatOptions {
  readonly seeds: number;
  /** Each fold of the config's kFold split in place of seeds. */
  readonly folds: boolean;
  readonly against?: string;
  readonly runsDir?: string;
  readonly json: boolean;
}

interface Repeated {
  readonly name: string;
  readonly metric: MetricName;
  readonly labels: readonly string[];
  readonly values: Float64Array;
  readonly repeats: Repeats;
}

export async function repeat(file: string, options: RepeatOptions): Promise<number> {
  const store = runStore(options.runsDir);
  const signals = new StopSignals();
  try {
    const own = await trainAll(store, await fromConfig(file, { json: options.json }), options, signals);
    if (own === undefined) return EXIT_FAILED;
    const other =
      options.against === undefined
        ? undefined
        : await trainAll(store, await fromConfig(options.against, { json: options.json }), options, signals);
    if (options.against !== undefined && other === undefined) return EXIT_FAILED;
    tell(own, other, options);
    return EXIT_OK;
  } finally {
    signals.dispose();
  }
}

/** @returns undefined when it was asked to stop */
async function trainAll(
  store: RunStore,
  prepared: Prepared,
  { seeds, folds }: RepeatOptions,
  signals: StopSignals,
): Promise<Repeated | undefined> {
  const variants = folds ? foldVariants(prepared.experiment) : seedVariants(prepared.experiment, seeds);
  const line = new ProgressLine(process.stderr, () => performance.now());
  const summaries: RunSummary[] = [];
  for (const [i, { label, experiment }] of variants.entries()) {
    const run = await startRun({ store, program: trainerProgram, clock, ...prepared, experiment });
    const follower = await RunFollower.open(store, run.folder);
    follower.onDidUpdate(({ summary }) => {
      line.update(() =>
        l10n.t(
          '{0}: run {1} of {2} ({3}), epoch {4}',
          experiment.name,
          i + 1,
          variants.length,
          label,
          summary.epoch,
        ),
      );
    });
    signals.attach(follower, run.process);
    const summary = await follower.follow({ ended: run.process.ended });
    if (summary.error !== undefined) {
      line.end();
      throw fromErrorData(summary.error);
    }
    summaries.push(summary);
    if (signals.isAsked) {
      line.end();
      return undefined;
    }
  }
  line.end();
  return gathered(prepared.experiment, variants, summaries, folds);
}

interface Variant {
  readonly label: string;
  readonly experiment: Experiment;
}

function sealed({ evaluation, ...experiment }: Experiment): Experiment {
  return { ...experiment, evaluation: { ...evaluation, testOnce: false } };
}

function seedVariants(experiment: Experiment, count: number): Variant[] {
  return Array.from({ length: count }, (_, i) => {
    const seed = experiment.training.seed + i;
    const training = { ...experiment.training, seed };
    return { label: l10n.t('seed {0}', seed), experiment: sealed({ ...experiment, training }) };
  });
}

function foldVariants(experiment: Experiment): Variant[] {
  const { split } = experiment;
  if (split.method !== 'kFold') {
    throw new BenchError(
      'config.notFolds',
      l10n.t(
        'split.method: expected "kFold" for --folds, found "{0}". Change the split, or leave --folds out.',
        split.method,
      ),
    );
  }
  return Array.from({ length: split.folds }, (_, i) => {
    const fold = i + 1;
    return {
      label: l10n.t('fold {0}', fold),
      experiment: sealed({ ...experiment, split: { ...split, fold } }),
    };
  });
}

function gathered(
  experiment: Experiment,
  variants: readonly Variant[],
  summaries: readonly RunSummary[],
  folds: boolean,
): Repeated {
  const [first] = summaries;
  const metric = first?.primary ?? 'loss';
  const rows = summaries.map(({ rows: counts }) => counts ?? { train: 0, validation: 0 });
  const mean = (of: 'train' | 'validation'): number =>
    rows.reduce((sum, counts) => sum + counts[of], 0) / Math.max(1, rows.length);
  return {
    name: experiment.name,
    metric,
    labels: variants.map(({ label }) => label),
    values: Float64Array.from(summaries, ({ validation }) => validation?.[metric] ?? NaN),
    repeats: folds
      ? { kind: 'folds', trainRows: mean('train'), heldOutRows: mean('validation') }
      : { kind: 'seeds' },
  };
}

function tell(own: Repeated, other: Repeated | undefined, { json }: RepeatOptions): void {
  if (other !== undefined && other.values.length !== own.values.length) {
    throw new BenchError(
      'cli.options',
      l10n.t('Both configs must have as many repeats: {0} and {1}.', own.values.length, other.values.length),
    );
  }
  const mean = meanOfRepeats(own.values, own.repeats);
  const difference = other === undefined ? undefined : compareRepeats(own.values, other.values, own.repeats);
  if (json) {
    printJson({
      event: 'repeated',
      metric: own.metric,
      repeats: own.repeats.kind,
      values: Array.from(own.values),
      mean,
      ...(other === undefined ? {} : { against: Array.from(other.values), difference }),
    });
    return;
  }
  const rows = own.labels.map((label, i) => [
    label,
    formatNumber(own.values[i] ?? NaN),
    ...(other === undefined ? [] : [formatNumber(other.values[i] ?? NaN)]),
  ]);
  print(table([['', own.name, ...(other === undefined ? [] : [other.name])], ...rows]));
  print(l10n.t('Validation {0} of {1}: {2}', metricLabel(own.metric), own.name, formatInterval(mean)));
  if (other === undefined || difference === undefined) return;
  print(
    l10n.t(
      'Validation {0} of {1}: {2}',
      metricLabel(other.metric),
      other.name,
      formatInterval(meanOfRepeats(other.values, other.repeats)),
    ),
  );
  print(sentence(own, other, difference));
}

function sentence(
  own: Repeated,
  other: Repeated,
  { interval, pValue }: ReturnType<typeof compareRepeats>,
): string {
  const numbers = l10n.t('difference {0}, p = {1}', formatInterval(interval), formatNumber(pValue));
  if (!(pValue < 0.05)) return l10n.t('No evidence that they differ ({0}).', numbers);
  const isHigher = interval.value > 0;
  const better = (METRICS[own.metric].direction === 'lower') === isHigher ? other : own;
  return l10n.t('{0} is better ({1}).', better.name, numbers);
}
