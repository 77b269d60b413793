// Owns the lines on which rows are, for messages: as DuckDB counts rows. Streams; never holds more than a chunk.
import type { CsvSyntax } from './csvText';
import type { QueryOptions } from './database';
import { bytesOf } from './fileBytes';
import { INSIDE, LINE_END, QuoteFollower, SECOND_HALF } from './quoteFollower';

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
