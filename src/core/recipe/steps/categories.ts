// Owns counting the categories of train rows and their order. A missing cell is a category of its own, as in scikit-learn.
import * as l10n from '@vscode/l10n';
import { textOf, type Relation, type RelationColumn } from '../../data/relation';
import { compareCodePoints } from '../codePoints';
import { forManyQueries } from './changeColumns';
import type { StepContext } from './step';

export interface CategoryCounts {
  /** Most frequent first, equal ones by code point. */
  readonly counts: readonly (readonly [value: string, rows: number])[];
  /** Rows with a missing cell. */
  readonly missing: number;
}

/** What a recipe keeps of a column; rarer values count as ones that train never had. */
export const MAX_CATEGORIES = 100_000;

export async function countCategories(
  train: Relation,
  columns: readonly RelationColumn[],
  context: StepContext,
): Promise<CategoryCounts[]> {
  const rows = await forManyQueries(train, columns, context);
  const found: CategoryCounts[] = [];
  for (const column of columns) {
    const counted = await context.database.rows(
      `SELECT v, count(*) AS n FROM (SELECT ${textOf(column)} AS v FROM ${rows.from})
        GROUP BY v ORDER BY v IS NOT NULL, n DESC, v LIMIT ${MAX_CATEGORIES + 2}`,
      { signal: context.signal },
    );
    let missing = 0;
    const counts: [string, number][] = [];
    for (const [value, n] of counted) {
      if (typeof value === 'string') counts.push([value, Number(n)]);
      else missing = Number(n);
    }
    if (counts.length > MAX_CATEGORIES) {
      counts.length = MAX_CATEGORIES;
      noteManyCategories(column.name, context);
    }
    found.push({ counts, missing });
  }
  return found;
}

function noteManyCategories(column: string, { note }: StepContext): void {
  const message = l10n.t(
    'Column "{0}" has more than {1} categories in the train rows: the most frequent are learnt, the others count as unseen. Is it an identifier?',
    column,
    MAX_CATEGORIES,
  );
  note({ severity: 'warning', code: 'recipe.manyCategories', message, column });
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** By value where all are numbers (as scikit-learn sorts a column of numbers), else by code point, as Python. */
export function sortedCategories(values: readonly string[]): string[] {
  if (!values.every((value) => NUMBER.test(value))) return [...values].sort(compareCodePoints);
  return [...values].sort((a, b) => Number(a) - Number(b) || compareCodePoints(a, b));
}
