// Owns how a cell becomes a value, as SQL: trimmed, missing, number. Profile and training read through these
// same expressions, so that a cell never counts as one thing here and as another there.
import { MISSING_NUMBER_TEXTS, MISSING_TEXTS } from './missing';
import { sqlText, sqlTexts } from './database';

/** Cells are held in columns c0, c1, ...: no name of a user ever becomes an SQL identifier. */
export function cellColumn(index: number): string {
  return `c${index}`;
}

/** Trimmed text, never NULL. The last one is a no-break space. */
export function trimmedSql(column: string): string {
  return `coalesce(trim(${column}, ${sqlText(' \t\r\n\u00a0')}), '')`;
}

export function isMissingSql(trimmed: string): string {
  // Not IN: DuckDB plans a join for a long list.
  return `list_contains([${sqlTexts(MISSING_TEXTS)}], ${trimmed})`;
}

/** Missing only where a number or a date is expected. */
export function isMissingNumberSql(trimmed: string): string {
  return `list_contains([${sqlTexts(MISSING_NUMBER_TEXTS)}], lower(${trimmed}))`;
}

/** A finite double or NULL. DuckDB's cast alone would take 1_000, inf and nan. */
export function numberSql(trimmed: string): string {
  const value = `try_cast(${trimmed} AS DOUBLE)`;
  return `CASE WHEN NOT contains(${trimmed}, '_') AND isfinite(${value}) THEN ${value} END`;
}
