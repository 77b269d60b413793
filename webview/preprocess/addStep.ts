// Owns the list of all kinds of steps to choose one from: by group, narrowed by typing, with a sentence each.
import * as l10n from '@vscode/l10n';
import type { StepKind } from '../../src/shared/schema/recipeSteps';
import { STEP_GROUPS, stepCatalogue, type StepGroup } from '../../src/shared/schema/stepCatalogue';
import { groupTitle, stepHelp, stepTitle } from '../../src/shared/stepTexts';
import { el } from '../ui/dom';
import { openPopup } from '../ui/popup';

const KINDS = Object.keys(stepCatalogue).filter((kind): kind is StepKind =>
  Object.hasOwn(stepCatalogue, kind),
);

export interface FoundGroup {
  readonly group: StepGroup;
  readonly kinds: readonly StepKind[];
}

/** Kinds whose title, sentence, group or own name has every word of the text; titles that begin with it first. */
export function findSteps(text: string): FoundGroup[] {
  const words = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const matches = (kind: StepKind): boolean => {
    const all =
      `${stepTitle(kind)} ${stepHelp(kind)} ${groupTitle(stepCatalogue[kind].group)} ${kind}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const rank = (kind: StepKind): number => {
    const title = stepTitle(kind).toLowerCase();
    const [first = ''] = words;
    return title.startsWith(first) ? 0 : title.includes(first) ? 1 : 2;
  };
  const found = STEP_GROUPS.map((group) => ({
    group,
    kinds: KINDS.filter((kind) => stepCatalogue[kind].group === group && matches(kind)),
  })).filter(({ kinds }) => kinds.length > 0);
  if (words.length === 0) return found;
  const best = ({ kinds }: FoundGroup): number => Math.min(...kinds.map(rank));
  return found
    .map(({ group, kinds }) => ({ group, kinds: [...kinds].sort((a, b) => rank(a) - rank(b)) }))
    .sort((a, b) => best(a) - best(b));
}

/** What stands beside a title: that a step learns, or only touches train rows. */
function placementWord(kind: StepKind): string {
  switch (stepCatalogue[kind].placement) {
    case 'fitted':
      return l10n.t('learns from train rows');
    case 'trainOnly':
      return l10n.t('train rows only');
    case 'beforeSplit':
    case 'row':
      return '';
  }
}

/** @param choose is told the kind, after the list has gone */
export function openStepChooser(
  anchor: Element | { readonly x: number; readonly y: number },
  choose: (kind: StepKind) => void,
): void {
  let options: { kind: StepKind; element: HTMLElement }[] = [];
  let active = 0;
  const list = el('div', {
    class: 'chooser-list',
    id: 'step-options',
    attrs: { role: 'listbox', 'aria-label': l10n.t('Steps') },
  });
  const input = el('input', {
    class: 'input chooser-search',
    attrs: {
      type: 'text',
      role: 'combobox',
      'aria-expanded': true,
      'aria-controls': 'step-options',
      'aria-autocomplete': 'list',
      'aria-label': l10n.t('Find a step'),
      placeholder: l10n.t('Find a step'),
      autocomplete: 'off',
      spellcheck: 'false',
      autofocus: true,
    },
    on: { input: () => fill(), keydown: (event) => onKey(event) },
  });
  const take = (kind: StepKind): void => {
    popup.close();
    choose(kind);
  };
  const mark = (): void => {
    options.forEach(({ element }, i) => {
      element.classList.toggle('active', i === active);
      element.setAttribute('aria-selected', String(i === active));
    });
    const chosen = options[active]?.element;
    if (chosen === undefined) input.removeAttribute('aria-activedescendant');
    else {
      input.setAttribute('aria-activedescendant', chosen.id);
      chosen.scrollIntoView({ block: 'nearest' });
    }
  };
  const fill = (): void => {
    options = [];
    active = 0;
    const groups = findSteps(input.value).map(({ group, kinds }) => {
      const id = `step-group-${group}`;
      return el(
        'div',
        { attrs: { role: 'group', 'aria-labelledby': id } },
        el('div', { class: 'chooser-group', id }, groupTitle(group)),
        ...kinds.map((kind) => option(kind)),
      );
    });
    list.replaceChildren(
      ...(groups.length > 0
        ? groups
        : [el('p', { class: 'muted option-note' }, l10n.t('No step is called so.'))]),
    );
    mark();
  };
  const option = (kind: StepKind): HTMLElement => {
    const element = el(
      'div',
      {
        class: 'chooser-option',
        id: `step-option-${kind}`,
        attrs: { role: 'option' },
        on: { pointerdown: (event) => event.preventDefault(), click: () => take(kind) },
      },
      el(
        'div',
        { class: 'chooser-title' },
        el('span', {}, stepTitle(kind)),
        el('span', { class: 'muted small' }, placementWord(kind)),
      ),
      el('div', { class: 'muted small' }, stepHelp(kind)),
    );
    options.push({ kind, element });
    return element;
  };
  const onKey = (event: KeyboardEvent): void => {
    const count = options.length;
    const targets: Record<string, number> = {
      ArrowDown: (active + 1) % Math.max(1, count),
      ArrowUp: (active - 1 + count) % Math.max(1, count),
      PageDown: Math.min(count - 1, active + 8),
      PageUp: Math.max(0, active - 8),
    };
    const to = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
    if (to !== undefined) {
      event.preventDefault();
      active = to;
      mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = options[active];
      if (chosen !== undefined) take(chosen.kind);
    }
  };
  fill();
  const popup = openPopup({
    anchor,
    content: el('div', { class: 'chooser' }, input, list),
  });
}
