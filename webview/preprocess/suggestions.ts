// Owns what an empty recipe says: what to do first. The remedies of the worst findings, one click each.
import * as l10n from '@vscode/l10n';
import { el } from '../ui/dom';
import { icon } from '../ui/icons';
import type { Actions } from './actions';
import { suggestions } from './findings';
import type { PreprocessState } from './state';

const SUGGESTED = 3;

/** Fills `element` anew when there is something else to say. */
export function suggestionList(element: HTMLElement, state: PreprocessState, actions: Actions): void {
  const { quality, report, draft } = state;
  const found = report !== undefined && draft !== undefined ? suggestions(report, draft, SUGGESTED) : [];
  const isLooking = report === undefined && (quality.kind === 'working' || quality.kind === 'waiting');
  const intro = isLooking
    ? l10n.t('No steps yet. Looking for what is worth doing …')
    : found.length > 0
      ? l10n.t('No steps yet. Worth doing first:')
      : l10n.t("No steps yet. Add one below, or choose one from a column's menu.");
  const key = JSON.stringify([intro, found.map(({ finding, remedy }) => [finding.message, remedy])]);
  if (element.dataset['key'] === key) return;
  element.dataset['key'] = key;
  element.replaceChildren(
    el('p', { class: 'muted' }, intro),
    ...found.map(({ finding, remedy }) =>
      el(
        'button',
        {
          class: 'suggestion',
          attrs: { type: 'button' },
          on: { click: () => actions.applyRemedy(remedy) },
        },
        icon('lightbulb'),
        el(
          'span',
          {},
          el('span', { class: 'suggestion-title' }, remedy.label),
          el('span', { class: 'muted small' }, finding.message),
        ),
      ),
    ),
  );
}
