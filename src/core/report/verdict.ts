// Owns the one sentence a run ends with: the network against the best simple model, on the same rows, with how sure that
// is. The rival is chosen on validation rows, so that test rows choose nothing.
import * as l10n from '@vscode/l10n';
import { isBetter, METRICS } from '../../shared/metricCatalogue';
import { metricLabel } from '../../shared/metricTexts';
import type { MetricName } from '../../shared/schema/experiment';
import type { Interval } from '../../shared/schema/interval';
import type { HeldOutName, IntervalScores, Verdict } from '../../shared/schema/report';
import { pairedBootstrap } from '../evaluate/bootstrap';
import type { RowMetric } from '../evaluate/rowMetrics';
import { SMALL_SLICE_ROWS } from '../evaluate/slices';
import type { ScoredBaseline } from './baselineScores';
import { amount, formatInterval } from '../../shared/formatInterval';
import type { ScoredRows } from './scoredRows';

/** How often these held-out rows were looked at, this run included. */
export interface Tried {
  readonly configs: number;
  readonly testLooks: number;
}

export interface VerdictInput {
  readonly primary: MetricName;
  readonly network: Readonly<Partial<Record<HeldOutName, ScoredRows>>>;
  readonly intervals: Readonly<Partial<Record<HeldOutName, IntervalScores>>>;
  readonly baselines: readonly ScoredBaseline[];
  readonly tried: Tried;
  readonly seed: number;
  readonly breathe: () => Promise<void>;
}

export async function verdictOf(input: VerdictInput): Promise<Verdict> {
  const { primary, network, intervals, tried } = input;
  const split: HeldOutName | undefined =
    network.test !== undefined ? 'test' : network.validation !== undefined ? 'validation' : undefined;
  const base = { triedConfigs: tried.configs, testLooks: tried.testLooks };
  if (split === undefined) {
    const text = l10n.t('No rows were held out: nothing can be said of how good this is on new rows.');
    return { outcome: 'unknown', text, cautions: [], ...base };
  }
  const score = intervals[split]?.[primary];
  const rows = network[split]?.rows ?? 0;
  const cautions = [...cautionsOf(split, rows, tried), ...notFitted(input.baselines)];
  if (score === undefined || Number.isNaN(score.value)) {
    const text = l10n.t(
      '{0} is not defined on the {1} {2} rows.',
      metricLabel(primary),
      rows,
      splitWord(split),
    );
    return { outcome: 'unknown', text, split, cautions, ...base };
  }
  const head =
    split === 'test'
      ? l10n.t('Test {0} {1}', metricLabel(primary), formatInterval(score))
      : l10n.t('Validation {0} {1}', metricLabel(primary), formatInterval(score));
  const rival = rivalOf(input);
  if (rival === undefined || rival.report.state === 'failed') {
    return {
      outcome: 'unknown',
      text: l10n.t('{0}; there is no baseline beside it.', head),
      split,
      cautions,
      ...base,
    };
  }
  const difference = await differenceOf(input, split, rival);
  const { kind: baseline } = rival.report;
  const beside = against(rival, split, input);
  if (difference === undefined) {
    return { outcome: 'unknown', text: `${head} ${beside}.`, split, baseline, cautions, ...base };
  }
  const outcome = outcomeOf(primary, difference);
  const text = l10n.t('{0} {1}: {2}', head, beside, conclusion(outcome, difference));
  return { outcome, text, split, baseline, difference, cautions, ...base };
}

/** The best on validation rows; without any, the linear one by rule. */
function rivalOf({ primary, baselines }: VerdictInput): ScoredBaseline | undefined {
  const fitted = baselines.filter(({ report }) => report.state === 'fitted');
  let best: ScoredBaseline | undefined;
  let top = NaN;
  for (const baseline of fitted) {
    const value = baseline.scored.validation?.scores[primary];
    if (value === undefined || !(Number.isNaN(top) || isBetter(primary, value, top))) continue;
    [best, top] = [baseline, value];
  }
  return best ?? fitted.find(({ report }) => report.kind === 'linear') ?? fitted[0];
}

function against(
  { report, scored }: ScoredBaseline,
  split: HeldOutName,
  { primary, baselines }: VerdictInput,
): string {
  const score = report.state === 'fitted' ? report[split]?.[primary] : undefined;
  const value = score === undefined ? '-' : formatInterval(score);
  const fitted = baselines.filter((other) => other.report.state === 'fitted').length;
  if (fitted === 1) return l10n.t('against {0} {1} (the only baseline)', report.name, value);
  return scored.validation?.scores[primary] === undefined
    ? l10n.t(
        'against {0} {1} (of {2} baselines; none could be chosen on validation)',
        report.name,
        value,
        fitted,
      )
    : l10n.t('against {0} {1} (best of {2} baselines on validation)', report.name, value, fitted);
}

async function differenceOf(
  { primary, network, seed, breathe }: VerdictInput,
  split: HeldOutName,
  rival: ScoredBaseline,
): Promise<Interval | undefined> {
  const ours = network[split];
  const theirs = rival.scored[split];
  const a = ours?.metric(primary);
  const b = theirs?.metric(primary);
  if (ours === undefined || a === undefined || b === undefined) return undefined;
  const distance = (metric: RowMetric): RowMetric =>
    METRICS[primary].direction === 'zero' ? (rows) => Math.abs(metric(rows)) : metric;
  const { interval } = await pairedBootstrap(distance(a), distance(b), { rows: ours.rows, seed, breathe });
  return Number.isNaN(interval.value) || interval.resamples === 0 ? undefined : interval;
}

function outcomeOf(primary: MetricName, { low, high }: Interval): Verdict['outcome'] {
  if (!(low > 0) && !(high < 0)) return 'noEvidence';
  const higherWins = METRICS[primary].direction === 'higher';
  return low > 0 === higherWins ? 'better' : 'worse';
}

function conclusion(outcome: Verdict['outcome'], difference: Interval): string {
  const by = formatInterval({
    ...difference,
    value: Math.abs(difference.value),
    low: Math.min(Math.abs(difference.low), Math.abs(difference.high)),
    high: Math.max(Math.abs(difference.low), Math.abs(difference.high)),
  });
  switch (outcome) {
    case 'better':
      return l10n.t('the network is better by {0}.', by);
    case 'worse':
      return l10n.t('the network is worse by {0}; take the baseline, or change the network.', by);
    default:
      return l10n.t('no evidence that the network helps.');
  }
}

function cautionsOf(split: HeldOutName, rows: number, { configs, testLooks }: Tried): string[] {
  const cautions: string[] = [];
  if (rows < SMALL_SLICE_ROWS)
    cautions.push(l10n.t('Only {0} {1} rows: chance decides much.', rows, splitWord(split)));
  if (configs > 1) {
    cautions.push(
      l10n.t(
        '{0} configs were tried on these validation rows: the validation score of the best one is optimistic.',
        amount(configs),
      ),
    );
  }
  if (split === 'test' && testLooks > 1) {
    cautions.push(
      l10n.t(
        'The test rows were looked at {0} times: who chooses among runs by them has no unseen rows left.',
        amount(testLooks),
      ),
    );
  }
  if (split === 'validation')
    cautions.push(l10n.t('Validation rows chose the best epoch: the score is a little optimistic.'));
  return cautions;
}

/** A network may beat the ones that there are, and not those that are missing. */
function notFitted(baselines: readonly ScoredBaseline[]): string[] {
  const missing = baselines.flatMap(({ report }) => (report.state === 'failed' ? [report.name] : []));
  return missing.length === 0 ? [] : [l10n.t('Not compared with: {0}.', missing.join(', '))];
}

function splitWord(split: HeldOutName): string {
  return split === 'test' ? l10n.t('test') : l10n.t('validation');
}
