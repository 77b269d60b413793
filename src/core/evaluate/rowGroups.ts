// Owns how rows are put in groups by a column: by its texts, or by bins of its numbers.
import * as l10n from '@vscode/l10n';
import { binOf, quantileOfSorted } from './percentiles';

export interface RowGroups {
  /** Group of each row. */
  readonly codes: Uint32Array;
  readonly names: readonly string[];
}

/** One group a distinct text, in the order of their first rows. */
export function groupsOf(labels: readonly string[]): RowGroups {
  const codes = new Uint32Array(labels.length);
  const seen = new Map<string, number>();
  labels.forEach((label, row) => {
    const code = seen.get(label) ?? seen.size;
    seen.set(label, code);
    codes[row] = code;
  });
  return { codes, names: [...seen.keys()] };
}

export const QUANTILE_BINS = 5;

/**
 * Numbers in bins of about equally many rows, ascending; each value by itself where there are no more distinct ones than
 * bins. What is NaN is the last group.
 */
export function quantileBins(values: Float64Array, bins = QUANTILE_BINS): RowGroups {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const few = distinct(sorted, bins);
  const edges = few ?? quantileEdges(sorted, bins);
  const names = few === undefined ? binNames(edges) : shortest(few);
  const codes = Uint32Array.from(values, (value) =>
    Number.isNaN(value) ? names.length : binOf(edges, value),
  );
  return { codes, names: sorted.length === values.length ? names : [...names, l10n.t('missing')] };
}

/** The distinct values; undefined when there are more than `most`. */
function distinct(sorted: Float64Array, most: number): Float64Array | undefined {
  const found: number[] = [];
  for (const value of sorted) {
    if (found.length > 0 && found[found.length - 1] === value) continue;
    if (found.length === most) return undefined;
    found.push(value);
  }
  return Float64Array.from(found);
}

/** Inner edges, each once, none that leaves nothing above. */
function quantileEdges(sorted: Float64Array, bins: number): Float64Array {
  const edges = new Set<number>();
  for (let i = 1; i < bins; i++) {
    const edge = quantileOfSorted(sorted, i / bins);
    if (edge < (sorted[sorted.length - 1] ?? NaN)) edges.add(edge);
  }
  return Float64Array.from(edges);
}

function binNames(edges: Float64Array): string[] {
  const texts = shortest(edges);
  const [first = '', last = first] = [texts[0], texts[texts.length - 1]];
  if (texts.length === 0) return [l10n.t('all')];
  const between = texts.slice(1).map((text, i) => l10n.t('over {0} to {1}', texts[i] ?? '', text));
  return [l10n.t('up to {0}', first), ...between, l10n.t('over {0}', last)];
}

/** Four significant digits, or as many as it takes to tell them apart. */
function shortest(values: Float64Array): string[] {
  for (let digits = 4; digits < 17; digits++) {
    const texts = Array.from(values, (value) => String(Number(value.toPrecision(digits))));
    if (new Set(texts).size === texts.length) return texts;
  }
  return Array.from(values, String);
}
