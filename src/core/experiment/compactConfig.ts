// Owns a config written as a person would: without what goes without saying.
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';

type Path = readonly (string | number)[];

/**
 * Without each field that says its default, at any depth. Parses the value once a field: for parts of a config, not for
 * long lists.
 * @param value as the schema gives it
 * @param keep fields by their name that are written all the same: those one turns first
 */
export function compactConfig<S extends z.ZodType>(
  schema: S,
  value: z.output<S>,
  keep: readonly string[] = [],
): z.input<S> {
  let written: unknown = value;
  const isSame = (candidate: unknown): boolean => {
    const { success, data } = schema.safeParse(candidate);
    return success && isDeepStrictEqual(data, value);
  };
  const visit = (node: unknown, path: Path): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, item] of Object.entries(node)) {
      const at = [...path, Array.isArray(node) ? Number(key) : key];
      // An element of a list would move the others.
      const stays = Array.isArray(node) || mentions({ [key]: item as unknown }, keep);
      const candidate = stays ? undefined : without(written, at);
      if (candidate !== undefined && isSame(candidate)) written = candidate;
      else visit(item, at);
    }
  };
  visit(value, []);
  if (isInput(schema, written)) return written;
  throw new TypeError('Expected a value that the schema gave.');
}

function isInput<S extends z.ZodType>(schema: S, value: unknown): value is z.input<S> {
  return schema.safeParse(value).success;
}

function mentions(value: unknown, keys: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, item]) => (!Array.isArray(value) && keys.includes(key)) || mentions(item, keys),
  );
}

/** A copy without the field at the path. */
function without(value: unknown, [key, ...rest]: Path): unknown {
  if (typeof value !== 'object' || value === null || key === undefined) return value;
  const entries = Object.entries(value);
  const kept =
    rest.length === 0
      ? entries.filter(([name]) => name !== key)
      : entries.map(([name, item]) => [name, name === String(key) ? without(item, rest) : item] as const);
  return Array.isArray(value) ? kept.map(([, item]) => item as unknown) : Object.fromEntries(kept);
}
