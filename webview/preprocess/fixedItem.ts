// Owns an entry of the list that is no step: the file at its top, the line of the split. An element that is filled anew.
import { el, setChildren, setText, setTitle } from '../ui/dom';
import { icon, type IconName } from '../ui/icons';

export interface FixedItemOptions {
  readonly icon: IconName;
  readonly class: string;
  readonly editLabel: string;
  readonly choose: () => void;
  readonly edit: () => void;
}

export interface FixedItemView {
  readonly title: string;
  readonly line: string;
  readonly tooltip: string;
  readonly isSelected: boolean;
  /** The keyboard is at it. */
  readonly isCurrent: boolean;
  readonly form: HTMLElement | undefined;
}

export class FixedItem {
  readonly element: HTMLLIElement;
  readonly main: HTMLButtonElement;
  private readonly edit: HTMLButtonElement;
  private readonly title = el('span', { class: 'step-title' });
  private readonly line = el('span', { class: 'step-line' });
  private readonly slot = el('div', { class: 'step-form' });

  constructor(options: FixedItemOptions) {
    this.main = el(
      'button',
      { class: 'step-main', attrs: { type: 'button' }, on: { click: options.choose } },
      el('span', { class: 'step-number' }, icon(options.icon)),
      el('span', { class: 'step-text' }, this.title, this.line),
    );
    this.edit = el(
      'button',
      {
        class: 'icon-button',
        title: options.editLabel,
        attrs: { type: 'button', 'aria-label': options.editLabel },
        on: { click: options.edit },
      },
      icon('edit'),
    );
    const row = el('div', { class: 'step-row' }, this.main, el('span', { class: 'step-buttons' }, this.edit));
    this.element = el('li', { class: `step ${options.class}` }, row, this.slot);
  }

  update(view: FixedItemView): void {
    setText(this.title, view.title);
    setText(this.line, view.line);
    this.line.hidden = view.line === '';
    setTitle(this.main, view.tooltip);
    this.element.classList.toggle('selected', view.isSelected);
    this.main.setAttribute('aria-current', view.isSelected ? 'step' : 'false');
    this.main.tabIndex = this.edit.tabIndex = view.isCurrent ? 0 : -1;
    setChildren(this.slot, view.form === undefined ? [] : [view.form]);
  }
}
