// Owns categories as ids, for a network that learns a vector for each.
import { knownCategories } from './category';
import type { Encoder } from './encoder';

/** What train never had is 0: its vector keeps its first numbers. */
const UNKNOWN = 0;

export const categoryIdsEncoder: Encoder<'categoryIds'> = {
  fit(feature, values) {
    const known = knownCategories(values, feature.maxCategories);
    if (known.kind === 'dropped') return known;
    const { column } = feature;
    const { vocabulary, missing } = known;
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
