// Owns the edits of a recipe's draft as pure functions: where a step may stand, what a remedy does. Knows no page.
import type { Split } from '../../src/shared/schema/experiment';
import type { Remedy } from '../../src/shared/schema/quality';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { placementOf, splitPosition } from '../../src/shared/schema/stepCatalogue';
import type { RecipeDraft } from '../../src/shared/protocol/view';

/** What a draft without a split means. */
export const DEFAULT_SPLIT: Split = { method: 'random', validation: 0.15, test: 0.15, seed: 1 };

/** Drafts are parsed values: their keys come in the order of their schema. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Where a new step goes that is wanted at `at`: one that looks across rows without learning must come before the split.
 */
export function allowedPosition(steps: readonly RecipeStep[], step: RecipeStep, at: number): number {
  const wanted = Math.min(Math.max(0, at), steps.length);
  return placementOf(step) === 'beforeSplit' ? Math.min(wanted, splitPosition(steps)) : wanted;
}

/** A copy of the steps with `remove` of them at `at` replaced. */
function spliced(
  steps: readonly RecipeStep[],
  at: number,
  remove: number,
  added: readonly RecipeStep[] = [],
): RecipeStep[] {
  return [...steps.slice(0, at), ...added, ...steps.slice(at + remove)];
}

export function withSteps(draft: RecipeDraft, steps: readonly RecipeStep[]): RecipeDraft {
  return { ...draft, steps: [...steps] };
}

export function insertSteps(draft: RecipeDraft, at: number, steps: readonly RecipeStep[]): RecipeDraft {
  return withSteps(draft, spliced(draft.steps, at, 0, steps));
}

export function replaceStep(draft: RecipeDraft, at: number, step: RecipeStep): RecipeDraft {
  return withSteps(draft, spliced(draft.steps, at, 1, [step]));
}

export function removeStep(draft: RecipeDraft, at: number): RecipeDraft {
  return withSteps(draft, spliced(draft.steps, at, 1));
}

/** @param to where it stands afterwards; beyond the ends means the end */
export function moveStep(draft: RecipeDraft, from: number, to: number): RecipeDraft {
  const step = draft.steps[from];
  const at = Math.min(Math.max(0, to), draft.steps.length - 1);
  if (step === undefined || at === from) return draft;
  return withSteps(draft, spliced(spliced(draft.steps, from, 1), at, 0, [step]));
}

/** @param target undefined: predict nothing yet */
export function withTarget(draft: RecipeDraft, target: string | undefined): RecipeDraft {
  const { target: _, ...rest } = draft;
  return target === undefined || target === '' ? rest : { ...rest, target };
}

/** Steps that a remedy puts into the recipe; undefined for one that is about something else. */
function remedySteps(remedy: Remedy): { steps: readonly RecipeStep[]; at: 'start' | 'end' } | undefined {
  if (remedy.kind === 'steps') return remedy;
  if (remedy.kind !== 'ignoreFeature') return undefined;
  return { steps: [{ step: 'dropColumns', enabled: true, columns: [remedy.column] }], at: 'end' };
}

export interface AppliedRemedy {
  readonly draft: RecipeDraft;
  /** Index of the last step that it put in; undefined for another kind of change. */
  readonly at: number | undefined;
}

/**
 * Steps "at the start" repair what the file says, so they stand before all that renames or drops its columns.
 */
export function applyRemedy(draft: RecipeDraft, remedy: Remedy): AppliedRemedy {
  const added = remedySteps(remedy);
  if (added === undefined) {
    if (remedy.kind === 'split') return { draft: { ...draft, split: remedy.split }, at: undefined };
    return { draft: { ...draft, classWeights: true }, at: undefined };
  }
  if (added.at === 'start') return { draft: insertSteps(draft, 0, added.steps), at: added.steps.length - 1 };
  let result = draft;
  let last: number | undefined;
  for (const step of added.steps) {
    const at = allowedPosition(result.steps, step, result.steps.length);
    result = insertSteps(result, at, [step]);
    last = at;
  }
  return { draft: result, at: last };
}

/** Whether the draft already does what the remedy would. */
export function isApplied(draft: RecipeDraft, remedy: Remedy): boolean {
  const added = remedySteps(remedy);
  if (added === undefined) {
    return remedy.kind === 'split' ? isSame(draft.split, remedy.split) : draft.classWeights === true;
  }
  return added.steps.every((wanted) =>
    draft.steps.some((step) => step.enabled && isSame(bare(step), bare(wanted))),
  );
}

function bare(step: RecipeStep): unknown {
  const { description: _, ...rest } = step;
  return rest;
}
