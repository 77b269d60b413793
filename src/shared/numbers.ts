// Owns how numbers that JSON cannot hold are written: NaN and the infinities are values, never null.
import * as z from 'zod';

const NON_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;

/** A number in a JSON file or log: finite as itself, otherwise the strings "NaN", "Infinity", "-Infinity". */
export const jsonNumberSchema = z
  .union([z.number(), z.nan(), z.literal(Infinity), z.literal(-Infinity), z.enum(NON_FINITE)])
  .transform((value) => Number(value));

/** JSON text in which non-finite numbers are strings. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) return String(item);
      if (item instanceof Float32Array || item instanceof Float64Array || item instanceof Uint32Array) {
        return Array.from(item, (v) => (Number.isFinite(v) ? v : String(v)));
      }
      return item;
    },
    indent,
  );
}

/**
 * A copy in which non-finite numbers are strings, for channels that would turn them into null (a webview's postMessage
 * is JSON but for typed arrays, which are left as they are).
 */
export function toPostable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(toPostable);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPostable(item)]));
}
