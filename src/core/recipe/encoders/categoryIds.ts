// Owns categories as ids, for a network that learns a vector for each.
import { countValues } from './category';
import type { Encoder } from './encoder';

/** What train never had is 0: its vector keeps its first numbers. */
const UNKNOWN = 0;

export const categoryIdsEncoder: Encoder<'categoryIds'> = {
  fit(feature, values) {
    const counts = countValues(values);
    if (counts.length === 0) return { kind: 'dropped', reason: 'allMissing' };
    const missing = values.includes(null);
    if (counts.length === 1 && !missing) return { kind: 'dropped', reason: 'constant' };
    const { column } = feature;
    const vocabulary = counts.slice(0, feature.maxCategories).map(([value]) => value);
    return { kind: 'fitted', encoder: { type: 'categoryIds', column, names: [column], vocabulary, missing } };
  },
  apply({ vocabulary, missing }, values, x, stride, offset) {
    const idOf = new Map(vocabulary.map((value, index) => [value, index + 1]));
    const missingId = missing ? vocabulary.length + 1 : UNKNOWN;
    for (const [row, value] of values.entries()) {
      x[row * stride + offset] = value === null ? missingId : (idOf.get(value) ?? UNKNOWN);
    }
  },
};
