// Owns one step in the list: its number, what it does and has done, and the ways to change it. An element that is filled
// anew when its step changes; knows nothing of the list around it.
import * as l10n from '@vscode/l10n';
import type { RecipePreview, StepSummary } from '../../src/shared/schema/recipeResult';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { describeStep, stepHelp, stepTitle } from '../../src/shared/stepTexts';
import { el, setChildren, setText, setTitle } from '../ui/dom';
import { icon, type IconName } from '../ui/icons';
import { effectText, fittedText, scopeText } from './texts';

export interface StepView {
  readonly index: number;
  /** Undefined: a new one that is not whole yet. */
  readonly step: RecipeStep | undefined;
  /** What a step without a value is called. */
  readonly title: string;
  readonly isSelected: boolean;
  /** The one that the keyboard is at. */
  readonly isCurrent: boolean;
  readonly summary: StepSummary | undefined;
  readonly isExact: boolean;
  readonly preview: RecipePreview | undefined;
  readonly isPending: boolean;
  readonly failure: string | undefined;
  readonly form: HTMLElement | undefined;
}

export interface StepListener {
  select(index: number): void;
  edit(index: number): void;
  remove(index: number): void;
  enable(index: number, on: boolean): void;
  menu(index: number, anchor: Element): void;
}

export class StepItem {
  readonly element: HTMLLIElement;
  readonly main: HTMLButtonElement;
  readonly row: HTMLElement;
  private index = 0;
  private readonly number = el('span', { class: 'step-number' });
  private readonly title = el('span', { class: 'step-title' });
  private readonly line = el('span', { class: 'step-line' });
  private readonly effect = el('span', { class: 'step-effect' });
  private readonly check: HTMLInputElement;
  private readonly edit: HTMLElement;
  private readonly more: HTMLElement;
  private readonly remarks = el('div', { class: 'step-remarks' });
  private readonly slot = el('div', { class: 'step-form' });

  constructor(listener: StepListener) {
    this.main = el(
      'button',
      { class: 'step-main', attrs: { type: 'button' }, on: { click: () => listener.select(this.index) } },
      this.number,
      el('span', { class: 'step-text' }, this.title, this.line, this.effect),
    );
    this.check = el('input', {
      class: 'check',
      attrs: { type: 'checkbox' },
      on: { change: () => listener.enable(this.index, this.check.checked) },
    });
    this.edit = this.iconButton('edit', l10n.t('Edit'), () => listener.edit(this.index));
    this.more = this.iconButton('ellipsis', l10n.t('More'), () => listener.menu(this.index, this.more));
    this.row = el(
      'div',
      { class: 'step-row', attrs: { draggable: 'true' } },
      icon('gripper', 'step-grip'),
      this.main,
      el('span', { class: 'step-buttons' }, this.edit, this.more),
      this.check,
    );
    this.row.addEventListener('dblclick', () => listener.edit(this.index));
    this.element = el('li', { class: 'step' }, this.row, this.remarks, this.slot);
  }

  update(view: StepView): void {
    const { step } = view;
    this.index = view.index;
    const isOff = step?.enabled === false;
    const number = String(view.index + 1);
    setText(this.number, number);
    setText(this.title, step === undefined ? view.title : stepTitle(step.step));
    setTitle(this.main, step === undefined ? '' : stepHelp(step.step));
    setText(this.line, step === undefined ? l10n.t('Fill in what it needs.') : describeStep(step));
    this.element.dataset['index'] = String(view.index);
    this.element.classList.toggle('selected', view.isSelected);
    this.element.classList.toggle('off', isOff);
    this.element.classList.toggle('failed', view.failure !== undefined);
    this.element.classList.toggle('pending', view.isPending);
    this.main.setAttribute('aria-current', view.isSelected ? 'step' : 'false');
    const tabIndex = view.isCurrent ? 0 : -1;
    for (const control of [this.main, this.check, this.edit, this.more]) control.tabIndex = tabIndex;
    this.check.checked = !isOff;
    this.check.disabled = step === undefined;
    this.check.setAttribute('aria-label', l10n.t('Step {0} is on', number));
    setTitle(this.check, isOff ? l10n.t('Turn on') : l10n.t('Turn off'));
    this.edit.setAttribute('aria-label', l10n.t('Edit step {0}', number));
    this.more.setAttribute('aria-label', l10n.t('More for step {0}', number));
    this.edit.hidden = view.form !== undefined;
    this.row.draggable = view.form === undefined;
    this.showEffect(view, isOff);
    this.showRemarks(view);
    setChildren(this.slot, view.form === undefined ? [] : [view.form]);
  }

  private showEffect({ summary, preview, isExact, failure }: StepView, isOff: boolean): void {
    if (isOff) {
      setText(this.effect, l10n.t('off'));
      return;
    }
    const isKnown = summary !== undefined && preview !== undefined && failure === undefined;
    this.effect.hidden = !isKnown;
    if (!isKnown) {
      delete this.effect.dataset['key'];
      this.effect.replaceChildren();
      return;
    }
    const isSample = !preview.isWhole && !isExact;
    const text = effectText(summary);
    const fitted = summary.fittedOnRows;
    const parts = [
      isSample ? l10n.t('{0} (sample)', text) : text,
      fitted === undefined ? '' : fittedText(fitted),
    ];
    const shown = parts.filter((part) => part !== '').join(' · ');
    const key = `${shown}/${isExact}`;
    if (this.effect.dataset['key'] !== key) {
      this.effect.dataset['key'] = key;
      this.effect.replaceChildren(...(isExact ? [icon('check', 'step-exact')] : []), el('span', {}, shown));
    }
    setTitle(this.effect, `${text} ${scopeText(preview, isExact)}`);
  }

  private showRemarks({ summary, failure, form }: StepView): void {
    const remarks: { icon: IconName; kind: string; text: string }[] = [];
    // An open form says it itself.
    if (failure !== undefined && form !== undefined) {
      this.remarks.replaceChildren();
      delete this.remarks.dataset['key'];
      return;
    }
    if (failure !== undefined) remarks.push({ icon: 'error', kind: 'severity-error', text: failure });
    else {
      for (const issue of summary?.issues ?? []) {
        if (issue.severity === 'info') continue;
        remarks.push({ icon: 'warning', kind: 'severity-warning', text: issue.message });
      }
    }
    const key = JSON.stringify(remarks);
    if (this.remarks.dataset['key'] === key) return;
    this.remarks.dataset['key'] = key;
    this.remarks.replaceChildren(
      ...remarks
        .slice(0, 3)
        .map(({ icon: name, kind, text }) =>
          el('p', { class: `note small ${kind}` }, icon(name), el('span', {}, text)),
        ),
    );
  }

  private iconButton(name: IconName, label: string, run: () => void): HTMLElement {
    return el(
      'button',
      {
        class: 'icon-button',
        title: label,
        attrs: { type: 'button' },
        on: {
          click: (event) => {
            event.stopPropagation();
            run();
          },
        },
      },
      icon(name),
    );
  }
}
