// Owns the edits of a recipe's draft as pure functions: where a step may stand, what a remedy does. Knows no page.
import { nameAfter } from '../../src/shared/columnNames';
import { assertNever } from '../../src/shared/errors';
import type { Split } from '../../src/shared/schema/experiment';
import type { Remedy } from '../../src/shared/schema/quality';
import type { RecipeStep } from '../../src/shared/schema/recipeSteps';
import { placementOf, splitPosition } from '../../src/shared/schema/stepCatalogue';
import type { RecipeDraft } from '../../src/shared/protocol/view';

/** What a draft without a split means. */
export const DEFAULT_SPLIT: Split = { method: 'random', validation: 0.15, test: 0.15, seed: 1 };

/** Of values as they go through a channel: a field that is undefined is absent, and the order of fields says nothing. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [fields, others] = [new Map(fieldsOf(one)), new Map(fieldsOf(other))];
  if (fields.size !== others.size) return false;
  for (const [key, value] of fields) if (!others.has(key) || !isSame(value, others.get(key))) return false;
  return true;
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined);
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

/** @param isIgnored the column, as it is called after the recipe, stays in the table but is not learnt from */
export function withIgnored(draft: RecipeDraft, column: string, isIgnored: boolean): RecipeDraft {
  const { ignored = [], ...rest } = draft;
  if (ignored.includes(column) === isIgnored) return draft;
  const others = ignored.filter((name) => name !== column);
  if (isIgnored) return { ...rest, ignored: [...others, column] };
  return others.length === 0 ? rest : { ...rest, ignored: others };
}

export interface AppliedRemedy {
  readonly draft: RecipeDraft;
  /** Index of the last step that it put in; undefined for another kind of change. */
  readonly at: number | undefined;
}

/** What a remedy does that changes no step. */
function applyOther(draft: RecipeDraft, remedy: Exclude<Remedy, { kind: 'steps' }>): RecipeDraft {
  switch (remedy.kind) {
    case 'split':
      return { ...draft, split: remedy.split };
    case 'classWeights':
      return { ...draft, classWeights: true };
    case 'ignoreFeature':
      return withIgnored(draft, nameAfter(remedy.column, draft.steps), true);
    default:
      return assertNever(remedy);
  }
}

/** What is left of a step at the end of a draft: nothing is done to columns that the draft drops. */
function leftOf(step: RecipeStep, { steps }: RecipeDraft): RecipeStep | undefined {
  if (!('columns' in step) || step.columns.length === 0) return step;
  const dropped = new Set(
    steps.flatMap((other) => (other.step === 'dropColumns' && other.enabled ? other.columns : [])),
  );
  const columns = step.columns.filter((name) => !dropped.has(name));
  if (columns.length === step.columns.length) return step;
  return columns.length === 0 ? undefined : { ...step, columns };
}

/**
 * Steps "at the start" repair what the file says, so they stand before all that renames or drops its columns.
 */
export function applyRemedy(draft: RecipeDraft, remedy: Remedy): AppliedRemedy {
  if (remedy.kind !== 'steps') return { draft: applyOther(draft, remedy), at: undefined };
  const { steps } = remedy;
  if (remedy.at === 'start') return { draft: insertSteps(draft, 0, steps), at: steps.length - 1 };
  let result = draft;
  let last: number | undefined;
  for (const wanted of steps) {
    const step = leftOf(wanted, draft);
    if (step === undefined) continue;
    const at = allowedPosition(result.steps, step, result.steps.length);
    result = insertSteps(result, at, [step]);
    last = at;
  }
  return { draft: result, at: last };
}

/** Whether the draft already does what the remedy would. */
export function isApplied(draft: RecipeDraft, remedy: Remedy): boolean {
  if (remedy.kind !== 'steps') return isSame(applyOther(draft, remedy), draft);
  return remedy.steps.every((whole) => {
    const wanted = remedy.at === 'end' ? leftOf(whole, draft) : whole;
    return (
      wanted === undefined || draft.steps.some((step) => step.enabled && isSame(bare(step), bare(wanted)))
    );
  });
}

function bare(step: RecipeStep): unknown {
  const { description: _, ...rest } = step;
  return rest;
}
