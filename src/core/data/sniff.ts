// Owns the guess how a delimited text is laid out, from its head: delimiter, quote, header, names of columns, each with
// the reason in words. Pure: sees text, never a file.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../shared/schema/profile';
import type { Reading } from '../../shared/schema/reading';
import { parseRecords, type CsvSyntax } from './csvText';
import { DATETIME_PATTERN } from './datetime';
import { isMissing } from './missing';

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 200;
/** Records that a guess of the header looks at. */
const HEADER_RECORDS = 1000;

export interface Guess<T> {
  readonly value: T;
  /** Empty where it is what anyone would take. */
  readonly reason: string;
}

/** Lines before the first record: blank ones, and Excel's `sep=;`. */
export function leadingLines(text: string): { lines: number; rest: string; delimiter?: string } {
  const blank = /^[^\S\n\r]*(?:\r\n|\n|\r)/;
  let lines = 0;
  let rest = text;
  const skipBlank = (): void => {
    for (let match = blank.exec(rest); match !== null; match = blank.exec(rest)) {
      rest = rest.slice(match[0].length);
      lines++;
    }
  };
  skipBlank();
  const named = /^"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(rest);
  const delimiter = named?.[1];
  if (named === null || delimiter === undefined) return { lines, rest };
  rest = rest.slice(named[0].length);
  lines++;
  skipBlank();
  return { lines, rest, delimiter };
}

/**
 * The syntax that splits most records as it splits the first.
 * @param head may end in the middle of a record
 * @param named a delimiter that the file itself names
 */
export function guessSyntax(
  head: string,
  { delimiter, quote }: Pick<Reading, 'delimiter' | 'quote'>,
  named?: string,
  /** Where nothing splits. */
  usual = ',',
): Guess<CsvSyntax> {
  const given = delimiter === 'auto' ? named : delimiter;
  const delimiters = given === undefined ? DELIMITERS : [given];
  // The first one wins where they split alike: ' is only looked at where cells are wrapped in it.
  const quotes = quote === 'auto' ? ["'", '"', ''] : [quote];
  let best: Candidate | undefined;
  for (const mark of quotes) {
    if (quote === 'auto' && !isQuotePossible(head, mark, delimiters)) continue;
    for (const syntax of syntaxesOf(head, mark, delimiters)) {
      const found = candidateOf(head, syntax);
      if (best === undefined || isBetter(found, best)) best = found;
    }
  }
  const isSplit = given !== undefined || (best !== undefined && best.same > 0);
  const found = best?.syntax ?? { delimiter: usual, quote: '"', escape: '"' };
  const syntax = isSplit ? found : { ...found, delimiter: usual };
  return { value: syntax, reason: syntaxReason(syntax, best, delimiter === 'auto' ? named : undefined) };
}

/** A doubled quote first: a backslash before a quote may be the last character of a cell. */
function syntaxesOf(head: string, quote: string, delimiters: readonly string[]): CsvSyntax[] {
  const hasBackslash = quote !== '' && head.includes(`\\${quote}`);
  const escapes = hasBackslash ? [quote, '\\'] : [quote];
  return escapes.flatMap((escape) => delimiters.map((delimiter) => ({ delimiter, quote, escape })));
}

/** ' quotes where cells begin and end with it and none with "; nothing quotes where several " never close. */
function isQuotePossible(head: string, quote: string, delimiters: readonly string[]): boolean {
  if (quote === '"') return true;
  const wrapped = (mark: string): number => cellsWrappedIn(head, mark, delimiters);
  if (quote === "'") return wrapped("'") >= 2 && wrapped('"') === 0;
  const opened = head.match(/(?:^|[\n\r,;\t|])"[^"\n\r]*(?=[\n\r]|$)/g)?.length ?? 0;
  return opened >= 2 && wrapped('"') === 0;
}

function cellsWrappedIn(head: string, mark: string, delimiters: readonly string[]): number {
  const edge = `[\\n\\r${delimiters.map((each) => each.replace(/[\\\]^-]/g, '\\$&')).join('')}]`;
  const cell = new RegExp(
    `(?<=^|${edge}) *${mark}[^${mark}]*(?:${mark}${mark}[^${mark}]*)*${mark} *(?=$|${edge})`,
    'g',
  );
  return head.match(cell)?.length ?? 0;
}

interface Candidate {
  readonly syntax: CsvSyntax;
  /** Records as wide as the first, of those looked at; 0 when the first is not split at all. */
  readonly same: number;
  readonly records: number;
  /** Records whose quotes do not close where a cell ends. */
  readonly malformed: number;
  readonly width: number;
}

function candidateOf(head: string, syntax: CsvSyntax): Candidate {
  const { records, complete, malformed } = parseRecords(head, syntax, SAMPLE_RECORDS);
  const width = records[0]?.length ?? 0;
  // The last record of the head may be cut.
  const whole = complete || records.length < 3 ? records : records.slice(0, -1);
  const same = width < 2 ? 0 : whole.filter((record) => record.length === width).length;
  return { syntax, same, records: whole.length, malformed: malformed.size, width };
}

/** A header alone says little: a little more cells break the tie. */
function isBetter(one: Candidate, other: Candidate): boolean {
  const score = ({ same, records, malformed, width }: Candidate): number =>
    records === 0 ? 0 : (same - malformed) / records + (same === 0 ? 0 : Math.min(width, 1000) * 1e-9);
  return score(one) > score(other);
}

function syntaxReason(syntax: CsvSyntax, best: Candidate | undefined, named: string | undefined): string {
  const reasons: string[] = [];
  if (named !== undefined) reasons.push(l10n.t('Cells are parted by "{0}", as its first line says.', named));
  else if (syntax.delimiter !== ',' && best !== undefined && best.same > 0) {
    reasons.push(
      l10n.t(
        'Cells are parted by {0}: {1} of the first {2} records have {3} cells so.',
        syntax.delimiter === '\t' ? l10n.t('a tab') : `"${syntax.delimiter}"`,
        best.same,
        best.records,
        best.width,
      ),
    );
  }
  if (syntax.quote === "'") reasons.push(l10n.t("Cells are quoted with '."));
  if (syntax.quote === '') reasons.push(l10n.t('Quotes are text: they do not close.'));
  return reasons.join(' ');
}

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
  // A text over numbers is a name.
  if (kinds.includes('other') || !kinds.includes('same')) return { value: true, reason: '' };
  const at = kinds.indexOf('repeated');
  if (at < 0) {
    const text = cells[kinds.indexOf('same')] ?? '';
    return {
      value: true,
      reason: l10n.t('The first record is taken as the header, though "{0}" could be a value.', text),
    };
  }
  return {
    value: false,
    reason: l10n.t(
      'No header: the first record reads as those below it ("{0}" is there again).',
      cells[at] ?? '',
    ),
  };
}

/**
 * same: a number over numbers or a date over dates. other: a text over those. repeated: a text that is there again.
 * open: anything else says nothing.
 */
function likeBelow(
  cell: string,
  index: number,
  below: readonly (readonly string[])[],
): 'same' | 'other' | 'repeated' | 'open' {
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
