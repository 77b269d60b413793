// Owns which keys the config schema knows at a place, for "did you mean" and nothing else.
import * as z from 'zod';
import { experimentSchema } from '../../shared/schema/experiment';

type JsonSchema = z.core.JSONSchema.JSONSchema;

let cached: JsonSchema | undefined;

/** The JSON Schema of what may be written (fields with a default are optional). */
export function experimentJsonSchema(): JsonSchema {
  cached ??= z.toJSONSchema(experimentSchema, { io: 'input', target: 'draft-7' });
  return cached;
}

/** Keys allowed at a path; for a union, those of the variant whose `type` or `method` is written, else of all. */
export function keysAt(path: readonly (string | number)[], value: unknown): string[] {
  let schemas: JsonSchema[] = [experimentJsonSchema()];
  let here: unknown = value;
  for (const part of path) {
    schemas = schemas.flatMap((schema) => variants(schema, here)).flatMap((schema) => child(schema, part));
    here =
      typeof here === 'object' && here !== null
        ? (here as Record<string | number, unknown>)[part]
        : undefined;
  }
  return schemas
    .flatMap((schema) => variants(schema, here))
    .flatMap((schema) => Object.keys(schema.properties ?? {}));
}

function child(schema: JsonSchema, part: string | number): JsonSchema[] {
  const next = typeof part === 'number' ? schema.items : schema.properties?.[part];
  return typeof next === 'object' && !Array.isArray(next) ? [next] : [];
}

function variants(schema: JsonSchema, value: unknown): JsonSchema[] {
  const options = (schema.oneOf ?? schema.anyOf)?.filter((option) => typeof option === 'object');
  if (options === undefined) return [schema];
  const written = (['type', 'method'] as const).flatMap((key) =>
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
