// Owns what the state means for what is shown: the steps that a preview is of, which step it shows, which counts hold.
// Pure.
import { nameWith } from '../../src/shared/columnNames';
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { StepSummary } from '../../src/shared/schema/recipeResult';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { insertSteps, isSame, replaceStep } from './draft';
import type { PreprocessState } from './state';

/** The draft with what the open form says, when that is a whole step; what a preview shows. */
export function effectiveDraft(state: Pick<PreprocessState, 'draft' | 'form'>): RecipeDraft | undefined {
  const { draft, form } = state;
  if (draft === undefined || form?.kind !== 'step' || form.step === undefined) return draft;
  return form.isNew ? insertSteps(draft, form.at, [form.step]) : replaceStep(draft, form.at, form.step);
}

/** The step of the effective draft to show; a new one that is not whole yet shows what it will be given. */
export function shownStep(state: Pick<PreprocessState, 'form' | 'selected'>): number {
  const { form, selected } = state;
  const isUnfinished = form?.kind === 'step' && form.isNew && form.step === undefined;
  return isUnfinished && selected >= form.at ? selected - 1 : selected;
}

const NONE: ReadonlySet<string> = new Set();

type View = Pick<PreprocessState, 'draft' | 'form' | 'selected'>;

/** The steps that made the table that is shown. */
export function stepsShown(state: View): readonly RecipeStep[] {
  return effectiveDraft(state)?.steps.slice(0, shownStep(state) + 1) ?? [];
}

/** What the target is called in the table that is shown. */
export function targetShown(state: View): string | undefined {
  const { draft } = state;
  return draft && nameWith(draft.target, draft.steps, stepsShown(state));
}

/** What the columns that are not learnt from are called in the table that is shown. */
export function ignoredShown(state: View): ReadonlySet<string> {
  const { draft } = state;
  if (draft?.ignored === undefined) return NONE;
  const shown = stepsShown(state);
  return new Set(draft.ignored.map((name) => nameWith(name, draft.steps, shown)));
}

/** What a column of the table that is shown is called after the last step. */
export function nameAtEnd<T extends string | undefined>(state: View, name: T): T | string {
  return nameWith(name, stepsShown(state), state.draft?.steps ?? []);
}

/** What a step did in the whole file, if that was counted for the steps up to it as they are now. */
export function exactSummary(
  state: Pick<PreprocessState, 'draft' | 'form' | 'counts'>,
  index: number,
): StepSummary | undefined {
  const { counts } = state;
  const draft = effectiveDraft(state);
  const summary = counts?.byStep.get(index);
  if (counts === undefined || draft === undefined || summary === undefined) return undefined;
  const upTo = ({ steps, split, target, reading }: RecipeDraft): unknown => [
    steps.slice(0, index + 1),
    split ?? null,
    target ?? null,
    reading,
  ];
  return isSame(upTo(counts.of), upTo(draft)) ? summary : undefined;
}
