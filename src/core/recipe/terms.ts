// Owns the terms of texts and their weights, as scikit-learn's TfidfVectorizer: the same for the text encoder and for the
// recipe step tfIdf. Counts text by text, so that a corpus never has to be in memory.
import { compareCodePoints } from './codePoints';

// Han, Hiragana, Katakana: written without spaces.
const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\u30fc';
const RUN = new RegExp(`[${CJK}]+|[[\\p{L}\\p{N}\\p{M}_]--[${CJK}]]{2,}`, 'gv');
const isCjk = new RegExp(`^[${CJK}]`, 'v');
/** The same terms, found three times as fast. */
const ASCII_RUN = /[a-z0-9_]{2,}/g;
// eslint-disable-next-line no-control-regex -- ASCII is what is meant
const isAscii = /^[\x00-\x7f]*$/;

/**
 * Terms of a text: lower case, runs of two or more letters, digits or underscores (scikit-learn's
 * `\b\w\w+\b`; combining marks count as letters here, which Python's \w splits at). Runs of Chinese or Japanese
 * characters give each pair of neighbours (a single character gives itself): no dictionary, the same anywhere.
 */
export function termsOf(text: string): string[] {
  const lower = text.toLowerCase();
  if (isAscii.test(lower)) return lower.match(ASCII_RUN) ?? [];
  const terms: string[] = [];
  for (const [run] of lower.matchAll(RUN)) {
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

/** Terms and neighbouring terms with a space between, up to so many. @see sklearn ngram_range=(1, maxWords) */
function gramsOf(text: string, maxWords: number): string[] {
  const terms = termsOf(text);
  const grams = [...terms];
  for (let words = 2; words <= maxWords; words++) {
    for (let i = 0; i + words <= terms.length; i++) grams.push(terms.slice(i, i + words).join(' '));
  }
  return grams;
}

function countsOf(grams: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const gram of grams) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

/** What is known of a term. */
interface TermCount {
  /** How often it was there. */
  count: number;
  /** In how many texts. */
  documents: number;
}

export interface Vocabulary {
  readonly terms: readonly string[];
  /** ln((1 + texts) / (1 + texts with the term)) + 1: smooth, as scikit-learn's default. */
  readonly idf: readonly number[];
}

/** More different terms than this are not held: some 200 MB. */
const MAX_DIFFERENT_TERMS = 2 ** 20;

export class TermCounter {
  private readonly counts = new Map<string, TermCount>();
  private documents = 0;
  /** Terms in so many texts or fewer have been forgotten on the way. */
  private forgotten = 0;

  constructor(
    private readonly maxWords: number,
    private readonly maxDifferent: number = MAX_DIFFERENT_TERMS,
  ) {}

  /** A missing text counts as one without terms. */
  add(text: string | null): void {
    this.documents++;
    if (text === null) return;
    for (const [term, count] of countsOf(gramsOf(text, this.maxWords))) {
      const known = this.counts.get(term);
      if (known === undefined) this.counts.set(term, { count, documents: 1 });
      else {
        known.count += count;
        known.documents++;
      }
    }
    if (this.counts.size > this.maxDifferent) this.forget();
  }

  /** Lossy counting: what is rare by now goes; a term that matters comes again and again. */
  private forget(): void {
    while (this.counts.size > this.maxDifferent / 2) {
      this.forgotten++;
      for (const [term, { documents }] of this.counts) {
        if (documents <= this.forgotten) this.counts.delete(term);
      }
    }
  }

  /** Whether counts of rare terms are too small, since there were too many different ones. */
  get isApproximate(): boolean {
    return this.forgotten > 0;
  }

  get size(): number {
    return this.counts.size;
  }

  /**
   * The terms that were there most often (scikit-learn's max_features), the most frequent first, ties by code point
   * (there: as a quicksort leaves them).
   */
  vocabulary(maxTerms: number, minDocuments = 1): Vocabulary {
    const kept = [...this.counts]
      .filter(([, { documents }]) => documents >= minDocuments)
      .sort(([a, left], [b, right]) => right.count - left.count || compareCodePoints(a, b))
      .slice(0, maxTerms);
    return {
      terms: kept.map(([term]) => term),
      idf: kept.map(([, { documents }]) => Math.log((1 + this.documents) / (1 + documents)) + 1),
    };
  }
}

/** Weighs the terms of texts: count * idf, each text of length 1. */
export class TermWeigher {
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly maxWords: number,
  ) {
    this.indexOf = new Map(vocabulary.terms.map((term, index) => [term, index]));
  }

  /** @param write is given the index of a term in the vocabulary and its weight, for terms that are there */
  weigh(text: string, write: (index: number, weight: number) => void): void {
    const weights: [number, number][] = [];
    let squares = 0;
    for (const [term, count] of countsOf(gramsOf(text, this.maxWords))) {
      const index = this.indexOf.get(term);
      if (index === undefined) continue;
      const weight = count * (this.vocabulary.idf[index] ?? 0);
      weights.push([index, weight]);
      squares += weight ** 2;
    }
    const length = Math.sqrt(squares);
    for (const [index, weight] of weights) write(index, weight / length);
  }
}
