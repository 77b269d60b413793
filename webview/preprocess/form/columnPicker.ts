// Owns choosing columns by name: a text field with a list below it that narrows as one types. Several columns stand as
// chips before the field. Knows nothing of steps.
import * as l10n from '@vscode/l10n';
import { el, setChildren } from '../../ui/dom';
import { formatCount } from '../../ui/format';
import { icon } from '../../ui/icons';
import { openPopup, type Popup } from '../../ui/popup';

export interface ColumnChoice {
  readonly name: string;
  /** `number`, `text` or `datetime`, for taking all of a kind. */
  readonly kind: string;
}

export interface ColumnPickerOptions {
  readonly id: string;
  readonly label: string;
  readonly isMultiple: boolean;
  readonly value: readonly string[];
  readonly placeholder: string;
  /** The columns there are; undefined while nobody knows. */
  readonly columns: () => readonly ColumnChoice[] | undefined;
  readonly onChange: (value: readonly string[]) => void;
  /** An entry that stands for no column. */
  readonly none?: string;
}

/** Longer lists are narrowed by typing. */
const MAX_LISTED = 100;
const MAX_CHIPS = 60;

interface Entry {
  readonly label: string;
  readonly isChosen: boolean;
  readonly isGroup: boolean;
  readonly take: () => void;
}

export class ColumnPicker {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly chips = el('span', { class: 'chips', attrs: { role: 'list' } });
  private value: readonly string[];
  private popup: Popup | undefined;
  private entries: readonly Entry[] = [];
  private active = -1;

  constructor(private readonly options: ColumnPickerOptions) {
    const { id, label, isMultiple, placeholder } = options;
    this.value = options.value;
    this.list = el('div', {
      class: 'options',
      id: `${id}-list`,
      attrs: { role: 'listbox', 'aria-label': label, 'aria-multiselectable': isMultiple },
    });
    this.input = el('input', {
      class: 'picker-input',
      id,
      attrs: {
        type: 'text',
        role: 'combobox',
        'aria-expanded': false,
        'aria-controls': `${id}-list`,
        'aria-autocomplete': 'list',
        autocomplete: 'off',
        spellcheck: 'false',
        placeholder,
      },
      on: {
        input: () => this.open(),
        click: () => this.open(),
        keydown: (event) => this.onKey(event),
        blur: () => this.onBlur(),
      },
    });
    const arrow = el(
      'span',
      { class: 'picker-arrow', on: { click: () => this.toggle() } },
      icon('chevronDown'),
    );
    this.element = el('div', { class: 'picker' }, isMultiple && this.chips, this.input, arrow);
    this.element.addEventListener('pointerdown', (event) => {
      if (event.target !== this.element && event.target !== this.chips) return;
      event.preventDefault();
      this.input.focus();
      this.open();
    });
    this.showValue();
  }

  /** What the page knows better, e.g. after undo. */
  setValue(value: readonly string[]): void {
    if (value.length === this.value.length && value.every((name, i) => name === this.value[i])) return;
    this.value = value;
    this.showValue();
  }

  private change(value: readonly string[]): void {
    this.value = value;
    this.showValue();
    this.options.onChange(value);
  }

  private showValue(): void {
    if (!this.options.isMultiple) {
      this.input.value = this.value[0] ?? '';
      return;
    }
    this.input.placeholder = this.value.length === 0 ? this.options.placeholder : '';
    const shown = this.value.slice(0, MAX_CHIPS).map((name) => this.chip(name));
    const more = this.value.length - shown.length;
    if (more > 0) shown.push(el('span', { class: 'muted small' }, l10n.t('and {0} more', formatCount(more))));
    setChildren(this.chips, shown);
  }

  private chip(name: string): HTMLElement {
    return el(
      'span',
      { class: 'chip', title: name, attrs: { role: 'listitem' } },
      el('span', { class: 'ellipsis' }, name),
      el(
        'button',
        {
          class: 'chip-remove',
          tabIndex: -1,
          attrs: { type: 'button', 'aria-label': l10n.t('Remove {0}', name) },
          on: {
            click: () => {
              this.change(this.value.filter((other) => other !== name));
              this.input.focus();
            },
          },
        },
        icon('close'),
      ),
    );
  }

  private toggle(): void {
    if (this.popup?.isOpen === true) this.popup.close();
    else {
      this.input.focus();
      this.open();
    }
  }

  private open(): void {
    this.fill();
    if (this.popup?.isOpen === true) {
      this.popup.place();
      return;
    }
    this.popup = openPopup({
      anchor: this.element,
      content: this.list,
      matchWidth: true,
      keepFocus: true,
      onClose: () => {
        this.input.setAttribute('aria-expanded', 'false');
        this.input.removeAttribute('aria-activedescendant');
        this.active = -1;
      },
    });
    this.input.setAttribute('aria-expanded', 'true');
  }

  /** What is typed narrows the list; the name that is chosen already does not. */
  private wanted(): string {
    const text = this.input.value.trim().toLowerCase();
    return !this.options.isMultiple && this.value[0]?.toLowerCase() === text ? '' : text;
  }

  private fill(): void {
    const columns = this.options.columns();
    const wanted = this.wanted();
    const matching = (columns ?? []).filter(
      ({ name }) => wanted === '' || name.toLowerCase().includes(wanted),
    );
    const groups = this.options.isMultiple && matching.length > 1 ? this.groups(matching, wanted) : [];
    const none = this.options.none;
    this.entries = [
      ...(none === undefined || wanted !== ''
        ? []
        : [{ label: none, isChosen: this.value.length === 0, isGroup: true, take: () => this.change([]) }]),
      ...groups,
      ...matching.slice(0, MAX_LISTED).map(({ name }) => ({
        label: name,
        isChosen: this.value.includes(name),
        isGroup: false,
        take: () => this.take(name),
      })),
    ];
    if (this.active >= this.entries.length) this.active = -1;
    const nodes: HTMLElement[] = this.entries.map((entry, i) => this.option(entry, i));
    const note = this.note(columns, matching.length);
    if (note !== undefined) nodes.push(el('div', { class: 'option-note muted small' }, note));
    this.list.replaceChildren(...nodes);
    this.mark();
  }

  private note(columns: readonly ColumnChoice[] | undefined, matching: number): string | undefined {
    if (columns === undefined) return l10n.t('The columns are not known yet.');
    if (matching === 0) return l10n.t('No such column here.');
    return matching > MAX_LISTED
      ? l10n.t('{0} more: type a part of the name.', formatCount(matching - MAX_LISTED))
      : undefined;
  }

  /** All of a kind at once: nobody picks fifty columns one by one. */
  private groups(matching: readonly ColumnChoice[], wanted: string): Entry[] {
    const numbers = matching.filter(({ kind }) => kind === 'number');
    const texts = matching.filter(({ kind }) => kind === 'text');
    const entry = (label: string, columns: readonly ColumnChoice[]): Entry | undefined =>
      columns.length < 2 ? undefined : this.group(label, columns);
    return [
      entry(
        wanted === ''
          ? l10n.t('All {0} columns', formatCount(matching.length))
          : l10n.t('All {0} found', formatCount(matching.length)),
        matching,
      ),
      numbers.length === matching.length
        ? undefined
        : entry(l10n.t('All {0} number columns', formatCount(numbers.length)), numbers),
      texts.length === matching.length
        ? undefined
        : entry(l10n.t('All {0} text columns', formatCount(texts.length)), texts),
    ].filter((group) => group !== undefined);
  }

  private group(label: string, columns: readonly ColumnChoice[]): Entry {
    const names = columns.map(({ name }) => name);
    const isChosen = names.every((name) => this.value.includes(name));
    return {
      label,
      isChosen,
      isGroup: true,
      take: () =>
        this.change(
          isChosen
            ? this.value.filter((name) => !names.includes(name))
            : [...new Set([...this.value, ...names])],
        ),
    };
  }

  private option(entry: Entry, i: number): HTMLElement {
    return el(
      'div',
      {
        class: `option${entry.isGroup ? ' group' : ''}`,
        id: `${this.options.id}-option-${i}`,
        title: entry.label,
        attrs: { role: 'option', 'aria-selected': entry.isChosen },
        on: {
          // The field keeps the focus.
          pointerdown: (event) => event.preventDefault(),
          click: () => this.choose(i),
        },
      },
      el('span', { class: 'option-check' }, entry.isChosen ? icon('check') : undefined),
      el('span', { class: 'ellipsis' }, entry.label),
    );
  }

  private take(name: string): void {
    if (!this.options.isMultiple) this.change([name]);
    else
      this.change(
        this.value.includes(name) ? this.value.filter((other) => other !== name) : [...this.value, name],
      );
  }

  private choose(i: number): void {
    const entry = this.entries[i];
    if (entry === undefined) return;
    if (this.options.isMultiple) this.input.value = '';
    entry.take();
    if (this.options.isMultiple) this.open();
    else this.popup?.close();
  }

  private mark(): void {
    [...this.list.children].forEach((node, i) => node.classList.toggle('active', i === this.active));
    const active = this.active < 0 ? null : this.list.children[this.active];
    if (active == null) this.input.removeAttribute('aria-activedescendant');
    else {
      this.input.setAttribute('aria-activedescendant', active.id);
      active.scrollIntoView({ block: 'nearest' });
    }
  }

  private onKey(event: KeyboardEvent): void {
    const isOpen = this.popup?.isOpen === true;
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) this.open();
      const count = this.entries.length;
      const by = key === 'ArrowDown' ? 1 : -1;
      this.active =
        count === 0 ? -1 : this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count;
      this.mark();
    } else if (key === 'Enter' && isOpen && (this.active >= 0 || this.entries.length === 1)) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(Math.max(0, this.active));
    } else if (key === 'Backspace' && this.input.value === '' && this.options.isMultiple) {
      this.change(this.value.slice(0, -1));
      if (isOpen) this.fill();
    } else if (key === 'Tab' && isOpen) this.popup?.close();
  }

  /** A name that was typed counts like one that was picked. */
  private onBlur(): void {
    const typed = this.input.value;
    const known = this.options.columns()?.find(({ name }) => name === typed)?.name;
    if (!this.options.isMultiple) {
      const isNone = typed === '' && this.options.none !== undefined;
      if (known !== undefined && known !== this.value[0]) this.change([known]);
      else if (isNone && this.value.length > 0) this.change([]);
      else this.input.value = this.value[0] ?? '';
    } else {
      if (known !== undefined && !this.value.includes(known)) this.change([...this.value, known]);
      this.input.value = '';
    }
    this.popup?.close();
  }
}
