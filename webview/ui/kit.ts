// Owns the controls. The only importer of @vscode/webview-ui-toolkit: when it has to go, it goes here.
// Badges are our own: the toolkit's writes a style attribute, which the page's policy refuses.
import './nonce';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { el } from './dom';
import { icon, type IconName } from './icons';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

/** What pages may touch of a control; the toolkit's own classes stay in here. */
export interface ButtonElement extends HTMLElement {
  disabled: boolean;
}
export interface CheckboxElement extends HTMLElement {
  checked: boolean;
}
export interface ValueElement extends HTMLElement {
  value: string;
  placeholder: string;
}

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: IconName;
  /** icon: no words on the button, the label is its name and tooltip. */
  readonly look?: 'primary' | 'secondary' | 'icon';
  readonly title?: string;
  /** Shown instead of the label in a narrow page; the name stays. */
  readonly short?: string;
  readonly onClick: () => void;
}

export function button(options: ButtonOptions): ButtonElement {
  const look = options.look ?? 'secondary';
  const element = document.createElement('vscode-button') as ButtonElement;
  element.setAttribute('appearance', look);
  element.title = options.title ?? (look === 'icon' ? options.label : '');
  if (look === 'icon') element.setAttribute('aria-label', options.label);
  if (options.icon !== undefined) {
    const shape = icon(options.icon);
    if (look !== 'icon') shape.setAttribute('slot', 'start');
    element.append(shape);
  }
  if (options.short !== undefined) {
    element.title = options.title ?? options.label;
    element.setAttribute('aria-label', options.label);
    // Not spans: the toolkit takes those for icons, 16 pixels wide.
    element.append(
      el('div', { class: 'label-long' }, options.label),
      el('div', { class: 'label-short' }, options.short),
    );
  } else if (look !== 'icon') {
    element.append(options.label);
  }
  element.addEventListener('click', () => {
    if (!element.disabled) options.onClick();
  });
  return element;
}

export interface DropdownOptions<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function dropdown<T extends string>(options: DropdownOptions<T>): ValueElement {
  const element = document.createElement('vscode-dropdown') as ValueElement;
  element.setAttribute('aria-label', options.label);
  element.title = options.label;
  for (const choice of options.options) {
    const option = document.createElement('vscode-option');
    option.setAttribute('value', choice.value);
    if (choice.value === options.value) option.setAttribute('selected', '');
    option.textContent = choice.label;
    element.append(option);
  }
  element.addEventListener('change', () => {
    const chosen = options.options.find((choice) => choice.value === element.value);
    if (chosen !== undefined) options.onChange(chosen.value);
  });
  return element;
}

export interface CheckboxOptions {
  readonly label: string;
  readonly title?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function checkbox(options: CheckboxOptions): CheckboxElement {
  const element = document.createElement('vscode-checkbox') as CheckboxElement;
  element.textContent = options.label;
  if (options.title !== undefined) element.title = options.title;
  element.checked = options.checked;
  element.addEventListener('change', () => options.onChange(element.checked));
  return element;
}

export interface TextFieldOptions {
  readonly label: string;
  readonly placeholder: string;
  readonly onInput: (text: string) => void;
}

export function textField(options: TextFieldOptions): ValueElement {
  const element = document.createElement('vscode-text-field') as ValueElement;
  element.setAttribute('aria-label', options.label);
  element.placeholder = options.placeholder;
  element.addEventListener('input', () => options.onInput(element.value));
  return element;
}

export function progressRing(label: string): HTMLElement {
  const element = document.createElement('vscode-progress-ring');
  element.setAttribute('aria-label', label);
  return element;
}

export function badge(text: string, className = ''): HTMLSpanElement {
  return el('span', { class: className === '' ? 'badge' : `badge ${className}` }, text);
}

export interface ProgressBar {
  readonly element: HTMLElement;
  /** @param fraction 0 to 1; undefined while nobody can know */
  set(fraction: number | undefined, text: string): void;
}

export function progressBar(label: string): ProgressBar {
  const fill = el('div', { class: 'progress-fill' });
  const element = el(
    'div',
    {
      class: 'progress',
      attrs: { role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    },
    fill,
  );
  return {
    element,
    set(fraction, text) {
      element.classList.toggle('unknown', fraction === undefined);
      if (fraction === undefined) {
        element.removeAttribute('aria-valuenow');
        fill.style.width = '';
      } else {
        const percent = Math.min(100, Math.max(0, fraction * 100));
        element.setAttribute('aria-valuenow', percent.toFixed(0));
        fill.style.width = `${percent.toFixed(2)}%`;
      }
      element.setAttribute('aria-valuetext', text);
    },
  };
}

export interface EmptyState {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly actions: readonly HTMLElement[];
}

export function emptyState(options: EmptyState): HTMLElement {
  return el(
    'main',
    { class: 'empty' },
    icon(options.icon, 'empty-icon'),
    el('h1', {}, options.title),
    el('p', {}, options.text),
    el('div', { class: 'empty-actions' }, ...options.actions),
  );
}

/** A polite live region that says at most one thing per `everyMs`, and always the last one. */
export function announcer(everyMs: number): { element: HTMLElement; say(text: string): void } {
  const element = el('div', { class: 'visually-hidden', attrs: { 'aria-live': 'polite', role: 'status' } });
  let waiting: string | undefined;
  let timer: number | undefined;
  const flush = (): void => {
    timer = undefined;
    if (waiting === undefined) return;
    element.textContent = waiting;
    waiting = undefined;
    timer = window.setTimeout(flush, everyMs);
  };
  return {
    element,
    say(text) {
      if (text === element.textContent) return;
      waiting = text;
      if (timer === undefined) flush();
    },
  };
}
