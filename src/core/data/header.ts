// Owns the guess whether a table has a header, with the reason in words, and the names of its columns. Pure: sees
// records.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../shared/schema/profile';
import type { Reading } from '../../shared/schema/reading';
import { DATETIME_PATTERN } from './datetime';
import { isMissing } from './missing';
import type { Guess } from './sniff';

/** Records that a guess looks at. */
const HEADER_RECORDS = 1000;

const NUMBER = /^[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?$/i;
const DATE = new RegExp(`^(?:${DATETIME_PATTERN})$`);

/**
 * Whether the first record names the columns.
 * @param records the first ones of the file, the first of all included
 */
export function guessHeader(
  records: readonly (readonly string[])[],
  wanted: Reading['header'],
): Guess<boolean> {
  if (wanted !== 'auto') return { value: wanted === 'yes', reason: '' };
  const [first = []] = records;
  const cells = first.map((cell) => cell.trim());
  if (cells.every((cell) => cell !== '' && Number.isFinite(Number(cell)))) {
    return { value: false, reason: l10n.t('No header: the first record holds only numbers.') };
  }
  const below = records
    .slice(1, HEADER_RECORDS)
    .filter((record) => record.length === first.length && record.some((cell, i) => cell.trim() !== cells[i]));
  const kinds = cells.map((cell, index) => likeBelow(cell, index, below));
  const has = (kind: Likeness): boolean => kinds.includes(kind);
  // A text over numbers is a name.
  if (has('other') || !(has('same') || has('repeated'))) return { value: true, reason: '' };
  const isLikeAll = cells.length > 1 && !has('open') && !cells.includes('');
  const text = cells[kinds.indexOf(has('repeated') ? 'repeated' : 'same')] ?? '';
  if (isLikeAll || (has('same') && has('repeated'))) {
    const reason = has('repeated')
      ? l10n.t('No header: the first record reads as those below it ("{0}" is there again).', text)
      : l10n.t('No header: the first record reads as those below it ("{0}" is a value).', text);
    return { value: false, reason };
  }
  if (!has('same')) return { value: true, reason: '' };
  return {
    value: true,
    reason: l10n.t('The first record is taken as the header, though "{0}" could be a value.', text),
  };
}

type Likeness = 'same' | 'other' | 'repeated' | 'open';

/**
 * same: a number over numbers or a date over dates. other: a text over those. repeated: a text that is there again.
 * open: anything else says nothing.
 */
function likeBelow(cell: string, index: number, below: readonly (readonly string[])[]): Likeness {
  const others = below.map((record) => (record[index] ?? '').trim()).filter((text) => !isMissing(text));
  if (isMissing(cell) || others.length === 0) return 'open';
  for (const pattern of [NUMBER, DATE]) {
    const matching = others.filter((text) => pattern.test(text)).length;
    if (matching >= others.length * 0.9) return pattern.test(cell) ? 'same' : 'other';
  }
  return others.includes(cell) ? 'repeated' : 'open';
}

/** Unique, non-empty names in file order; what had to be changed is told. */
export function nameColumns(
  given: readonly string[],
  line: number | undefined,
): { columns: string[]; issues: DataIssue[] } {
  const issues: DataIssue[] = [];
  const place = line === undefined ? {} : { line };
  const wantedNames = new Set(given.map((cell) => cell.trim()));
  const taken = new Set<string>();
  // Where the search for a free number goes on: a hundred thousand columns may have one name.
  const numbers = new Map<string, number>();
  const columns = given.map((cell, index) => {
    const wanted = cell.trim();
    const base = wanted === '' ? `column${index + 1}` : wanted;
    let name = base;
    let n = numbers.get(base) ?? 2;
    while (taken.has(name) || (name !== wanted && wantedNames.has(name))) name = `${base}_${n++}`;
    numbers.set(base, n);
    taken.add(name);
    if (wanted === '') {
      const message = l10n.t('Column {0} has no name in the header; it is called "{1}".', index + 1, name);
      issues.push({ severity: 'info', code: 'data.unnamedColumn', message, column: name, ...place });
    } else if (name !== wanted) {
      const message = l10n.t(
        'The header names "{0}" more than once; column {1} is called "{2}".',
        wanted,
        index + 1,
        name,
      );
      issues.push({ severity: 'warning', code: 'data.duplicateColumn', message, column: name, ...place });
    }
    return name;
  });
  return { columns, issues };
}

/** column1, column2, ... */
export function numberedColumns(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `column${index + 1}`);
}
