// Owns what the state means for what is shown: the steps that a preview is of, which step it shows, which counts hold.
// Pure.
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { StepSummary } from '../../src/shared/schema/recipeResult';
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
