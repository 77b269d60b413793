// Owns how a column is called before and after the renames of a recipe. Knows no other step: a column that is dropped
// keeps its name here.
import type { RecipeStep } from './schema/recipeSteps';

type Name = string | undefined;

const renames = (step: RecipeStep): readonly { readonly column: string; readonly to: string }[] =>
  step.step === 'renameColumns' && step.enabled ? step.renames : [];

/** What a column of the table after the recipe was called before its renames. */
export function nameInFile<T extends Name>(name: T, steps: readonly RecipeStep[]): T | string {
  return steps.reduceRight<T | string>(
    (now, step) => renames(step).find(({ to }) => to === now)?.column ?? now,
    name,
  );
}

/** What a column of the file is called after the recipe. */
export function nameAfter<T extends Name>(name: T, steps: readonly RecipeStep[]): T | string {
  return steps.reduce<T | string>(
    (now, step) => renames(step).find(({ column }) => column === now)?.to ?? now,
    name,
  );
}

/** What a column that is called `name` after some steps is called after others of the same file. */
export function nameWith<T extends Name>(
  name: T,
  now: readonly RecipeStep[],
  then: readonly RecipeStep[],
): T | string {
  return nameAfter(nameInFile(name, now), then);
}
