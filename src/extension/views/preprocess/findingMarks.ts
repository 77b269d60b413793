// Owns where in the text of a CSV the quality checks found something: lines and the cells in them. Knows no editor.
import type { Dialect } from '../../../shared/schema/profile';
import type { QualityStatus } from '../../../shared/schema/quality';
import type { Checked } from './dataTab';

/** Of one finding, and of all: the Problems panel is no table. */
const MAX_OF_FINDING = 20;
const MAX_MARKS = 500;

export interface Mark {
  /** From 0, as editors count. */
  readonly line: number;
  /** UTF-16 units of the line. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly check: string;
  readonly status: Exclude<QualityStatus, 'pass'>;
}

export interface CsvText {
  /** Names of the columns, in the order of the file. */
  readonly columns: readonly string[];
  readonly dialect: Pick<Dialect, 'delimiter' | 'quote' | 'hasHeader'>;
  /** A line without its end, from 0; undefined behind the last one. */
  lineAt(line: number): string | undefined;
}

/** Findings about rows are marked at their cells, those about a column at its name, others at the first line. */
export function findingMarks(report: Checked['report'], text: CsvText): Mark[] {
  const marks: Mark[] = [];
  for (const { check, findings } of report.checks) {
    for (const { status, message, columns, rows } of findings) {
      if (status === 'pass') continue;
      const places = rows
        .slice(0, MAX_OF_FINDING)
        .flatMap(({ line, column }) =>
          line === undefined ? [] : placeOf(text, line - 1, column ?? columns[0]),
        );
      const found = places.length > 0 ? places : headerPlaces(text, columns);
      marks.push(...found.map((place) => ({ ...place, message, check, status })));
    }
  }
  return marks.slice(0, MAX_MARKS);
}

type Place = Pick<Mark, 'line' | 'start' | 'end'>;

function headerPlaces(text: CsvText, columns: readonly string[]): Place[] {
  if (columns.length === 0 || !text.dialect.hasHeader) return placeOf(text, 0, undefined);
  return columns.slice(0, MAX_OF_FINDING).flatMap((column) => placeOf(text, 0, column));
}

/** The cell of a column, or the whole line; nothing for a line that is not there. */
function placeOf(text: CsvText, line: number, column: string | undefined): Place[] {
  const content = text.lineAt(line);
  if (content === undefined) return [];
  const cell =
    column === undefined ? undefined : cellsOf(content, text.dialect)[text.columns.indexOf(column)];
  return [{ line, ...(cell ?? { start: 0, end: content.length }) }];
}

/** A record that goes on in the next line has its last cell end with the line. */
export function cellsOf(
  line: string,
  { delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>,
): { start: number; end: number }[] {
  const cells: { start: number; end: number }[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    // A doubled quote closes and opens again.
    if (quote !== '' && character === quote && (isQuoted || at === start)) isQuoted = !isQuoted;
    else if (quote !== '' && character === quote && line[at - 1] === quote) isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) {
      cells.push({ start, end: at });
      start = at + 1;
    }
  }
  cells.push({ start, end: line.length });
  return cells;
}
