// Owns which keys a config's or a recipe's schema knows at a place, for "did you mean" and nothing else.
import * as z from 'zod';
import { experimentSchema } from '../../shared/schema/experiment';
import { recipeFileSchema } from '../../shared/schema/recipeSteps';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A JSON Schema is some 100 KB of objects: made once. */
const cached = new Map<z.ZodType, JsonSchema>();

/** The JSON Schema of what may be written (fields with a default are optional). */
function inputJsonSchema(schema: z.ZodType): JsonSchema {
  const known = cached.get(schema) ?? z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  cached.set(schema, known);
  return known;
}

export function experimentJsonSchema(): JsonSchema {
  return inputJsonSchema(experimentSchema);
}

export function recipeJsonSchema(): JsonSchema {
  return inputJsonSchema(recipeFileSchema);
}

/**
 * Keys allowed at a path; for a union, those of the variant whose `type`, `method` or `step` is written, else of all.
 * @param schema of the whole file
 */
export function keysAt(
  path: readonly (string | number)[],
  value: unknown,
  schema: z.ZodType = experimentSchema,
): string[] {
  let schemas: JsonSchema[] = [inputJsonSchema(schema)];
  let here: unknown = value;
  for (const part of path) {
    schemas = schemas.flatMap((one) => variants(one, here)).flatMap((one) => child(one, part));
    here =
      typeof here === 'object' && here !== null
        ? (here as Record<string | number, unknown>)[part]
        : undefined;
  }
  return schemas.flatMap((one) => variants(one, here)).flatMap((one) => Object.keys(one.properties ?? {}));
}

function child(schema: JsonSchema, part: string | number): JsonSchema[] {
  const next = typeof part === 'number' ? schema.items : schema.properties?.[part];
  return typeof next === 'object' && !Array.isArray(next) ? [next] : [];
}

function variants(schema: JsonSchema, value: unknown): JsonSchema[] {
  const options = (schema.oneOf ?? schema.anyOf)?.filter((option) => typeof option === 'object');
  if (options === undefined) return [schema];
  const written = (['type', 'method', 'step'] as const).flatMap((key) =>
    typeof value === 'object' && value !== null && key in value
      ? [[key, (value as Record<string, unknown>)[key]]]
      : [],
  );
  const fitting = options.filter((option) =>
    written.every(([key, text]) => {
      const property = option.properties?.[String(key)];
      return typeof property !== 'object' || property.const === text;
    }),
  );
  return fitting.flatMap((option) => variants(option, value));
}
