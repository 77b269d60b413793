// Owns what the Metrics page says of a run in words: states, backends, scores, endings. Pure; no DOM.
import * as l10n from '@vscode/l10n';
import { isBadInput } from '../../src/shared/errors';
import { assertNever } from '../../src/shared/errors';
import { METRICS } from '../../src/shared/metricCatalogue';
import { metricLabel as labelOfMetric } from '../../src/shared/metricTexts';
import { metricNameSchema, type MetricName } from '../../src/shared/schema/experiment';
import type { RunPhase, RunState, RunSummary, Rung, Scores } from '../../src/shared/schema/run';
import type { BackendName } from '../../src/shared/schema/training';
import { formatDuration } from '../../src/shared/format';
import {
  formatCell,
  formatCount,
  formatPercent,
  formatPercentCell,
  formatUnit,
  formatValue,
} from '../ui/format';
import type { IconName } from '../ui/icons';
import { wilsonInterval } from './interval';

export function metricLabel(metric: string): string {
  const known = metricNameSchema.safeParse(metric);
  return known.success ? labelOfMetric(known.data) : metric;
}

const SHARES: ReadonlySet<string> = new Set<MetricName>([
  'accuracy',
  'balancedAccuracy',
  'top3Accuracy',
  'top5Accuracy',
  'subsetAccuracy',
  'mape',
]);

/** Read as per cent. */
export function isShare(metric: string): boolean {
  return SHARES.has(metric);
}

export function metricText(metric: string, value: number): string {
  return isShare(metric) ? formatPercent(value) : formatValue(value);
}

export interface StateWords {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: 'info' | 'good' | 'warning' | 'error' | 'plain';
}

/** A run that was stopped to go on another time. */
export function pausedWords(): StateWords {
  return { word: l10n.t('Paused'), icon: 'debugPause', tone: 'plain' };
}

export function stateWords(state: RunState): StateWords {
  switch (state) {
    case 'running':
      return { word: l10n.t('Running'), icon: 'loading', tone: 'info' };
    case 'completed':
      return { word: l10n.t('Completed'), icon: 'passFilled', tone: 'good' };
    case 'stopped':
      return { word: l10n.t('Stopped'), icon: 'circleSlash', tone: 'plain' };
    case 'failed':
      return { word: l10n.t('Failed'), icon: 'error', tone: 'error' };
    case 'crashed':
      return { word: l10n.t('Crashed'), icon: 'bracketError', tone: 'error' };
    default:
      return assertNever(state);
  }
}

export function phaseWords(phase: RunPhase): string {
  switch (phase) {
    case 'starting':
      return l10n.t('Starting the training process…');
    case 'reading':
      return l10n.t('Reading the data…');
    case 'fitting':
      return l10n.t('Fitting the encoders on the train rows…');
    case 'training':
      return l10n.t('Training');
    case 'evaluating':
      return l10n.t('Scoring the test rows…');
    default:
      return assertNever(phase);
  }
}

export function backendLabel(backend: BackendName): string {
  switch (backend) {
    case 'cuda':
      return l10n.t('GPU · CUDA');
    case 'native':
      return l10n.t('CPU · native');
    case 'wasm':
      return l10n.t('CPU · WebAssembly');
    case 'cpu':
      return l10n.t('CPU · JavaScript');
    default:
      return assertNever(backend);
  }
}

export function rungStateWords(state: Rung['state']): string {
  switch (state) {
    case 'chosen':
      return l10n.t('in use');
    case 'available':
      return l10n.t('available');
    case 'rejected':
      return l10n.t('not usable');
    case 'notTried':
      return l10n.t('not tried');
    default:
      return assertNever(state);
  }
}

/** One line a rung, and first of all whether this run is on the GPU or the CPU. */
export function backendTooltip(backend: NonNullable<RunSummary['backend']>): string {
  const head =
    backend.chosen === 'cuda' ? l10n.t('This run trains on the GPU.') : l10n.t('This run trains on the CPU.');
  const rungs = backend.rungs.map(
    (rung) => `${backendLabel(rung.backend)} (${rungStateWords(rung.state)}): ${rung.reason}`,
  );
  return [head, ...rungs].join('\n');
}

/** The score a task is read by. */
export function mainMetric(run: Pick<RunSummary, 'task'>): 'accuracy' | 'rmse' {
  return run.task === 'regression' ? 'rmse' : 'accuracy';
}

/** The score of a cell in the score table: as short as can be, decimals aligned within a kind of score. */
export function cellText(metric: MetricName, value: number): string {
  if (isShare(metric)) return formatPercentCell(value);
  // At most 2: shares of one, correlations, Brier scores.
  return METRICS[metric].range[1] <= 2 ? formatUnit(value) : formatCell(value);
}

/** Below this many test rows a share is told with its interval: at 100 rows it is about 20 points wide at worst. */
const FEW_ROWS = 100;

/** How sure the test accuracy is, when it was counted on few rows; undefined otherwise. */
export function uncertainty(run: Pick<RunSummary, 'test' | 'rows'>): string | undefined {
  const accuracy = run.test?.accuracy;
  const total = run.rows?.test ?? 0;
  if (accuracy === undefined || !Number.isFinite(accuracy) || total < 1 || total >= FEW_ROWS)
    return undefined;
  const { low, high } = wilsonInterval(Math.round(accuracy * total), total);
  return l10n.t(
    'Few test rows: the 95% interval of the accuracy is {0} to {1}.',
    formatPercent(low),
    formatPercent(high),
  );
}

export interface Verdict {
  readonly sentence: string;
  readonly tone: 'good' | 'warning' | 'plain';
}

/** The test score beside the baseline's, in one sentence; undefined before there is a test score. */
export function verdict(run: RunSummary): Verdict | undefined {
  const metric = mainMetric(run);
  const score = run.test?.[metric];
  if (score === undefined) return undefined;
  // Within a sentence.
  const label = metric === 'rmse' ? l10n.t('RMSE') : l10n.t('accuracy');
  const text = metricText(metric, score);
  const rows = run.rows?.test;
  const base = run.baseline?.test[metric];
  if (base === undefined || run.baseline === undefined) {
    return {
      sentence:
        rows === undefined
          ? l10n.t('Test {0}: {1}.', label, text)
          : l10n.t('Test {0}: {1}, on {2} rows that training never saw.', label, text, formatCount(rows)),
      tone: 'plain',
    };
  }
  const rival =
    run.baseline.kind === 'majority'
      ? l10n.t('always answering the most frequent class')
      : l10n.t('always answering the mean');
  const better = metric === 'rmse' ? score < base : score > base;
  const baseText = metricText(metric, base);
  if (!better) {
    return {
      sentence: l10n.t(
        'Test {0} {1} does not beat {2}, which scores {3}: the model has learned nothing that helps on new rows.',
        label,
        text,
        rival,
        baseText,
      ),
      tone: 'warning',
    };
  }
  return {
    sentence:
      rows === undefined
        ? l10n.t('Test {0} {1}; {2} scores {3}.', label, text, rival, baseText)
        : l10n.t(
            'Test {0} {1} on {2} rows that training never saw; {3} scores {4}.',
            label,
            text,
            formatCount(rows),
            rival,
            baseText,
          ),
    tone: 'good',
  };
}

/** How and where the training ended; undefined while it runs or when it never got there. */
export function endingSentence(run: RunSummary): string | undefined {
  if (run.endReason === undefined) return undefined;
  const epoch = formatCount(run.epoch);
  const best = run.bestEpoch === undefined ? undefined : formatCount(run.bestEpoch);
  switch (run.endReason) {
    case 'earlyStopping':
      return best === undefined
        ? l10n.t('Stopped early after epoch {0}: the validation loss no longer improved.', epoch)
        : l10n.t(
            'Stopped early after epoch {0}: the validation loss had not improved since epoch {1}, the best.',
            epoch,
            best,
          );
    case 'paused':
      return l10n.t(
        'Paused after epoch {0}: resume it to go on where it was. The test rows were not looked at.',
        epoch,
      );
    case 'budget':
      return best === undefined
        ? l10n.t('Stopped after epoch {0}: the minutes or steps of the config are used up.', epoch)
        : l10n.t(
            'Stopped after epoch {0}: the minutes or steps of the config are used up; epoch {1} was the best by validation loss.',
            epoch,
            best,
          );
    case 'allEpochs':
      return best === undefined
        ? l10n.t('Ran all {0} epochs.', epoch)
        : l10n.t('Ran all {0} epochs; epoch {1} was the best by validation loss.', epoch, best);
    case 'stopped':
      return best === undefined
        ? l10n.t('Stopped by you in epoch {0}.', epoch)
        : l10n.t('Stopped by you in epoch {0}; epoch {1} was the best by validation loss.', epoch, best);
    default:
      return assertNever(run.endReason);
  }
}

/** What to do about a run that failed or crashed. */
export function nextStep(run: RunSummary): string | undefined {
  if (run.state === 'crashed') {
    return l10n.t('Every reported epoch is kept. Train again; if it dies again, the log says why.');
  }
  if (run.state !== 'failed') return undefined;
  return run.error !== undefined && isBadInput(run.error.code)
    ? l10n.t('Change the data or the config as the message says, then train again.')
    : l10n.t('The log has the details. Train again after changing the config.');
}

export interface ScoreRow {
  readonly metric: MetricName;
  /** Train, validation, test, baseline. */
  readonly cells: (number | undefined)[];
}

/** The scores that are read first, side by side: main metric first and loss last. */
export function scoreRows(run: RunSummary): ScoreRow[] {
  const main = mainMetric(run);
  const rows = allScoreRows(run).filter(({ metric }) => METRICS[metric].headline);
  const rank = ({ metric }: ScoreRow): number => (metric === main ? 0 : metric === 'loss' ? 2 : 1);
  return rows.sort((a, b) => rank(a) - rank(b));
}

/** The rest of the scores, in the order of the schema. */
export function furtherScoreRows(run: RunSummary): ScoreRow[] {
  return allScoreRows(run).filter(({ metric }) => !METRICS[metric].headline);
}

function allScoreRows(run: RunSummary): ScoreRow[] {
  const columns: (Scores | undefined)[] = [run.train, run.validation, run.test, run.baseline?.test];
  return metricNameSchema.options
    .map((metric) => ({ metric, cells: columns.map((scores) => scores?.[metric]) }))
    .filter((row) => row.cells.some((cell) => cell !== undefined));
}

/** What a screen reader hears now and then while a run goes on, and once when it ends. */
export function announcement(run: RunSummary, timeLeftMs: number | undefined): string {
  if (run.state !== 'running') {
    return [stateWords(run.state).word, verdict(run)?.sentence ?? run.error?.message, endingSentence(run)]
      .filter((part) => part !== undefined)
      .join('. ');
  }
  if (run.phase !== 'training' || run.epoch === 0) return phaseWords(run.phase);
  const parts = [l10n.t('Epoch {0} of {1}', run.epoch, run.epochs)];
  const loss = run.validation?.loss ?? run.train?.loss;
  if (loss !== undefined) {
    parts.push(
      run.validation?.loss === undefined
        ? l10n.t('train loss {0}', formatValue(loss))
        : l10n.t('validation loss {0}', formatValue(loss)),
    );
  }
  if (timeLeftMs !== undefined) parts.push(l10n.t('{0} left', formatDuration(timeLeftMs)));
  return parts.join(', ');
}
