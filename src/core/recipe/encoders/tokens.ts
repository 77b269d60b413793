// Owns texts as sequences of word ids, for a network that reads them in order.
import { TermCounter, termsOf } from '../terms';
import type { Encoder } from './encoder';

const UNKNOWN = 1;
const FIRST = 2;

export const tokensEncoder: Encoder<'tokens'> = {
  fit(feature, values) {
    const { column, maxTerms, maxTokens } = feature;
    const distinct = new Set(values);
    distinct.delete(null);
    if (distinct.size === 0) return { kind: 'dropped', reason: 'allMissing' };
    if (distinct.size === 1 && !values.includes(null)) return { kind: 'dropped', reason: 'constant' };
    const counter = new TermCounter(1);
    let longest = 0;
    for (const value of values) {
      counter.add(value);
      if (value !== null) longest = Math.max(longest, termsOf(value).length);
    }
    if (counter.size === 0) return { kind: 'dropped', reason: 'noTerms' };
    const { terms } = counter.vocabulary(maxTerms);
    // Places that no train text fills would only cost time.
    const places = Math.max(1, Math.min(maxTokens, longest));
    const names = Array.from({ length: places }, (_, i) => `${column} [${i + 1}]`);
    return { kind: 'fitted', encoder: { type: 'tokens', column, names, terms: [...terms] } };
  },
  apply({ names, terms }, values, x, stride, offset) {
    const idOf = new Map(terms.map((term, index) => [term, index + FIRST]));
    for (const [row, value] of values.entries()) {
      if (value === null) continue;
      const words = termsOf(value);
      const at = row * stride + offset;
      for (let i = 0; i < Math.min(words.length, names.length); i++) {
        x[at + i] = idOf.get(words[i] ?? '') ?? UNKNOWN;
      }
    }
  },
};
