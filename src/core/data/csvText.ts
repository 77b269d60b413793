// Owns the little CSV reading done outside DuckDB, as DuckDB reads: records of the head (for dialect, header and first
// rows), the line of a data row (for messages), ends of line made one. Streams; never holds more than a chunk.
import type { QueryOptions } from './database';
import { bytesOf } from './fileBytes';

export interface CsvSyntax {
  readonly delimiter: string;
  /** Empty: quotes are text like any other. */
  readonly quote: string;
  /** The same as the quote ("" inside quotes), or a backslash. */
  readonly escape: string;
}

export interface ParsedRecords {
  readonly records: string[][];
  /** False when the text ends within the last record. */
  readonly complete: boolean;
  /** For each record: records that ended before it, blank lines among them, and the line it starts on, from 1. */
  readonly starts: readonly { readonly ends: number; readonly line: number }[];
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
  const { delimiter, quote, escape } = syntax;
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  let isMalformed = false;
  const malformed = new Set<number>();
  const starts: { ends: number; line: number }[] = [];
  let ends = 0;
  let line = 1;
  let startLine = 1;
  const endRecord = (): void => {
    const isBlank = record.length === 0 && cell === '' && state === 'start';
    if (!isBlank || (blankIsRecord && records.length > 0)) {
      if (isMalformed) malformed.add(records.length);
      record.push(cell);
      records.push(record);
      starts.push({ ends, line: startLine });
    }
    ends++;
    isMalformed = false;
    record = [];
    cell = '';
    state = 'start';
  };
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const char = text.charAt(i);
    if (char === '\n' || (char === '\r' && text.charAt(i + 1) !== '\n')) line++;
    if (state === 'quoted') {
      if (char === escape && escape !== quote && i + 1 < text.length) cell += text.charAt(++i);
      else if (char !== quote) cell += char;
      else if (escape === quote && text.charAt(i + 1) === quote) cell += text.charAt(++i);
      else state = 'closed';
    } else if (char === delimiter) {
      record.push(cell);
      cell = '';
      state = 'start';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text.charAt(i + 1) === '\n') {
        i++;
        line++;
      }
      endRecord();
      startLine = line;
    } else if (char === quote && state === 'start') {
      // Spaces before a quote are no part of the cell, nor are those behind it.
      cell = '';
      state = 'quoted';
    } else if (state === 'closed') {
      if (char !== ' ') {
        isMalformed = true;
        cell += char;
      }
    } else {
      cell += char;
      if (char !== ' ') state = 'plain';
    }
  }
  const isOpen = records.length < limit && (record.length > 0 || cell !== '' || state !== 'start');
  if (isOpen) {
    if (state === 'quoted') isMalformed = true;
    endRecord();
  }
  return { records, complete: !isOpen, starts, malformed };
}

/** What a byte is to the records of a text. */
const INSIDE = 0;
const RECORD_END = 1;
/** An end of line within quotes. */
const LINE_END = 2;
/** The line feed of a CR LF. */
const SECOND_HALF = 3;

/** Follows the quotes of a text in UTF-8, byte by byte. */
class QuoteFollower {
  isBlank = true;
  isQuoted = false;
  private isCellStart = true;
  private hasClosed = false;
  private isEscaped = false;
  previous = 0;
  /** The last four bytes: a delimiter may have more than one. */
  private last = 0;
  private readonly quote: number;
  private readonly escape: number;
  private readonly delimiter: number;
  private readonly delimiterMask: number;

  constructor(syntax: CsvSyntax) {
    const code = (char: string): number => (char === '' ? -1 : char.charCodeAt(0));
    this.quote = code(syntax.quote);
    this.escape = code(syntax.escape);
    const bytes = Buffer.from(syntax.delimiter);
    this.delimiter = bytes.reduce((value, byte) => ((value << 8) | byte) >>> 0, 0);
    this.delimiterMask = bytes.length >= 4 ? 0xffff_ffff : 2 ** (8 * bytes.length) - 1;
  }

  step(byte: number): number {
    // Will be left out.
    if (byte === 0) return INSIDE;
    const isSecondHalf = byte === 10 && this.previous === 13;
    this.previous = byte;
    if (isSecondHalf) return SECOND_HALF;
    const isLineEnd = byte === 10 || byte === 13;
    if (this.isQuoted) {
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === this.escape && this.escape !== this.quote) this.isEscaped = true;
      else if (byte === this.quote) {
        this.isQuoted = false;
        // A doubled quote closes and opens again: the state after it is the same.
        this.hasClosed = true;
      }
      return isLineEnd ? LINE_END : INSIDE;
    }
    if (isLineEnd) {
      this.isCellStart = true;
      this.hasClosed = false;
      this.last = 0;
      return RECORD_END;
    }
    this.isBlank = false;
    this.last = ((this.last << 8) | byte) >>> 0;
    if ((this.last & this.delimiterMask) >>> 0 === this.delimiter) {
      this.isCellStart = true;
      this.hasClosed = false;
    } else if (byte === this.quote && (this.isCellStart || this.hasClosed)) {
      this.isQuoted = true;
      this.isCellStart = false;
    } else if (byte !== 32) {
      this.isCellStart = false;
      this.hasClosed = false;
    }
    return INSIDE;
  }
}

/**
 * Makes every end of line outside quotes a line feed, which DuckDB needs where a file mixes them; lines stay the same.
 * @returns a function for the chunks of a text in order; each gives the bytes that replace it
 */
export function lineEndNormaliser(syntax: CsvSyntax): (chunk: Uint8Array) => Uint8Array {
  const follower = new QuoteFollower(syntax);
  let wasRecordEnd = false;
  return (chunk) => {
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const kind = follower.step(byte);
      if (kind === SECOND_HALF && wasRecordEnd) continue;
      wasRecordEnd = kind === RECORD_END;
      out[length++] = wasRecordEnd ? 10 : byte;
    }
    return out.subarray(0, length);
  };
}

/** Whether records end in more than one way (LF, CR LF, CR). @param path a text in UTF-8 */
export async function mixesLineEnds(
  path: string,
  syntax: CsvSyntax,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const follower = new QuoteFollower(syntax);
  const kinds = new Set<string>();
  let isAfterCr = false;
  for await (const chunk of bytesOf(path, { compression: 'none', signal })) {
    for (const byte of chunk) {
      const kind = follower.step(byte);
      if (isAfterCr) kinds.add(kind === SECOND_HALF ? 'CR LF' : 'CR');
      isAfterCr = kind === RECORD_END && byte === 13;
      if (kind === RECORD_END && byte === 10) kinds.add('LF');
      if (kinds.size > 1) return true;
    }
  }
  if (isAfterCr) kinds.add('CR');
  return kinds.size > 1;
}

export interface LineOptions extends QueryOptions {
  readonly syntax: CsvSyntax;
  /** Records before the first data row, blank lines among them. */
  readonly skip: number;
  /** 0-based offsets of records that were kept apart; after CR LF they may point at the LF. */
  readonly rejectedBytes: ReadonlySet<number>;
  /** True for a file of one column, where a blank line is a missing value. */
  readonly blankIsRow: boolean;
  readonly chunkBytes?: number | undefined;
}

/**
 * The lines on which given data rows start, for messages. One pass that ends at the last row asked for.
 * @param path a text in UTF-8, as DuckDB read it
 * @param rows ascending 0-based data rows, counted as DuckDB counts them: without rejected records
 * @returns 1-based lines, in the order of `rows`; shorter when the file ends first
 */
export async function linesOfRows(
  path: string,
  rows: readonly number[],
  options: LineOptions,
): Promise<number[]> {
  if (rows.length === 0) return [];
  const search = new LineSearch(rows, options);
  const { signal, chunkBytes } = options;
  for await (const chunk of bytesOf(path, { compression: 'none', signal, chunkBytes })) {
    if (search.add(chunk)) return search.found;
  }
  search.end();
  return search.found;
}

class LineSearch {
  readonly found: number[] = [];
  private readonly follower: QuoteFollower;
  private readonly quote: number;
  private skip: number;
  private row = 0;
  private line = 1;
  private startLine = 1;
  private startByte = 0;
  private offset = 0;
  private bomBytes = 0;
  /** Where in the chunk the next quote or CR is. */
  private nextStop = -1;

  constructor(
    private readonly rows: readonly number[],
    private readonly options: LineOptions,
  ) {
    this.follower = new QuoteFollower(options.syntax);
    this.quote = options.syntax.quote === '' ? -1 : options.syntax.quote.charCodeAt(0);
    this.skip = options.skip;
  }

  /** @returns true when the last row asked for was found */
  add(chunk: Uint8Array): boolean {
    this.nextStop = -1;
    for (let at = 0; at < chunk.length;) {
      at = this.skipPlainLines(chunk, at);
      // Up to the end of this line, byte by byte.
      for (let isLine = false; at < chunk.length && !isLine && !this.isDone; at++) {
        isLine = this.addByte(chunk[at] ?? 0);
      }
      if (this.isDone) return true;
    }
    return false;
  }

  private get isDone(): boolean {
    return this.found.length === this.rows.length;
  }

  end(): void {
    if (!this.follower.isBlank) this.endRecord();
  }

  /**
   * Whole lines without quotes, CR or rejected records ahead are only counted: a fifth of the time.
   * @returns where it stopped: at the start of a line, or where it began
   */
  private skipPlainLines(chunk: Uint8Array, from: number): number {
    const { follower } = this;
    const isAtStart = this.startByte === this.offset && follower.isBlank && !follower.isQuoted;
    // A line feed after a CR is no line of its own.
    if (follower.previous === 13 && chunk[from] === 10) return from;
    if (this.offset < 3 || !isAtStart || this.skip > 0 || this.options.rejectedBytes.size > 0) return from;
    if (this.nextStop < from)
      this.nextStop = Math.min(nextOf(chunk, this.quote, from), nextOf(chunk, 13, from));
    const before = this.offset - from;
    let start = from;
    for (let at = chunk.indexOf(10, from); at >= 0 && at < this.nextStop; at = chunk.indexOf(10, start)) {
      follower.isBlank = at === start;
      this.endRecord();
      start = at + 1;
      this.startLine = ++this.line;
      this.startByte = this.offset = before + start;
      follower.previous = 10;
      if (this.isDone) break;
    }
    return start;
  }

  /** @returns true at the end of a record */
  private addByte(byte: number): boolean {
    const at = this.offset++;
    if (at < 3 && at === this.bomBytes && byte === [0xef, 0xbb, 0xbf][at]) {
      this.bomBytes++;
      if (this.bomBytes === 3) this.startByte = 3;
      return false;
    }
    const kind = this.follower.step(byte);
    if (kind === SECOND_HALF) {
      if (!this.follower.isQuoted) this.startByte = this.offset;
      return false;
    }
    if (kind === INSIDE) return false;
    this.line++;
    if (kind === LINE_END) return false;
    this.endRecord();
    this.startLine = this.line;
    this.startByte = this.offset;
    return true;
  }

  private endRecord(): void {
    const { rejectedBytes, blankIsRow } = this.options;
    const { isBlank } = this.follower;
    this.follower.isBlank = true;
    if (this.skip > 0) {
      this.skip--;
      return;
    }
    const isRejected = rejectedBytes.has(this.startByte) || rejectedBytes.has(this.startByte - 1);
    if ((isBlank && !blankIsRow) || isRejected) return;
    if (this.row === this.rows[this.found.length]) this.found.push(this.startLine);
    this.row++;
  }
}

function nextOf(chunk: Uint8Array, byte: number, from: number): number {
  const found = byte < 0 ? -1 : chunk.indexOf(byte, from);
  return found < 0 ? chunk.length : found;
}

/** @returns the 1-based line that holds the byte at a 0-based offset of a text in UTF-8 */
export async function lineOfByte(
  path: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let line = 1;
  let start = 0;
  let previous = 0;
  for await (const chunk of bytesOf(path, { compression: 'none', signal })) {
    for (const byte of chunk.subarray(0, Math.max(0, offset - start))) {
      if (byte === 13 || (byte === 10 && previous !== 13)) line++;
      previous = byte;
    }
    start += chunk.length;
    if (start >= offset) break;
  }
  return line;
}
