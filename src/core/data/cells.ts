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

/** How numbers are written in a file. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Only taken where it parts groups of three digits. */
  readonly thousands: '' | ',' | '.' | ' ' | "'";
}

/** A finite double or NULL. DuckDB's cast alone would take 1_000, inf and nan. */
export function numberSql(trimmed: string, format?: NumberFormat): string {
  const plain = format === undefined ? trimmed : plainNumberSql(trimmed, format);
  const value = `try_cast(${plain} AS DOUBLE)`;
  return `CASE WHEN NOT contains(${trimmed}, '_') AND isfinite(${value}) THEN ${value} END`;
}

/** The text with a decimal point and without thousands separators. */
function plainNumberSql(trimmed: string, { decimal, thousands }: NumberFormat): string {
  let text = trimmed;
  if (thousands !== '') {
    const group = `[-+]?\\d{1,3}([${thousands}]\\d{3})+([${decimal}]\\d*)?`;
    text = `CASE WHEN regexp_full_match(${text}, ${sqlText(group)}) THEN replace(${text}, ${sqlText(thousands)}, '') ELSE ${text} END`;
  }
  // A point that is no separator would be read as a decimal point: 1.5 is no number where 1,5 is one.
  return decimal === ','
    ? `CASE WHEN contains(${text}, '.') THEN NULL ELSE replace(${text}, ',', '.') END`
    : text;
}
