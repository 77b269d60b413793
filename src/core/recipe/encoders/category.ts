// Owns categories: one-hot over the most frequent train values.
import { missingName, type Encoder, type FitResult } from './encoder';
import { compareCodePoints } from '../codePoints';

/** Distinct values with their counts: most frequent first, ties by code point. */
export function countValues(values: Iterable<string | null>): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
}

export type Categories =
  | {
      readonly kind: 'known';
      /** Most frequent first. */
      readonly vocabulary: string[];
      /** More values than are told apart. */
      readonly other: boolean;
      readonly missing: boolean;
    }
  | Extract<FitResult<'category'>, { kind: 'dropped' }>;

/** What can be learnt of a column of categories, however it is encoded. */
export function knownCategories(values: readonly (string | null)[], maxCategories: number): Categories {
  const counts = countValues(values);
  if (counts.length === 0) return { kind: 'dropped', reason: 'allMissing' };
  const missing = values.includes(null);
  if (counts.length === 1 && !missing) return { kind: 'dropped', reason: 'constant' };
  const vocabulary = counts.slice(0, maxCategories).map(([value]) => value);
  return { kind: 'known', vocabulary, other: counts.length > vocabulary.length, missing };
}

/**
 * A value that train never had is "other" where there is such a column, else all zeros, as scikit-learn's
 * OneHotEncoder(handle_unknown='ignore').
 */
export const categoryEncoder: Encoder<'category'> = {
  fit(feature, values) {
    const known = knownCategories(values, feature.maxCategories);
    if (known.kind === 'dropped') return known;
    const { column } = feature;
    const { vocabulary, other, missing } = known;
    const names = vocabulary.map((value) => `${column}=${value}`);
    if (other) names.push(`${column} (other)`);
    if (missing) names.push(missingName(column));
    return { kind: 'fitted', encoder: { type: 'category', column, names, vocabulary, other, missing } };
  },
  apply({ vocabulary, other, missing }, values, x, stride, offset) {
    const indexOf = new Map(vocabulary.map((value, index) => [value, index]));
    for (const [row, value] of values.entries()) {
      let index = value === null ? undefined : indexOf.get(value);
      if (value === null && missing) index = vocabulary.length + (other ? 1 : 0);
      else if (value !== null && index === undefined && other) index = vocabulary.length;
      if (index !== undefined) x[row * stride + offset + index] = 1;
    }
  },
};
