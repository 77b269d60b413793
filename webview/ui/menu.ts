// Owns a menu: items to choose one from, by mouse and keyboard. Knows nothing of what they do.
import { el } from './dom';
import { icon, type IconName } from './icons';
import { openPopup, type PopupOptions } from './popup';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** Behind the label, e.g. a key. */
  readonly hint?: string;
  readonly disabled?: boolean;
  /** Present: the item is one that is on or off. */
  readonly checked?: boolean;
  readonly run: () => void;
}

export const SEPARATOR = 'separator';
export type MenuEntry = MenuItem | typeof SEPARATOR;

export function openMenu(
  label: string,
  entries: readonly MenuEntry[],
  anchor: PopupOptions['anchor'],
  onClose?: () => void,
): void {
  const menu = el('div', { class: 'menu', attrs: { role: 'menu', 'aria-label': label } });
  const popup = (): void => opened.close();
  const items: HTMLElement[] = [];
  for (const entry of entries) {
    if (entry === SEPARATOR) {
      menu.append(el('div', { class: 'menu-line', attrs: { role: 'separator' } }));
      continue;
    }
    const item = menuItem(entry, () => {
      popup();
      entry.run();
    });
    items.push(item);
    menu.append(item);
  }
  menu.addEventListener('keydown', (event) => moveInMenu(event, items));
  const opened = openPopup({ anchor, content: menu, ...(onClose === undefined ? {} : { onClose }) });
  items.find((item) => item.getAttribute('aria-disabled') !== 'true')?.focus();
}

function menuItem(entry: MenuItem, choose: () => void): HTMLElement {
  const isOff = entry.disabled === true;
  const item = el(
    'div',
    {
      class: 'menu-item',
      tabIndex: -1,
      attrs: {
        role: entry.checked === undefined ? 'menuitem' : 'menuitemcheckbox',
        'aria-checked': entry.checked,
        'aria-disabled': isOff ? true : undefined,
      },
    },
    el(
      'span',
      { class: 'menu-icon' },
      entry.checked === true ? icon('check') : entry.icon === undefined ? undefined : icon(entry.icon),
    ),
    el('span', { class: 'menu-label' }, entry.label),
    el('span', { class: 'menu-hint' }, entry.hint),
  );
  if (isOff) return item;
  item.addEventListener('click', choose);
  item.addEventListener('pointermove', () => item.focus());
  item.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    choose();
  });
  return item;
}

function moveInMenu(event: KeyboardEvent, items: readonly HTMLElement[]): void {
  const now = items.findIndex((item) => item === document.activeElement);
  const last = items.length - 1;
  const targets: Record<string, number> = {
    ArrowDown: now >= last ? 0 : now + 1,
    ArrowUp: now <= 0 ? last : now - 1,
    Home: 0,
    End: last,
  };
  const to = Object.hasOwn(targets, event.key) ? targets[event.key] : byLetter(event.key, items, now);
  if (event.key === 'Tab') event.preventDefault();
  if (to === undefined) return;
  event.preventDefault();
  items[to]?.focus();
}

/** The next item whose label begins with the letter. */
function byLetter(key: string, items: readonly HTMLElement[], now: number): number | undefined {
  if (key.length !== 1 || key === ' ') return undefined;
  const letter = key.toLowerCase();
  for (let i = 1; i <= items.length; i++) {
    const at = (now + i) % items.length;
    const label = items[at]?.querySelector('.menu-label')?.textContent ?? '';
    if (label.toLowerCase().startsWith(letter)) return at;
  }
  return undefined;
}
