// Owns a row of tabs: which is chosen, by mouse and keyboard. The panels are the page's.
import { el, setChildren, setText } from './dom';
import { icon, type IconName } from './icons';

export interface TabItem<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly icon?: IconName;
  /** Behind the label, e.g. how many there are. */
  readonly count?: string;
  /** What the count means, for screen readers. */
  readonly countLabel?: string;
}

export interface Tabs<T extends string> {
  readonly element: HTMLElement;
  update(items: readonly TabItem<T>[], chosen: T): void;
}

export function tabId(id: string): string {
  return `tab-${id}`;
}

/** @param panelOf the id of the element that a tab shows */
export function tabs<T extends string>(
  label: string,
  panelOf: (id: T) => string,
  choose: (id: T) => void,
): Tabs<T> {
  const element = el('div', { class: 'tabs', attrs: { role: 'tablist', 'aria-label': label } });
  const buttons = new Map<T, HTMLElement>();
  let shown: readonly T[] = [];
  let now: T | undefined;

  const make = (id: T): HTMLElement =>
    el(
      'button',
      {
        class: 'tab',
        id: tabId(id),
        attrs: { type: 'button', role: 'tab', 'aria-controls': panelOf(id) },
        on: { click: () => choose(id) },
      },
      el('span', { class: 'tab-label' }),
      el('span', { class: 'tab-count', attrs: { 'aria-hidden': true } }),
      el('span', { class: 'visually-hidden' }),
    );

  element.addEventListener('keydown', (event) => {
    const at = shown.findIndex((id) => id === now);
    const targets: Record<string, number> = {
      ArrowRight: (at + 1) % shown.length,
      ArrowLeft: (at - 1 + shown.length) % shown.length,
      Home: 0,
      End: shown.length - 1,
    };
    const to = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
    const id = to === undefined ? undefined : shown[to];
    if (id === undefined) return;
    event.preventDefault();
    choose(id);
    buttons.get(id)?.focus();
  });

  return {
    element,
    update(items, chosen) {
      shown = items.map(({ id }) => id);
      now = chosen;
      const nodes = items.map((item) => {
        const button = buttons.get(item.id) ?? make(item.id);
        buttons.set(item.id, button);
        const [label, count, spoken] = [...button.querySelectorAll('span')];
        if (label !== undefined) setText(label, item.label);
        if (count !== undefined) setText(count, item.count ?? '');
        if (spoken !== undefined) setText(spoken, item.countLabel ?? '');
        if (item.icon !== undefined && button.querySelector('svg') === null) button.prepend(icon(item.icon));
        button.setAttribute('aria-selected', String(item.id === chosen));
        button.tabIndex = item.id === chosen ? 0 : -1;
        return button;
      });
      setChildren(element, nodes);
    },
  };
}
