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

/** How numbers are written in a file. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Only taken where it parts groups of three digits. */
  readonly thousands: '' | ',' | '.' | ' ' | "'";
}

/** How the cells of a file are written, where the file or the user says more than the defaults. */
export interface CellSyntax {
  /** Trimmed texts that mean "no value", besides those of missing.ts. */
  readonly missing: readonly string[];
  /** Plain when absent. */
  readonly numbers?: NumberFormat | undefined;
}

export const PLAIN_CELLS: CellSyntax = { missing: [] };

export function isMissingSql(trimmed: string, { missing }: CellSyntax = PLAIN_CELLS): string {
  // Not IN: DuckDB plans a join for a long list.
  return `list_contains([${sqlTexts([...MISSING_TEXTS, ...missing])}], ${trimmed})`;
}

/** The same for a cell as it is in the file, NULL where that is NULL: a third of the time of trimming it first. */
export function isMissingCellSql(column: string, { missing }: CellSyntax = PLAIN_CELLS): string {
  const texts = [...MISSING_TEXTS, ...missing].map((text) =>
    text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  );
  const space = '[ \t\r\n\u00a0]*';
  return `regexp_full_match(${column}, ${sqlText(`${space}(${texts.join('|')})${space}`)})`;
}

/** Missing only where a number or a date is expected. */
export function isMissingNumberSql(trimmed: string): string {
  return `list_contains([${sqlTexts(MISSING_NUMBER_TEXTS)}], lower(${trimmed}))`;
}

/** A finite double or NULL. DuckDB's cast alone would take 1_000, inf and nan. */
export function numberSql(trimmed: string, format?: NumberFormat): string {
  const plain = format === undefined ? trimmed : plainNumberSql(trimmed, format);
  const value = `try_cast(${plain} AS DOUBLE)`;
  return `CASE WHEN NOT contains(${trimmed}, '_') AND isfinite(${value}) THEN ${value} END`;
}

/** What may stand for a separator: no-break and narrow spaces, the typographic apostrophe. */
export const SEPARATOR_CLASSES: Readonly<Record<NumberFormat['thousands'], string>> = {
  '': '',
  ',': '[,]',
  '.': '[.]',
  ' ': '[ \u00a0\u2009\u202f]',
  "'": "['\u2019]",
};

/** The text with a decimal point and without thousands separators. */
function plainNumberSql(trimmed: string, { decimal, thousands }: NumberFormat): string {
  let text = trimmed;
  if (thousands !== '') {
    const separator = SEPARATOR_CLASSES[thousands];
    const group = `[-+]?\\d{1,3}(${separator}\\d{3})+([${decimal}]\\d*)?`;
    text = `CASE WHEN regexp_full_match(${text}, ${sqlText(group)}) THEN regexp_replace(${text}, ${sqlText(separator)}, '', 'g') ELSE ${text} END`;
  }
  // A point that is no separator would be read as a decimal point: 1.5 is no number where 1,5 is one.
  return decimal === ','
    ? `CASE WHEN contains(${text}, '.') THEN NULL ELSE replace(${text}, ',', '.') END`
    : text;
}
