// Owns what the user can do to the recipe, wherever it is asked for: the list, a column's menu, a check's remedy. Each
// change is named, so that undo can say what it takes back. Knows no elements.
import * as l10n from '@vscode/l10n';
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { Remedy } from '../../src/shared/schema/quality';
import type { Reading } from '../../src/shared/schema/reading';
import type { Split } from '../../src/shared/schema/experiment';
import { recipeStepSchema, type RecipeStep, type StepKind } from '../../src/shared/schema/recipeSteps';
import { splitPosition, stepCatalogue } from '../../src/shared/schema/stepCatalogue';
import { stepTitle } from '../../src/shared/stepTexts';
import {
  allowedPosition,
  applyRemedy,
  DEFAULT_SPLIT,
  insertSteps,
  moveStep,
  removeStep,
  replaceStep,
  withIgnored,
  withTarget,
} from './draft';
import { formVariants, startValues, type FormValues } from './form/fieldSpec';
import { effectiveDraft } from './shown';
import { FILE, type PreprocessEvent, type PreprocessState } from './state';

type StepSchema = (typeof recipeStepSchema.options)[number];

export function stepSchema(kind: StepKind): StepSchema {
  const found = recipeStepSchema.options.find((option) => option.shape.step.value === kind);
  if (found === undefined) throw new Error(`No schema of step ${kind}`);
  return found;
}

/** Where a new step is put, and what is known of it already. */
export interface NewStep {
  readonly kind: StepKind;
  readonly known?: FormValues;
  /** Adds it without a form, when what is known makes it whole. */
  readonly atOnce?: boolean;
  /** Undefined: behind the selected step, at the end when that is the file. */
  readonly at?: number;
}

export class Actions {
  constructor(
    private readonly state: () => PreprocessState,
    private readonly dispatch: (event: PreprocessEvent) => void,
    private readonly say: (text: string) => void,
    /** Takes over what an open form holds. @returns false when that is not whole, and the form stays */
    private readonly settle: () => boolean,
  ) {}

  undo(): void {
    const entry = this.state().history.past.at(-1);
    if (entry === undefined) return;
    this.dispatch({ type: 'undo' });
    this.say(l10n.t('Undone: {0}', entry.label));
  }

  redo(): void {
    const [entry] = this.state().history.future;
    if (entry === undefined) return;
    this.dispatch({ type: 'redo' });
    this.say(l10n.t('Done again: {0}', entry.label));
  }

  addStep({ kind, known = {}, atOnce = false, at }: NewStep): void {
    if (!this.settle()) return;
    const { draft } = this.state();
    if (draft === undefined) return;
    const [variant] = formVariants(stepSchema(kind));
    if (variant === undefined) return;
    const values = startValues(variant, { ...this.columnsOf(kind), ...known });
    const parsed = recipeStepSchema.safeParse(values);
    const step = parsed.success ? parsed.data : undefined;
    const position = this.position(draft, kind, step, at);
    if (atOnce && step !== undefined) {
      this.change(insertSteps(draft, position, [step]), l10n.t('Add: {0}', stepTitle(kind)), position);
      return;
    }
    this.dispatch({
      type: 'openForm',
      form: { kind: 'step', at: position, isNew: true, values, step, isTouched: false, columns: undefined },
    });
    if (this.state().tab !== 'recipe') this.dispatch({ type: 'tab', tab: 'recipe' });
  }

  editStep(at: number): void {
    if (!this.settle()) return;
    const step = this.state().draft?.steps[at];
    if (step === undefined) return;
    this.dispatch({
      type: 'openForm',
      form: {
        kind: 'step',
        at,
        isNew: false,
        values: { ...step },
        step,
        isTouched: false,
        columns: undefined,
      },
    });
  }

  editReading(): void {
    const { draft } = this.state();
    if (!this.settle() || draft === undefined) return;
    this.dispatch({
      type: 'openForm',
      form: { kind: 'reading', values: { ...draft.reading }, isTouched: false },
    });
  }

  editSplit(): void {
    const { draft } = this.state();
    if (!this.settle() || draft === undefined) return;
    const values = { ...(draft.split ?? DEFAULT_SPLIT) };
    this.dispatch({ type: 'openForm', form: { kind: 'split', values, isTouched: false } });
  }

  /** What a step's form was filled in with. */
  submitStep(step: RecipeStep): void {
    const { draft, form } = this.state();
    if (draft === undefined || form?.kind !== 'step') return;
    const title = stepTitle(step.step);
    if (form.isNew) {
      const at = allowedPosition(draft.steps, step, form.at);
      this.change(insertSteps(draft, at, [step]), l10n.t('Add: {0}', title), at);
    } else this.change(replaceStep(draft, form.at, step), l10n.t('Edit: {0}', title), form.at);
  }

  submitReading(reading: Reading): void {
    this.changeBy((draft) => ({ ...draft, reading }), l10n.t('Read the file otherwise'));
  }

  submitSplit(split: Split): void {
    this.changeBy((draft) => ({ ...draft, split }), l10n.t('Split otherwise'));
  }

  removeStep(at: number): void {
    if (!this.settle()) return;
    const { draft, selected } = this.state();
    const step = draft?.steps[at];
    if (draft === undefined || step === undefined) return;
    const label = l10n.t('Delete: {0}', stepTitle(step.step));
    this.change(removeStep(draft, at), label, selected >= at && selected > FILE ? selected - 1 : selected);
    this.say(label);
  }

  moveStep(from: number, to: number): void {
    if (!this.settle()) return;
    const { draft } = this.state();
    const step = draft?.steps[from];
    if (draft === undefined || step === undefined) return;
    const moved = moveStep(draft, from, to);
    if (moved === draft) return;
    const at = moved.steps.indexOf(step);
    this.change(moved, l10n.t('Move: {0}', stepTitle(step.step)), at);
    this.say(l10n.t('{0} is step {1} now', stepTitle(step.step), at + 1));
  }

  enableStep(at: number, enabled: boolean): void {
    if (!this.settle()) return;
    const { draft } = this.state();
    const step = draft?.steps[at];
    if (draft === undefined || step === undefined) return;
    const title = stepTitle(step.step);
    this.change(
      replaceStep(draft, at, { ...step, enabled }),
      enabled ? l10n.t('Turn on: {0}', title) : l10n.t('Turn off: {0}', title),
    );
  }

  duplicateStep(at: number): void {
    if (!this.settle()) return;
    const { draft } = this.state();
    const step = draft?.steps[at];
    if (draft === undefined || step === undefined) return;
    this.change(insertSteps(draft, at + 1, [step]), l10n.t('Duplicate: {0}', stepTitle(step.step)), at + 1);
  }

  /** Steps of a recipe that was opened stand in for the ones there are. */
  replaceSteps(steps: readonly RecipeStep[]): void {
    this.changeBy((draft) => ({ ...draft, steps: [...steps] }), l10n.t('Open a recipe'));
  }

  applyRemedy(remedy: Remedy): void {
    if (!this.settle()) return;
    const { draft } = this.state();
    if (draft === undefined) return;
    const { draft: next, at } = applyRemedy(draft, remedy);
    this.change(next, remedy.label, at);
    this.say(l10n.t('Done: {0}', remedy.label));
  }

  setTarget(column: string | undefined): void {
    this.changeBy(
      (draft) => withTarget(draft, column),
      column === undefined ? l10n.t('Choose no target') : l10n.t('Predict {0}', column),
    );
    this.say(column === undefined ? l10n.t('No target') : l10n.t('Target: {0}', column));
  }

  /** @param on the column, as it is called after the recipe, is kept but not learnt from */
  ignore(column: string, on: boolean): void {
    const label = on ? l10n.t('Do not learn from {0}', column) : l10n.t('Learn from {0}', column);
    this.changeBy((draft) => withIgnored(draft, column, on), label);
    this.say(label);
  }

  private changeBy(edit: (draft: RecipeDraft) => RecipeDraft, label: string): void {
    const { draft } = this.state();
    if (draft !== undefined) this.change(edit(draft), label);
  }

  private change(draft: RecipeDraft, label: string, select?: number): void {
    this.dispatch({ type: 'change', draft, label, ...(select === undefined ? {} : { select }) });
  }

  private position(
    draft: RecipeDraft,
    kind: StepKind,
    step: RecipeStep | undefined,
    at: number | undefined,
  ): number {
    const { selected } = this.state();
    const wanted = at ?? (selected === FILE ? draft.steps.length : selected + 1);
    if (step !== undefined) return allowedPosition(draft.steps, step, wanted);
    return stepCatalogue[kind].placement === 'beforeSplit'
      ? Math.min(wanted, splitPosition(draft.steps))
      : Math.min(wanted, draft.steps.length);
  }

  /** The column that is looked at is likely the one that is meant. */
  private columnsOf(kind: StepKind): FormValues {
    const { column } = this.state();
    const shape = stepSchema(kind).shape;
    if (column === undefined || !this.hasColumn(column)) return {};
    if ('columns' in shape) return { columns: [column] };
    return 'column' in shape ? { column } : {};
  }

  /** Whether the shown table has it. */
  private hasColumn(name: string): boolean {
    const state = this.state();
    const draft = effectiveDraft(state);
    const names =
      draft === undefined || draft.steps.length === 0
        ? state.head?.preview.columns
        : state.preview.answer?.columns.map((column) => column.name);
    return names?.includes(name) ?? false;
  }
}
