// Owns how a run is told in a few words: its state, its score.
import * as vscode from 'vscode';
import { assertNever } from '../../shared/errors';
import { formatScore, headlineScore } from '../../shared/format';
import type { RunState, RunSummary } from '../../shared/schema/run';

export function stateText(state: RunState): string {
  switch (state) {
    case 'running':
      return vscode.l10n.t('running');
    case 'completed':
      return vscode.l10n.t('completed');
    case 'stopped':
      return vscode.l10n.t('stopped');
    case 'failed':
      return vscode.l10n.t('failed');
    case 'crashed':
      return vscode.l10n.t('crashed');
    default:
      return assertNever(state);
  }
}

/** `accuracy 0.97 (baseline 0.44)`, from the best rows there are: test, else validation. */
export function scoreText(summary: RunSummary): string | undefined {
  const test = summary.test && headlineScore(summary.test);
  if (test !== undefined) {
    const baseline = summary.baseline && headlineScore(summary.baseline.test);
    const score = vscode.l10n.t('test {0} {1}', test.name, formatScore(test));
    return baseline === undefined ? score : vscode.l10n.t('{0} (baseline {1})', score, formatScore(baseline));
  }
  const validation = summary.validation && headlineScore(summary.validation);
  return validation && vscode.l10n.t('validation {0} {1}', validation.name, formatScore(validation));
}
