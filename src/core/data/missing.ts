// Owns the one list of texts that mean "no value". Everything that reads cells, in SQL or here, uses it.

/**
 * Missing in every column, after trimming, compared exactly. Only spellings that no sane category has:
 * what pandas, R, SQL, Excel, SAS and the UCI files write. "None", "none" and "Unknown" are not here: they
 * are categories of their own in real files (no damage, unknown species).
 */
export const MISSING_TEXTS: readonly string[] = [
  '',
  'NA',
  'N/A',
  'n/a',
  '<NA>',
  '#N/A',
  'NaN',
  'nan',
  'NAN',
  'NULL',
  'Null',
  'null',
  '?',
  '.',
];

/** Missing only where a number or a date is expected, lower case: no number is spelled so, but a category may be. */
export const MISSING_NUMBER_TEXTS: readonly string[] = [
  '-',
  '--',
  'na',
  'n.a.',
  'none',
  'nil',
  'missing',
  'unknown',
  '#value!',
  '#div/0!',
  'tbd',
];

const missingTexts: ReadonlySet<string> = new Set(MISSING_TEXTS);
const missingNumberTexts: ReadonlySet<string> = new Set(MISSING_NUMBER_TEXTS);

/** @param text trimmed @param own the user's own words for it */
export function isMissing(text: string, own: readonly string[] = []): boolean {
  return missingTexts.has(text) || own.includes(text);
}

/** @param text trimmed @param own the user's own words for it */
export function isMissingNumber(text: string, own: readonly string[] = []): boolean {
  return isMissing(text, own) || missingNumberTexts.has(text.toLowerCase());
}
