// Owns the zone of the recipe: the file, the steps in order, where the rows are split, and the form that is open. An
// imperative island over the state; what is done about a click is in actions.ts.
import * as l10n from '@vscode/l10n';
import { stepTitle } from '../../src/shared/stepTexts';
import { el, setChildren, setText, setTitle } from '../ui/dom';
import { icon } from '../ui/icons';
import { button, type ButtonElement } from '../ui/kit';
import { openMenu, SEPARATOR } from '../ui/menu';
import type { Actions } from './actions';
import { openStepChooser } from './addStep';
import { isSame } from './draft';
import { FixedItem } from './fixedItem';
import { listenToDrag } from './dragSteps';
import { listedSteps, type ListedStep } from './listedSteps';
import { OpenForm } from './openForm';
import { exactSummary } from './shown';
import { FILE, type PreprocessEvent, type PreprocessState } from './state';
import { StepItem, type StepListener } from './stepItem';
import { suggestionList } from './suggestions';
import { columnsText, dialectText, rowsText, splitText } from './texts';

/** As the editor writes it in its menus. */
const CONTROL = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl+';

export class RecipeView {
  readonly element: HTMLElement;
  private readonly list = el('ol', { class: 'steps', attrs: { 'aria-label': l10n.t('Steps') } });
  private readonly undo: ButtonElement;
  private readonly redo: ButtonElement;
  private readonly file: FixedItem;
  private readonly split: FixedItem;
  private readonly items: StepItem[] = [];
  private readonly empty = el('div', { class: 'recipe-empty' });
  private readonly result = el('p', { class: 'recipe-result muted small' });
  private readonly ignored = el('p', { class: 'recipe-ignored small', hidden: true });
  private shownIgnored: readonly string[] | undefined;
  private readonly add: HTMLElement;
  private readonly form: OpenForm;
  /** Where the keyboard is in the list: FILE, a step, or the split behind the last. */
  private current = FILE;

  constructor(
    private readonly state: () => PreprocessState,
    private readonly dispatch: (event: PreprocessEvent) => void,
    private readonly actions: Actions,
  ) {
    this.form = new OpenForm(state, dispatch, actions);
    this.undo = button({
      label: l10n.t('Undo'),
      icon: 'discard',
      look: 'icon',
      onClick: () => actions.undo(),
    });
    this.redo = button({ label: l10n.t('Redo'), icon: 'redo', look: 'icon', onClick: () => actions.redo() });
    this.file = new FixedItem({
      icon: 'file',
      class: 'step-file',
      editLabel: l10n.t('Read the file otherwise'),
      choose: () => this.select(FILE),
      edit: () => actions.editReading(),
    });
    this.split = new FixedItem({
      icon: 'splitHorizontal',
      class: 'split',
      editLabel: l10n.t('Edit the split'),
      choose: () => actions.editSplit(),
      edit: () => actions.editSplit(),
    });
    this.add = button({
      label: l10n.t('Add Step'),
      icon: 'add',
      onClick: () => this.openChooser(this.add, Infinity),
    });
    this.element = el(
      'section',
      { class: 'zone recipe', id: 'panel-recipe', attrs: { 'aria-label': l10n.t('Recipe') } },
      el(
        'div',
        { class: 'zone-head' },
        el('h2', {}, l10n.t('Recipe')),
        el('span', { class: 'zone-tools' }, this.undo, this.redo),
      ),
      el(
        'div',
        { class: 'zone-body' },
        this.list,
        this.empty,
        el('div', { class: 'recipe-add' }, this.add),
        this.ignored,
        this.result,
      ),
    );
    listenToDrag(this.list, (from, to) => this.move(from, to));
    this.list.addEventListener('keydown', (event) => this.onKey(event));
    this.list.addEventListener('focusin', (event) => this.onFocus(event));
  }

  /** Takes over what is filled in. @returns false when the open form is not whole */
  settle(): boolean {
    return this.form.settle();
  }

  /** @param at where the new step goes; undefined: behind the selected one */
  private openChooser(anchor: Element, at?: number): void {
    openStepChooser(anchor, (kind) => this.actions.addStep({ kind, ...(at === undefined ? {} : { at }) }));
  }

  update(): void {
    const state = this.state();
    const { draft, history } = state;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const past = history.past.at(-1);
    const [future] = history.future;
    this.undo.disabled = past === undefined;
    this.redo.disabled = future === undefined;
    setTitle(
      this.undo,
      past === undefined ? l10n.t('Undo') : l10n.t('Undo: {0} ({1})', past.label, `${CONTROL}Z`),
    );
    setTitle(
      this.redo,
      future === undefined ? l10n.t('Redo') : l10n.t('Redo: {0} ({1})', future.label, `${CONTROL}Y`),
    );
    const form = this.form.update();
    this.updateFile(state, form);
    const { steps, splitAt } = listedSteps(state);
    this.current = Math.min(this.current, steps.length);
    this.updateSplit(state, {
      isInside: splitAt < steps.length,
      isCurrent: this.current === steps.length,
      form,
    });
    steps.forEach((listed, at) => this.updateItem(state, at, listed, form));
    const nodes: Node[] = steps.map((_, at) => this.item(at).element);
    if (draft !== undefined) nodes.splice(splitAt, 0, this.split.element);
    setChildren(this.list, [this.file.element, ...nodes]);
    this.updateEmpty(state, steps.length);
    this.updateIgnored(state);
    this.updateResult(state);
    this.add.hidden = draft === undefined || steps.some(({ step }) => step === undefined);
    this.keepFocus(focused);
    this.form.afterUpdate();
  }

  /** Whoever was in a form or a suggestion that has gone goes on from the step that came of it. */
  private keepFocus(focused: Element | null): void {
    if (focused === null) return;
    if (focused instanceof HTMLElement && focused.isConnected && focused.checkVisibility()) {
      // An element that is moved loses the focus.
      if (document.activeElement !== focused) focused.focus();
      return;
    }
    this.current = this.empty.contains(focused) ? this.state().selected : this.current;
    this.mainOf(this.current)?.focus();
  }

  private item(i: number): StepItem {
    const listener: StepListener = {
      select: (index) => this.select(index),
      edit: (index) => this.actions.editStep(index),
      remove: (index) => this.actions.removeStep(index),
      enable: (index, on) => this.actions.enableStep(index, on),
      menu: (index, anchor) => this.openStepMenu(index, anchor),
    };
    return (this.items[i] ??= new StepItem(listener));
  }

  private updateItem(
    state: PreprocessState,
    at: number,
    { step, index }: ListedStep,
    openForm: HTMLElement | undefined,
  ): void {
    const { form, preview, selected } = state;
    // What the preview says of another step at this index says nothing of this one.
    const isFresh = step !== undefined && isSame(preview.of?.steps[index], step);
    const answer = isFresh ? preview.answer : undefined;
    const exact = index < 0 ? undefined : exactSummary(state, index);
    const failed = answer?.failed?.index === index ? answer.failed.message : undefined;
    this.item(at).update({
      index: at,
      step,
      title: step === undefined ? this.form.title() : '',
      isSelected: selected === at,
      isCurrent: this.current === at,
      summary: exact ?? answer?.steps.find((summary) => summary.index === index),
      isExact: exact !== undefined,
      preview: preview.answer,
      isPending: preview.isPending,
      failure: failed,
      form: form?.kind === 'step' && form.at === at ? openForm : undefined,
    });
  }

  private updateFile(state: PreprocessState, form: HTMLElement | undefined): void {
    const { head, selected, known, profile } = state;
    const dialect = known?.dialect ?? head?.dialect;
    const unread = profile.kind === 'failed' ? l10n.t('could not be read') : l10n.t('Reading …');
    this.file.update({
      title: l10n.t('File'),
      line: dialect === undefined ? unread : dialectText(dialect),
      tooltip: dialect?.reason ?? '',
      isSelected: selected === FILE,
      isCurrent: this.current === FILE,
      form: state.form?.kind === 'reading' ? form : undefined,
    });
  }

  private updateSplit(
    state: PreprocessState,
    { isInside, isCurrent, form }: { isInside: boolean; isCurrent: boolean; form: HTMLElement | undefined },
  ): void {
    const split = state.draft?.split;
    const notes = [
      isInside
        ? l10n.t('Steps below this line learn from train rows only.')
        : l10n.t('No step learns from the rows, so they are split after the last one.'),
      split === undefined
        ? l10n.t('Nobody has chosen a split: stratified when the target has classes, else random.')
        : (split.description ?? ''),
    ];
    this.split.update({
      title: l10n.t('Split: {0}', splitText(split)),
      line: '',
      tooltip: notes.filter((note) => note !== '').join('\n'),
      isSelected: false,
      isCurrent,
      form: state.form?.kind === 'split' ? form : undefined,
    });
  }

  private updateEmpty(state: PreprocessState, steps: number): void {
    this.empty.hidden = steps > 0 || state.draft === undefined;
    if (this.empty.hidden) return;
    suggestionList(this.empty, state, this.actions);
  }

  /** Columns that the table keeps and no model sees; a click takes one back. */
  private updateIgnored({ draft }: PreprocessState): void {
    const ignored = draft?.ignored;
    if (ignored === this.shownIgnored) return;
    this.shownIgnored = ignored;
    this.ignored.hidden = ignored === undefined;
    this.ignored.replaceChildren(
      l10n.t('Kept, but not learnt from:'),
      ...(ignored ?? []).map((name) => {
        const label = l10n.t('Learn from {0} again', name);
        return el(
          'button',
          {
            class: 'link',
            title: label,
            attrs: { type: 'button', 'aria-label': label },
            on: { click: () => this.actions.ignore(name, false) },
          },
          el('span', { class: 'ellipsis' }, name),
          icon('close'),
        );
      }),
    );
  }

  private updateResult({ preview, draft }: PreprocessState): void {
    const { answer } = preview;
    const last = answer?.steps.at(-1);
    this.result.hidden = draft === undefined || draft.steps.length === 0 || answer === undefined;
    const problem = preview.problem ?? '';
    this.result.classList.toggle('severity-error', problem !== '');
    if (problem !== '') {
      this.result.hidden = false;
      setText(this.result, problem);
      return;
    }
    if (answer === undefined || answer.failed !== undefined) {
      this.result.hidden = true;
      return;
    }
    const rows = last?.rowsAfter ?? answer.sampleRows;
    const text = [rowsText(rows), columnsText(answer.columns.length)].join(' × ');
    setText(
      this.result,
      answer.isWhole ? l10n.t('Result: {0}', text) : l10n.t('Result of the sample: {0}', text),
    );
  }

  private select(step: number): void {
    this.current = step;
    this.dispatch({ type: 'select', step });
  }

  private openStepMenu(index: number, anchor: Element): void {
    const step = this.state().draft?.steps[index];
    const count = this.state().draft?.steps.length ?? 0;
    if (step === undefined) return;
    openMenu(
      l10n.t('Step {0}: {1}', index + 1, stepTitle(step.step)),
      [
        { label: l10n.t('Edit'), icon: 'edit', hint: 'F2', run: () => this.actions.editStep(index) },
        {
          label: l10n.t('Insert Step After'),
          icon: 'add',
          run: () => {
            this.select(index);
            this.openChooser(anchor);
          },
        },
        { label: l10n.t('Duplicate'), icon: 'copy', run: () => this.actions.duplicateStep(index) },
        SEPARATOR,
        {
          label: l10n.t('Move Up'),
          icon: 'arrowUp',
          hint: 'Alt+↑',
          disabled: index === 0,
          run: () => this.move(index, index - 1),
        },
        {
          label: l10n.t('Move Down'),
          icon: 'arrowDown',
          hint: 'Alt+↓',
          disabled: index === count - 1,
          run: () => this.move(index, index + 1),
        },
        SEPARATOR,
        { label: l10n.t('Delete'), icon: 'trash', hint: 'Del', run: () => this.remove(index) },
      ],
      anchor,
    );
  }

  private move(from: number, to: number): void {
    this.actions.moveStep(from, to);
    this.current = this.state().selected;
    this.focusSoon();
  }

  private remove(index: number): void {
    this.actions.removeStep(index);
    this.current = Math.min(index, (this.state().draft?.steps.length ?? 0) - 1);
    this.focusSoon();
  }

  /** The list is drawn with the next frame; whoever was in it stays in it. */
  private focusSoon(): void {
    requestAnimationFrame(() => requestAnimationFrame(() => this.mainOf(this.current)?.focus()));
  }

  private mainOf(index: number): HTMLElement | undefined {
    const count = this.list.querySelectorAll('.step[data-index]').length;
    if (index === FILE) return this.file.main;
    return index >= count ? this.split.main : this.items[index]?.main;
  }

  private onFocus(event: FocusEvent): void {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>('.step') : null;
    if (item === null) return;
    const count = this.list.querySelectorAll('.step[data-index]').length;
    this.current =
      item === this.file.element
        ? FILE
        : item === this.split.element
          ? count
          : Number(item.dataset['index'] ?? FILE);
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    if (target === null || target.closest('.step-form') !== null) return;
    const count = this.list.querySelectorAll('.step[data-index]').length;
    const at = this.current;
    const isStep = at > FILE && at < count;
    const go = (to: number): void => {
      this.current = Math.min(count, Math.max(FILE, to));
      this.update();
      this.mainOf(this.current)?.focus();
    };
    const actions: Record<string, () => void> = event.altKey
      ? {
          ArrowUp: () => isStep && this.move(at, at - 1),
          ArrowDown: () => isStep && this.move(at, at + 1),
        }
      : {
          ArrowUp: () => go(at - 1),
          ArrowDown: () => go(at + 1),
          Home: () => go(FILE),
          End: () => go(count),
          Delete: () => isStep && this.remove(at),
          F2: () =>
            isStep
              ? this.actions.editStep(at)
              : at === FILE
                ? this.actions.editReading()
                : this.actions.editSplit(),
        };
    if (event.ctrlKey || event.metaKey || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]?.();
  }
}
