// Owns the line above the rows of a step: what it did, said in words, and which of its rows to look at.
import * as l10n from '@vscode/l10n';
import { stepTitle } from '../../src/shared/stepTexts';
import { el, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import { button } from '../ui/kit';
import { effectiveDraft, exactSummary, shownStep } from './shown';
import type { PreprocessState } from './state';
import { effectText, scopeText } from './texts';

export class StepBanner {
  readonly element = el('div', { class: 'banner', attrs: { role: 'status' } });
  private readonly icon = el('span', { class: 'banner-icon' });
  private readonly text = el('span', { class: 'banner-text' });
  private readonly onlyChanges: HTMLInputElement;

  /** @param toFile shows the file again */
  constructor(onlyChanges: (on: boolean) => void, toFile: () => void) {
    this.onlyChanges = el('input', {
      class: 'check',
      id: 'only-changes',
      attrs: { type: 'checkbox' },
      on: { change: () => onlyChanges(this.onlyChanges.checked) },
    });
    const label = el('label', { attrs: { for: 'only-changes' } }, l10n.t('Changed rows only'));
    this.element.append(
      this.icon,
      this.text,
      el(
        'span',
        { class: 'banner-tools' },
        el('span', { class: 'check-row' }, this.onlyChanges, label),
        button({ label: l10n.t('Show the File'), icon: 'close', look: 'icon', onClick: toFile }),
      ),
    );
  }

  update(state: PreprocessState): void {
    const { text, isFailure } = bannerWords(state);
    setText(this.text, text);
    this.onlyChanges.checked = state.onlyChanges;
    if (this.icon.dataset['failed'] === String(isFailure)) return;
    this.icon.dataset['failed'] = String(isFailure);
    this.icon.replaceChildren(
      isFailure ? icon('error', 'severity-error') : icon('diffModified', 'mark-changed'),
    );
  }
}

/** "Step 2, Fill missing values: 12 cells changed in a sample of 5,000 of 1,000,000 rows" */
function bannerWords(state: PreprocessState): { text: string; isFailure: boolean } {
  const { preview } = state;
  const { answer, problem } = preview;
  const told = (text: string, isFailure = false): { text: string; isFailure: boolean } => ({
    text,
    isFailure,
  });
  if (problem !== undefined && problem !== '') return told(problem, true);
  const index = shownStep(state);
  const step = effectiveDraft(state)?.steps[index];
  if (step === undefined || answer === undefined) return told(l10n.t('Working …'));
  const title = l10n.t('Step {0}, {1}', index + 1, stepTitle(step.step));
  if (preview.shown !== index) return told(l10n.t('{0}: working …', title));
  if (answer.failed !== undefined && answer.failed.index <= index) return told(answer.failed.message, true);
  if (!step.enabled) return told(l10n.t('{0}: off', title));
  const exact = exactSummary(state, index);
  const summary = exact ?? answer.steps.find((each) => each.index === index);
  if (summary === undefined) return told(title);
  return told(l10n.t('{0}: {1} {2}', title, effectText(summary), scopeText(answer, exact !== undefined)));
}
