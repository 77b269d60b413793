// Owns which metric decides about a run: the config's, or what suits task and classes of the train rows.
import * as l10n from '@vscode/l10n';
import { METRICS } from '../../shared/metricCatalogue';
import { metricLabel } from '../../shared/metricTexts';
import type { Experiment, MetricName, Task } from '../../shared/schema/experiment';
import type { EncodedSplit } from '../recipe/dataset';
import { actualClasses } from '../train/scores';

export interface PrimaryMetric {
  readonly metric: MetricName;
  /** Translated. */
  readonly reason: string;
}

/** Below this share of positives a ROC AUC is flattered by the many negatives. @see Saito & Rehmsmeier 2015 */
const FEW_POSITIVES = 0.1;
/** Rarest over most frequent class: below this the accuracy is that of the frequent ones. */
const RARE_CLASS = 0.1;

/** @param train what is rare is counted on train rows */
export function primaryMetric(
  { evaluation, data }: Pick<Experiment, 'evaluation' | 'data'>,
  train: EncodedSplit,
  outputs: number,
): PrimaryMetric {
  const { metric } = evaluation;
  const { task } = data.target;
  if (metric !== 'auto' && isMetricOf(metric, task)) return { metric, reason: l10n.t('As the config says.') };
  const auto = suited(task, classCounts(train, outputs));
  if (metric === 'auto') return auto;
  const why = l10n.t('The config asks for {0}, which this task does not have.', metricLabel(metric));
  return { metric: auto.metric, reason: `${why} ${auto.reason}` };
}

/** Whether a metric is defined for models of this task. */
export function isMetricOf(metric: MetricName, task: Task): boolean {
  return METRICS[metric].tasks.includes(task);
}

function classCounts({ y, rows }: EncodedSplit, outputs: number): number[] {
  const counts = new Array<number>(Math.max(outputs, 2)).fill(0);
  for (const c of actualClasses(y, rows, outputs)) counts[c] = (counts[c] ?? 0) + 1;
  return counts;
}

function suited(task: Task, counts: readonly number[]): PrimaryMetric {
  if (task === 'regression') return { metric: 'rmse', reason: l10n.t('The usual one for numbers.') };
  if (task === 'binary') {
    const share = (counts[1] ?? 0) / counts.reduce((sum, n) => sum + n, 0);
    return share < FEW_POSITIVES
      ? {
          metric: 'prAuc',
          reason: l10n.t(
            '{0} % of the train rows are positive: few, and what counts is to find them.',
            percent(share),
          ),
        }
      : { metric: 'rocAuc', reason: l10n.t('The usual one for two classes, whatever the threshold.') };
  }
  const ratio = Math.min(...counts) / Math.max(...counts);
  return ratio < RARE_CLASS
    ? {
        metric: 'macroF1',
        reason: l10n.t(
          'The rarest class has {0} % of the train rows of the most frequent one: each class is to count alike.',
          percent(ratio),
        ),
      }
    : { metric: 'accuracy', reason: l10n.t('The usual one for several classes of like size.') };
}

function percent(share: number): string {
  return String(Number((100 * share).toPrecision(2)));
}
