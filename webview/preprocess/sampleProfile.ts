// Owns what can be said of a column from the rows of a preview: the same facts as a profile of the file, of fewer rows.
// Pure.
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import type { TablePage } from '../../src/shared/schema/recipeResult';

const BINS = 20;
const TOP_VALUES = 20;
const EXAMPLES = 5;

/**
 * @param index of the column in the page
 * @param ofFile what it is in the file: cells are texts until a step reads them
 */
export function sampleProfile(
  page: TablePage,
  index: number,
  ofFile?: FeatureType,
): ColumnProfile | undefined {
  const column = page.columns[index];
  if (column === undefined) return undefined;
  const cells = page.rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const common = {
    name: column.name,
    reason: '',
    runnersUp: [],
    rows: page.rows.length,
    missing: page.rows.length - cells.length,
    distinct: counts.size,
    distinctIsExact: true,
    examples: [...counts.keys()].slice(0, EXAMPLES),
  };
  const numbers = ofFile === 'number' && column.kind === 'text' ? numberFacts(cells.map(Number)) : {};
  if (numbers.numeric !== undefined) return { ...common, type: 'number', ...numbers };
  if (column.kind === 'number') return { ...common, type: 'number', ...numberFacts(cells.map(Number)) };
  if (column.kind === 'datetime')
    return { ...common, type: 'datetime', ...numberFacts(cells.map((cell) => Date.parse(utc(cell)))) };
  const top = [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, TOP_VALUES);
  const lengths = cells.map((cell) => Array.from(cell).length);
  return {
    ...common,
    type: counts.size > cells.length / 2 && counts.size > TOP_VALUES ? 'text' : 'category',
    topValues: top,
    ...(lengths.length === 0
      ? {}
      : {
          textLength: {
            min: Math.min(...lengths),
            max: Math.max(...lengths),
            mean: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
          },
        }),
  };
}

/** Dates of a table have no zone: they are UTC. */
function utc(cell: string): string {
  const iso = cell.trim().replace(' ', 'T');
  return /(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`;
}

function numberFacts(values: readonly number[]): Pick<ColumnProfile, 'numeric' | 'histogram'> {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  const count = sorted.length;
  if (count === 0) return {};
  const min = sorted[0] ?? NaN;
  const max = sorted[count - 1] ?? NaN;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  // ddof=1, as pandas and the profile of the file.
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const quartiles: [number, number, number] = [
    quantile(sorted, 0.25),
    quantile(sorted, 0.5),
    quantile(sorted, 0.75),
  ];
  return {
    numeric: { min, max, mean, sd: count === 1 ? NaN : Math.sqrt(variance), quartiles },
    histogram: histogramOf(sorted, min, max),
  };
}

/** Linear between the two nearest, as numpy. */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

function histogramOf(sorted: Float64Array, min: number, max: number): { edges: number[]; counts: number[] } {
  const bins = max > min ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) {
    const at = max > min ? Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins)) : 0;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => min + ((max - min) * i) / bins), counts };
}
