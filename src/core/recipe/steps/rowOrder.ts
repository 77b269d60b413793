// Owns the orders that rows can be put in, as SQL: by values, and by a seed. Both are the same on every machine.
import { sqlText } from '../../data/database';
import { numberOf, textOf, type RelationColumn } from '../../data/relation';

export type SortOrder = 'ascending' | 'descending';

/**
 * Terms for ORDER BY: numbers as numbers, then texts by code point (UTF-8 bytes), so ISO dates in their order; missing
 * last. Descending turns numbers and texts round and leaves missing last, as Excel does. What is equal is left to the
 * terms behind: end with `ord`.
 */
export function sortTerms(column: RelationColumn, order: SortOrder = 'ascending'): string {
  const way = order === 'ascending' ? 'ASC' : 'DESC';
  if (column.kind !== 'text') return `${column.id} ${way} NULLS LAST`;
  const [number, text] = [numberOf(column), textOf(column)];
  return [
    `(${text}) IS NULL`,
    `(${number}) IS NULL ${way}`,
    `(${number}) ${way} NULLS LAST`,
    `CASE WHEN (${number}) IS NULL THEN ${text} END ${way} NULLS LAST`,
  ].join(', ');
}

/**
 * A 128-bit number a row that looks random and depends on nothing but the source row, the seed and what it is for. MD5,
 * since DuckDB's own hash may be another one in its next version. Made rows have no source: their place counts.
 */
export function seededKey(seed: number, purpose: string): string {
  const salt = sqlText(`${purpose}:${seed}:`);
  return `md5_number(${salt} || CASE WHEN rid >= 0 THEN rid::VARCHAR ELSE 'made' || ord END)`;
}
