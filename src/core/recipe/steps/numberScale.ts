// Owns how sums and squares of very large numbers are taken in SQL: divided by a power of two, which is exact, where
// they would overflow.
import { numberOf, type Relation, type RelationColumn } from '../../data/relation';
import type { StepContext } from './step';

/** Squares of numbers up to here, and sums of 2^500 of them, stay finite. */
const SAFE = 2 ** 250;

/** A power of two that brings the largest number of each column near 1; 1 where nothing can overflow. */
export async function scalesOf(
  columns: readonly RelationColumn[],
  relation: Relation,
  { database, signal }: StepContext,
): Promise<number[]> {
  if (columns.length === 0) return [];
  const largest = columns.map((column) => `max(abs(${numberOf(column)}))`);
  const [row = []] = await database.rows(`SELECT ${largest.join(', ')} FROM ${relation.from}`, { signal });
  return row.map((value) =>
    typeof value === 'number' && value > SAFE ? 2 ** Math.floor(Math.log2(value)) : 1,
  );
}
