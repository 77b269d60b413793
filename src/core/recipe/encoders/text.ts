// Owns text: TF-IDF over the most frequent terms of the train texts, as scikit-learn's TfidfVectorizer.
import type { Encoder } from './encoder';
import { TermCounter, TermWeigher } from '../terms';

/** Single words: pairs of words are for the recipe step. */
const MAX_WORDS = 1;

/** idf is smooth: ln((1 + n) / (1 + df)) + 1, n = train rows (missing ones too); rows are l2-normalised. */
export const textEncoder: Encoder<'text'> = {
  fit(feature, values) {
    const { column, maxTerms } = feature;
    const distinct = new Set(values);
    distinct.delete(null);
    if (distinct.size === 0) return { kind: 'dropped', reason: 'allMissing' };
    if (distinct.size === 1 && !values.includes(null)) return { kind: 'dropped', reason: 'constant' };
    const counter = new TermCounter(MAX_WORDS);
    for (const value of values) counter.add(value);
    if (counter.size === 0) return { kind: 'dropped', reason: 'noTerms' };
    const { terms, idf } = counter.vocabulary(maxTerms);
    const names = terms.map((term) => `${column}: ${term}`);
    return { kind: 'fitted', encoder: { type: 'text', column, names, terms: [...terms], idf: [...idf] } };
  },
  apply({ terms, idf }, values, x, stride, offset) {
    const weigher = new TermWeigher({ terms, idf }, MAX_WORDS);
    for (const [row, value] of values.entries()) {
      if (value === null) continue;
      weigher.weigh(value, (index, weight) => {
        x[row * stride + offset + index] = weight;
      });
    }
  },
};
