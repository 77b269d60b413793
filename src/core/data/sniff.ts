// Owns the guess of delimiter and quote of a text, from its head, with the reason in words. Pure: sees text, never a
// file.
import * as l10n from '@vscode/l10n';
import type { Reading } from '../../shared/schema/reading';
import { parseRecords, type CsvSyntax } from './csvText';
import { layoutOf } from './layout';

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 500;
/** Records may be long: more than this is not looked at a dozen times. */
const SAMPLE_LENGTH = 512 * 1024;

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

export interface SyntaxHints {
  /** A delimiter that the file itself names. */
  readonly named?: string | undefined;
  /** The delimiter where nothing splits. */
  readonly usual?: string;
  /** The text ends in the middle of the file. */
  readonly isCut?: boolean;
}

/** The syntax that splits most records alike. */
export function guessSyntax(
  text: string,
  { delimiter, quote }: Pick<Reading, 'delimiter' | 'quote'>,
  { named, usual = ',', isCut = false }: SyntaxHints = {},
): Guess<CsvSyntax> {
  const head = text.slice(0, SAMPLE_LENGTH);
  const isHeadCut = isCut || head.length < text.length;
  const given = delimiter === 'auto' ? named : delimiter;
  const delimiters = given === undefined ? DELIMITERS : [given];
  // The first one wins where they split alike: ' is only looked at where cells are wrapped in it.
  const quotes = quote === 'auto' ? ["'", '"', ''] : [quote];
  let best: Candidate | undefined;
  for (const mark of quotes) {
    if (quote === 'auto' && !isQuotePossible(head, mark, delimiters)) continue;
    for (const syntax of syntaxesOf(head, mark, delimiters)) {
      const found = candidateOf(head, isHeadCut, syntax);
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

/** ' quotes where cells begin and end with it and none with "; nothing quotes where most " at the start of a cell never close. */
function isQuotePossible(head: string, quote: string, delimiters: readonly string[]): boolean {
  if (quote === '"') return true;
  const wrapped = cellsWrappedIn(head, '"', delimiters);
  if (quote === "'") return wrapped === 0 && cellsWrappedIn(head, "'", delimiters) >= 2;
  const opened = head.match(new RegExp(`(?<=^|${edgeOf(delimiters)})"`, 'g'))?.length ?? 0;
  return opened - wrapped > wrapped;
}

function edgeOf(delimiters: readonly string[]): string {
  return `[\\n\\r${delimiters.map((each) => each.replace(/[\\\]^-]/g, '\\$&')).join('')}]`;
}

function cellsWrappedIn(head: string, mark: string, delimiters: readonly string[]): number {
  const edge = edgeOf(delimiters);
  const cell = new RegExp(
    `(?<=^|${edge}) *${mark}[^${mark}]*(?:${mark}${mark}[^${mark}]*)*${mark} *(?=$|${edge})`,
    'g',
  );
  return head.match(cell)?.length ?? 0;
}

interface Candidate {
  readonly syntax: CsvSyntax;
  /** Records that are rows of the table, of those looked at; 0 when none is split. */
  readonly same: number;
  readonly records: number;
  /** Records whose quotes do not close where a cell ends. */
  readonly malformed: number;
  readonly width: number;
}

function candidateOf(head: string, isCut: boolean, syntax: CsvSyntax): Candidate {
  const { records, complete, malformed } = parseRecords(head, syntax, SAMPLE_RECORDS);
  const whole = isCut && !complete && records.length > 1 ? records.slice(0, -1) : records;
  const { width, same } = layoutOf(whole);
  const bad = [...malformed].filter((index) => index < whole.length).length;
  return { syntax, same: width < 2 ? 0 : same, records: whole.length, malformed: bad, width };
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
