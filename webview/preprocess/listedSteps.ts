// Owns which steps the list shows: those of the draft with the one that is being filled in, and where the line of the
// split stands between them. Pure.
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { splitPosition } from '../../src/shared/schema/stepCatalogue';
import { effectiveDraft } from './shown';
import type { PreprocessState } from './state';

export interface ListedStep {
  /** Undefined: a new one that is not whole yet. */
  readonly step: RecipeStep | undefined;
  /** Its index in the effective draft, as previews and counts know it; -1 for one that is in no draft. */
  readonly index: number;
}

export interface ListedSteps {
  readonly steps: readonly ListedStep[];
  /** The split comes before the step at this place; the number of steps when it comes last. */
  readonly splitAt: number;
}

export function listedSteps(state: Pick<PreprocessState, 'draft' | 'form'>): ListedSteps {
  const { form } = state;
  const steps = effectiveDraft(state)?.steps ?? [];
  const listed: ListedStep[] = steps.map((step, index) => ({ step, index }));
  const splitAt = splitPosition(steps);
  if (form?.kind !== 'step' || !form.isNew || form.step !== undefined) return { steps: listed, splitAt };
  listed.splice(form.at, 0, { step: undefined, index: -1 });
  return { steps: listed, splitAt: form.at <= splitAt ? splitAt + 1 : splitAt };
}
