// Owns recipes as files: *.recipe.json with the place of what is wrong in it, and steps written as a person would, without
// what goes without saying. No file access.
import { isDeepStrictEqual } from 'node:util';
import { readingSchema, type Reading, type ReadingInput } from '../../shared/schema/reading';
import {
  recipeFileSchema,
  recipeStepSchema,
  type RecipeFile,
  type RecipeStep,
  type RecipeStepInput,
} from '../../shared/schema/recipeSteps';
import { parseConfig, requireConfig, type ParsedConfig } from '../experiment/parseExperiment';

/** Parses strict JSON and checks it. Never throws for bad text. */
export function parseRecipeFile(text: string): ParsedConfig<RecipeFile> {
  return parseConfig(text, recipeFileSchema);
}

/** @throws BenchError 'recipe.invalid' naming the file, line and column of the first problem */
export function requireRecipeFile(text: string, file: string): RecipeFile {
  return requireConfig(text, file, { schema: recipeFileSchema, code: 'recipe.invalid' });
}

/** Indented JSON, ending with a line feed. */
export function recipeFileText({ description, steps }: Pick<RecipeFile, 'description' | 'steps'>): string {
  const file = {
    version: 1,
    ...(description === undefined ? {} : { description }),
    steps: steps.map(compactStep),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The step without the fields that say their default. */
export function compactStep(step: RecipeStep): RecipeStepInput {
  const said = Object.entries(step).filter(([key]) => {
    const rest = recipeStepSchema.safeParse(
      Object.fromEntries(Object.entries(step).filter(([k]) => k !== key)),
    );
    // Without a default it would be missed.
    return !rest.success || !isDeepStrictEqual(rest.data, step);
  });
  const written: unknown = Object.fromEntries(said);
  return isStepInput(written) ? written : step;
}

function isStepInput(value: unknown): value is RecipeStepInput {
  return recipeStepSchema.safeParse(value).success;
}

/** Only what was chosen; undefined where nothing was. */
export function compactReading(reading: Reading): ReadingInput | undefined {
  const defaults: Record<string, unknown> = readingSchema.parse({});
  const chosen = Object.entries(reading).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]),
  );
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}
