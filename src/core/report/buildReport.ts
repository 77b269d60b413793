// Owns the report that a training run ends with, from scored weights to one value. Reads top to bottom: scores, baselines
// and the verdict first, then what explains them, as far as the time goes. No test row chooses anything.
import * as l10n from '@vscode/l10n';
import type { HeldOutName, IntervalScores, RunReport, SplitReport } from '../../shared/schema/report';
import { scoreBaselines, type ScoredBaseline } from './baselineScores';
import { moreIntervals, primaryInterval } from './intervals';
import { labelNoise } from './labelNoise';
import { withLines, type LinesOf } from './lines';
import { originalColumns } from './originalColumns';
import { partialDependence } from './partialDependence';
import { Parts } from './parts';
import { permutationImportance } from './permutationImportance';
import { predictionIntervals } from './predictionIntervals';
import { primaryMetric, type PrimaryMetric } from './primaryMetric';
import { detailSplit, forwardRows, type ReportContext } from './reportContext';
import type { ScoredRows } from './scoredRows';
import { scoreSplit } from './scoreOutputs';
import { slicesReport } from './sliceScoresOf';
import { splitDetails } from './splitReport';
import { verdictOf, type Tried } from './verdict';
import { worstRows } from './worstRows';

export interface ReportOptions extends ReportContext {
  /** Aborted: baselines and explanations that are not there yet are left out. */
  readonly signal?: AbortSignal | undefined;
  readonly breathe: () => Promise<void>;
  /** For what can be left out: once for the baselines, once for the rest. */
  readonly budgetMs?: number;
  readonly tried: Tried;
  /** Lines of the CSV on which source rows are; absent: not told. */
  readonly linesOf?: LinesOf | undefined;
}

export const REPORT_BUDGET_MS = 30_000;
const DEPENDENCE_COLUMNS = 6;

type OfSplits<T> = Partial<Record<HeldOutName, T>>;

/** The engine's weights are those of `parameters`; nothing of either is changed. */
export async function buildReport(options: ReportOptions): Promise<RunReport> {
  const { experiment, dataset, plan, clock, breathe, signal, budgetMs = REPORT_BUDGET_MS, tried } = options;
  const createdMs = clock.now();
  const { seed } = experiment.training;
  const primary = primaryMetric(experiment, dataset.train, dataset.outputs);
  const splits = splitsOf(options);

  const outputs: OfSplits<Float32Array> = {};
  const network: OfSplits<ScoredRows> = {};
  const intervals: OfSplits<IntervalScores> = {};
  for (const name of splits) {
    const raw = await forwardRows(options, dataset[name], { breathe });
    const scored = scoreSplit(options, dataset[name], raw);
    [outputs[name], network[name]] = [raw, scored];
    intervals[name] = await primaryInterval(scored, { primary: primary.metric, seed }, { breathe });
  }
  const first = new Parts({ clock, budgetMs, signal, breathe });
  const baselines = await baselinesOf(options, { primary, splits, parts: first });
  const verdict = await verdictOf({
    primary: primary.metric,
    network,
    intervals,
    baselines,
    tried,
    seed,
    breathe,
  });
  const parts = new Parts({ clock, budgetMs, signal, breathe });
  const reports = await splitReports(options, { network, intervals, primary, parts });
  const explained = await explain(options, { outputs, network, primary, parts });
  return {
    version: 1,
    createdMs,
    tookMs: clock.now() - createdMs,
    task: plan.task,
    target: dataset.recipe.target.column,
    primary,
    verdict,
    ...reports,
    predictionIntervals: predictionIntervals(network.validation, network.test),
    baselines: baselines.map(({ report }) => report),
    ...explained,
    leftOut: [...first.leftOut, ...parts.leftOut],
    notes: notesOf(options),
  };
}

async function splitReports(
  { dataset, experiment }: ReportOptions,
  {
    network,
    intervals,
    primary,
    parts,
  }: Omit<Explaining, 'outputs'> & { readonly intervals: OfSplits<IntervalScores> },
): Promise<OfSplits<SplitReport>> {
  const reports: OfSplits<SplitReport> = {};
  for (const name of ['validation', 'test'] as const) {
    const scored = network[name];
    const details = scored && splitDetails(scored, dataset.recipe.target, experiment.evaluation);
    if (scored === undefined || details === undefined) continue;
    const options = { primary: primary.metric, seed: experiment.training.seed, parts };
    const scores = await moreIntervals(scored, intervals[name] ?? {}, options);
    reports[name] = { rows: scored.rows, scores, details };
  }
  return reports;
}

/** The test rows only once, at the end, and only where the config says so. */
function splitsOf({ experiment, dataset }: ReportOptions): HeldOutName[] {
  const splits: HeldOutName[] = [];
  if (dataset.validation.rows > 0) splits.push('validation');
  if (experiment.evaluation.testOnce && dataset.test.rows > 0) splits.push('test');
  return splits;
}

async function baselinesOf(
  options: ReportOptions,
  found: { readonly primary: PrimaryMetric; readonly splits: readonly HeldOutName[]; readonly parts: Parts },
): Promise<ScoredBaseline[]> {
  const { primary, splits, parts } = found;
  if (!options.experiment.evaluation.baseline || splits.length === 0) return [];
  return scoreBaselines(options, { primary: primary.metric, splits, parts, breathe: options.breathe });
}

interface Explaining {
  readonly outputs: OfSplits<Float32Array>;
  readonly network: OfSplits<ScoredRows>;
  readonly primary: PrimaryMetric;
  readonly parts: Parts;
}

type Explained = Pick<RunReport, 'worstRows' | 'importance' | 'dependence' | 'slices' | 'labelNoise'>;

async function explain(
  options: ReportOptions,
  { outputs, network, primary, parts }: Explaining,
): Promise<Explained> {
  const split = detailSplit(options);
  const raw = split === undefined ? undefined : outputs[split];
  const scored = split === undefined ? undefined : network[split];
  const noise = async (): Promise<Explained> => {
    if (options.plan.task === 'regression') return {};
    return defined(
      'labelNoise',
      await parts.attempt('labelNoise', (breather) => labelNoise(options, breather)),
    );
  };
  if (split === undefined || raw === undefined || scored === undefined) {
    const message = l10n.t('There are no held-out rows to look at.');
    for (const part of ['worstRows', 'importance', 'dependence', 'slices'] as const)
      parts.note(part, { why: 'noRows', message });
    return noise();
  }
  const { metric } = primary;
  const worst = await parts.attempt('worstRows', () =>
    worstRows(options, { split, outputs: raw, scored, parts }),
  );
  const slices = await parts.attempt('slices', () => slicesReport(options, { split, metric, scored, parts }));
  const noisy = await noise();
  const importance = await parts.attempt('importance', () =>
    permutationImportance(options, { split, metric, parts }),
  );
  const columns = originalColumns(options.dataset.recipe);
  const ranked = (importance?.columns ?? []).flatMap(({ column }) =>
    columns.filter(({ name }) => name === column),
  );
  const chosen = (ranked.length > 0 ? ranked : columns).slice(0, DEPENDENCE_COLUMNS);
  const dependence = await parts.attempt('dependence', () =>
    partialDependence(options, { split, columns: chosen, parts }),
  );
  return withLines(
    {
      ...defined('worstRows', worst),
      ...defined('importance', importance),
      ...defined('dependence', dependence),
      ...defined('slices', slices),
      ...noisy,
    },
    options.linesOf,
  );
}

function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const found: Partial<Record<K, V>> = {};
  if (value !== undefined) found[key] = value;
  return found;
}

function notesOf({ experiment, dataset }: ReportOptions): string[] {
  const notes: string[] = [];
  if (experiment.training.classWeights !== 'none' || dataset.train.weights !== undefined)
    notes.push(l10n.t('The baselines take every train row alike: the weights of the config are not theirs.'));
  if (dataset.validation.rows > 0) {
    notes.push(
      l10n.t(
        'Worst rows, importance, dependence and slices are of validation rows: what one learns there changes the next run, and the test rows stay unseen.',
      ),
    );
  }
  return notes;
}
