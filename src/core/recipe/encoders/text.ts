// Owns text: TF-IDF over the terms that most train texts hold, as scikit-learn's TfidfVectorizer counts them.
import type { Encoder } from './encoder';
import { compareCodePoints } from '../codePoints';

// Han, Hiragana, Katakana: written without spaces.
const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\u30fc';
const RUN = new RegExp(`[${CJK}]+|[[\\p{L}\\p{N}\\p{M}_]--[${CJK}]]{2,}`, 'gv');
const isCjk = new RegExp(`^[${CJK}]`, 'v');

/**
 * Terms of a text: lower case, runs of two or more letters, digits or underscores (scikit-learn's
 * `\b\w\w+\b`; combining marks count as letters here, which Python's \w splits at). Runs of Chinese or Japanese
 * characters give each pair of neighbours (a single character gives itself): no dictionary, the same anywhere.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [run] of text.toLowerCase().matchAll(RUN)) {
    if (!isCjk.test(run)) {
      terms.push(run);
      continue;
    }
    const characters = Array.from(run);
    if (characters.length === 1) terms.push(run);
    for (let i = 0; i + 1 < characters.length; i++)
      terms.push(`${characters[i] ?? ''}${characters[i + 1] ?? ''}`);
  }
  return terms;
}

/** idf is smooth: ln((1 + n) / (1 + df)) + 1, n = train rows (missing ones too); rows are l2-normalised. */
export const textEncoder: Encoder<'text'> = {
  fit(feature, values) {
    const { column, maxTerms } = feature;
    const distinct = new Set(values);
    distinct.delete(null);
    if (distinct.size === 0) return { kind: 'dropped', reason: 'allMissing' };
    if (distinct.size === 1 && !values.includes(null)) return { kind: 'dropped', reason: 'constant' };
    const documents = new Map<string, number>();
    for (const value of values) {
      for (const term of new Set(value === null ? [] : termsOf(value))) {
        documents.set(term, (documents.get(term) ?? 0) + 1);
      }
    }
    if (documents.size === 0) return { kind: 'dropped', reason: 'noTerms' };
    // By document frequency, ties by code point.
    const kept = [...documents]
      .sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]))
      .slice(0, maxTerms);
    const terms = kept.map(([term]) => term);
    return {
      kind: 'fitted',
      encoder: {
        type: 'text',
        column,
        names: terms.map((term) => `${column}: ${term}`),
        terms,
        idf: kept.map(([, df]) => Math.log((1 + values.length) / (1 + df)) + 1),
      },
    };
  },
  apply({ terms, idf }, values, x, stride, offset) {
    const indexOf = new Map(terms.map((term, index) => [term, index]));
    for (const [row, value] of values.entries()) {
      if (value === null) continue;
      const counts = new Map<number, number>();
      for (const term of termsOf(value)) {
        const index = indexOf.get(term);
        if (index !== undefined) counts.set(index, (counts.get(index) ?? 0) + 1);
      }
      let squares = 0;
      for (const [index, count] of counts) squares += (count * (idf[index] ?? 0)) ** 2;
      const norm = Math.sqrt(squares);
      for (const [index, count] of counts)
        x[row * stride + offset + index] = (count * (idf[index] ?? 0)) / norm;
    }
  },
};
