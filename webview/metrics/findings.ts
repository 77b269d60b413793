// Owns what the diagnosis of a run found, on the Metrics page: each finding with its numbers, and a button for each changed
// config to try. Told the run, tells which remedy was chosen.
import * as l10n from '@vscode/l10n';
import type { Finding } from '../../src/shared/schema/diagnosis';
import type { RunSummary } from '../../src/shared/schema/run';
import { el } from '../ui/dom';
import { icon } from '../ui/icons';
import { button } from '../ui/kit';

export type TryRemedy = (finding: number, remedy: number) => void;

/** Nothing before the diagnosis; a quiet line when it found no fault. */
export function findingsOf(run: RunSummary, tryRemedy: TryRemedy): HTMLElement[] {
  const { findings } = run;
  if (run.state === 'running' || findings === undefined) return [];
  if (findings.length === 0) {
    return [
      el(
        'div',
        { class: 'note muted' },
        icon('passFilled', 'severity-good'),
        el('span', {}, l10n.t('The diagnosis found no fault in this training.')),
      ),
    ];
  }
  return [
    el(
      'section',
      { class: 'findings', attrs: { 'aria-label': l10n.t('Diagnosis') } },
      el('h2', {}, l10n.t('Diagnosis')),
      ...findings.map((finding, index) => findingOf(finding, index, tryRemedy)),
    ),
  ];
}

function findingOf(
  { severity, message, remedies }: Finding,
  index: number,
  tryRemedy: TryRemedy,
): HTMLElement {
  const kind = severity === 'error' ? 'error' : 'warning';
  return el(
    'div',
    { class: 'finding' },
    el('div', { class: 'note' }, icon(kind, `severity-${kind}`), el('span', {}, message)),
    el(
      'div',
      { class: 'remedies' },
      ...remedies.map(({ label }, remedy) =>
        button({
          label,
          icon: 'beaker',
          title: l10n.t('Trains a copy of the config with this change, on the same rows and seeds'),
          onClick: () => tryRemedy(index, remedy),
        }),
      ),
    ),
  );
}
