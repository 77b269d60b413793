// Owns reading records of a text at hand, as DuckDB reads them: the head of a file, for dialect, header and first rows.

export interface CsvSyntax {
  readonly delimiter: string;
  /** Empty: quotes are text like any other. */
  readonly quote: string;
  /** The same as the quote ("" inside quotes), or a backslash. */
  readonly escape: string;
}

export interface RecordStart {
  /** Records that ended before it, blank lines among them. */
  readonly ends: number;
  /** The line it starts on, from 1. */
  readonly line: number;
  /** The line behind its last one. */
  readonly next: number;
}

export interface ParsedRecords {
  readonly records: string[][];
  /** False when the text ends within the last record. */
  readonly complete: boolean;
  readonly starts: readonly RecordStart[];
  /** Indexes of records whose quotes do not close where a cell ends. */
  readonly malformed: ReadonlySet<number>;
}

/**
 * Records of a text, as RFC 4180 with lenient ends of line.
 * @param blankIsRecord else blank lines are left out, as they are before the first record
 * @param text may end in the middle of a record: that one is then the last, and `complete` is false
 */
export function parseRecords(
  text: string,
  syntax: CsvSyntax,
  limit: number,
  blankIsRecord = false,
): ParsedRecords {
  const cells = new CellReader(text, syntax);
  const records: string[][] = [];
  const malformed = new Set<number>();
  const starts: RecordStart[] = [];
  let complete = true;
  for (let ends = 0; records.length < limit && !cells.isAtEnd; ends++) {
    const { line } = cells;
    const record = cells.record();
    const isBlank = record.length === 1 && record[0] === '' && !cells.wasQuoted;
    complete = cells.hasEnded || isBlank;
    if (isBlank && !(blankIsRecord && records.length > 0 && cells.hasEnded)) continue;
    if (cells.isMalformed) malformed.add(records.length);
    records.push(record);
    starts.push({ ends, line, next: cells.line });
  }
  return { records, complete, starts, malformed };
}

const [LF, CR, SPACE] = [10, 13, 32];

/** Reads records one by one, cells as slices of the text: a head of megabytes is read a dozen times. */
class CellReader {
  /** From 1, of what comes next. */
  line = 1;
  /** Of the last record: some cell of it was quoted. */
  wasQuoted = false;
  isMalformed = false;
  /** Whether it had an end of line. */
  hasEnded = true;
  private at = 0;
  private readonly delimiter: number;
  private readonly quote: number;
  private readonly escape: number;

  constructor(
    private readonly text: string,
    syntax: CsvSyntax,
  ) {
    const code = (char: string): number => (char === '' ? -1 : char.charCodeAt(0));
    this.delimiter = code(syntax.delimiter);
    this.quote = code(syntax.quote);
    this.escape = code(syntax.escape);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  record(): string[] {
    this.wasQuoted = false;
    this.isMalformed = false;
    this.hasEnded = false;
    const record: string[] = [];
    for (;;) {
      record.push(this.isQuoteNext() ? this.quoted() : this.plain());
      if (this.isAtEnd) return record;
      const end = this.text.charCodeAt(this.at++);
      if (end === this.delimiter) continue;
      if (end === CR && this.text.charCodeAt(this.at) === LF) this.at++;
      this.line++;
      this.hasEnded = true;
      return record;
    }
  }

  /** Spaces before a quote are no part of the cell. */
  private isQuoteNext(): boolean {
    let { at } = this;
    while (this.text.charCodeAt(at) === SPACE && this.delimiter !== SPACE) at++;
    if (this.text.charCodeAt(at) !== this.quote) return false;
    this.at = at + 1;
    return true;
  }

  private plain(): string {
    const { text, delimiter } = this;
    const from = this.at;
    let { at } = this;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiter || code === LF || code === CR) break;
    }
    this.at = at;
    return text.slice(from, at);
  }

  private quoted(): string {
    this.wasQuoted = true;
    const { text, quote, escape } = this;
    let cell = '';
    let from = this.at;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      const next = text.charCodeAt(this.at + 1);
      if (code === LF || (code === CR && next !== LF)) this.line++;
      const isEscape = code === escape && (escape !== quote || next === quote);
      if (isEscape && this.at + 1 < text.length) {
        cell += text.slice(from, this.at);
        from = ++this.at;
      } else if (code === quote) {
        cell += text.slice(from, this.at++);
        return cell + this.behindQuote();
      }
    }
    this.isMalformed = true;
    return cell + text.slice(from);
  }

  /** Only spaces may stand between a quote and the end of the cell; they are no part of it. */
  private behindQuote(): string {
    const rest = this.plain();
    if (!/[^ ]/.test(rest)) return '';
    this.isMalformed = true;
    return rest;
  }
}
