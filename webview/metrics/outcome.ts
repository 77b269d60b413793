// Owns what the Metrics page says of how a run ended: failure, verdict, diagnosis, scores, warnings.
import * as l10n from '@vscode/l10n';
import { metricDescription } from '../../src/shared/metricTexts';
import type { RunSummary } from '../../src/shared/schema/run';
import { el } from '../ui/dom';
import { formatCount } from '../ui/format';
import { icon } from '../ui/icons';
import { findingsOf, type TryRemedy } from './findings';
import {
  cellText,
  endingSentence,
  furtherScoreRows,
  metricLabel,
  metricText,
  nextStep,
  scoreRows,
  type ScoreRow,
  uncertainty,
  verdict,
} from './words';

export type RunAction =
  | 'stop'
  | 'pause'
  | 'resume'
  | 'openDashboard'
  | 'showArchitecture'
  | 'openFolder'
  | 'showLog'
  | 'openConfig';

/** The outcome is rebuilt only when one of these changes. */
export function outcomeKey(run: RunSummary): string {
  return JSON.stringify([
    run.runId,
    run.state,
    run.endReason,
    run.bestEpoch,
    run.state === 'running' ? 0 : run.epoch,
    run.test,
    run.baseline,
    run.findings,
    run.verdict,
    run.error?.message,
    run.stderrTail,
  ]);
}

export function outcomeOf(run: RunSummary, act: (action: RunAction) => void): HTMLElement[] {
  if (run.state === 'running') return [];
  const parts: HTMLElement[] = [];
  if (run.state === 'failed' || run.state === 'crashed') parts.push(failureOf(run, act));
  const judged = verdict(run);
  if (judged !== undefined) {
    parts.push(
      el(
        'div',
        { class: `note verdict tone-${judged.tone}` },
        icon(judged.tone === 'warning' ? 'warning' : judged.tone === 'good' ? 'passFilled' : 'info'),
        el('span', {}, judged.sentence),
      ),
    );
  }
  if (run.verdict !== undefined) {
    parts.push(el('div', { class: 'note muted' }, icon('info'), el('span', {}, run.verdict)));
  }
  const doubt = uncertainty(run);
  if (doubt !== undefined) parts.push(el('p', { class: 'muted small doubt' }, doubt));
  return parts;
}

/** How it ended and all its scores. */
export function resultsOf(run: RunSummary, tryRemedy: TryRemedy): HTMLElement[] {
  // Of a run that broke, the charts say all there is.
  if (run.state === 'running' || run.endReason === undefined) return [];
  const parts: HTMLElement[] = findingsOf(run, tryRemedy);
  const ending = endingSentence(run);
  if (ending !== undefined) {
    parts.push(el('div', { class: 'note muted' }, icon('starFull'), el('span', {}, ending)));
  }
  const scores = scoreRows(run);
  if (scores.length > 0) parts.push(scoreTable(run, scores));
  const further = furtherScoreRows(run);
  if (further.length > 0) {
    parts.push(el('details', {}, el('summary', {}, l10n.t('Further scores')), scoreTable(run, further)));
  }
  return parts;
}

/** One is shown; more are folded, so that the charts stay in view. */
export function warningsOf(run: RunSummary): HTMLElement[] {
  const notes = run.warnings.map((w) =>
    el('div', { class: 'note' }, icon('warning', 'severity-warning'), el('span', {}, w.message)),
  );
  if (notes.length <= 1) return notes;
  return [
    el(
      'details',
      {},
      el(
        'summary',
        { class: 'note' },
        icon('warning', 'severity-warning'),
        el('span', {}, l10n.t('{0} warnings', formatCount(notes.length))),
      ),
      ...notes,
    ),
  ];
}

function failureOf(run: RunSummary, act: (action: RunAction) => void): HTMLElement {
  const message =
    run.error?.message ??
    l10n.t('The training process ended without saying why, after epoch {0}.', run.epoch);
  const next = nextStep(run);
  const tail = run.stderrTail?.trim() ?? '';
  return el(
    'div',
    { class: 'failure', attrs: { role: 'alert' } },
    el('div', { class: 'note' }, icon('error', 'severity-error'), el('span', {}, message)),
    next !== undefined &&
      el(
        'p',
        { class: 'muted' },
        `${next} `,
        el(
          'button',
          { class: 'link', attrs: { type: 'button' }, on: { click: () => act('showLog') } },
          l10n.t('Show Log'),
        ),
      ),
    tail !== '' &&
      el(
        'details',
        {},
        el('summary', {}, l10n.t('Last lines of the process')),
        el('pre', { tabIndex: 0 }, tail),
      ),
  );
}

function scoreTable(run: RunSummary, rows: readonly ScoreRow[]): HTMLElement {
  const heads = [l10n.t('Train'), l10n.t('Validation'), l10n.t('Test'), l10n.t('Baseline')];
  const used = heads.map((_, column) => rows.some((row) => row.cells[column] !== undefined));
  const table = el(
    'table',
    { class: 'data scores' },
    el('caption', { class: 'visually-hidden' }, l10n.t('Scores of {0}', run.name)),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('td', {}),
        ...heads.filter((_, i) => used[i]).map((head) => el('th', { attrs: { scope: 'col' } }, head)),
      ),
    ),
    el(
      'tbody',
      {},
      ...rows.map((row) =>
        el(
          'tr',
          {},
          el(
            'th',
            { attrs: { scope: 'row' }, title: metricDescription(row.metric) },
            metricLabel(row.metric),
          ),
          ...row.cells
            .map((cell, i) =>
              el(
                'td',
                {
                  class: i === 2 ? 'test' : '',
                  title: cell === undefined ? '' : metricText(row.metric, cell),
                },
                cell === undefined ? '–' : cellText(row.metric, cell),
              ),
            )
            .filter((_, i) => used[i]),
        ),
      ),
    ),
  );
  return table;
}
