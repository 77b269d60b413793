// Owns the little CSV reading done outside DuckDB: records of the head (for dialect and header), the line of a
// data row (for messages) and whether a file is UTF-8. Streams; never holds more than one chunk of a file.
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { throwIfAborted } from '../../shared/abort';

export interface CsvSyntax {
  readonly delimiter: string;
  readonly quote: string;
  /** The same as the quote ("" inside quotes), or a backslash. */
  readonly escape: string;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Records of a text, as RFC 4180 with lenient ends of line; blank lines are left out.
 * @param text may end in the middle of a record: that one is then the last, and `complete` is false
 */
export function parseRecords(
  text: string,
  syntax: CsvSyntax,
  limit: number,
): { records: string[][]; complete: boolean } {
  const { delimiter, quote, escape } = syntax;
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let isQuoted = false;
  let isCellStart = true;
  const endRecord = (): void => {
    if (record.length > 0 || cell !== '' || !isCellStart) records.push([...record, cell]);
    record = [];
    cell = '';
    isCellStart = true;
  };
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const char = text.charAt(i);
    if (isQuoted) {
      if (char === escape && escape !== quote && i + 1 < text.length) cell += text.charAt(++i);
      else if (char !== quote) cell += char;
      else if (escape === quote && text.charAt(i + 1) === quote) cell += text.charAt(++i);
      else isQuoted = false;
    } else if (char === quote && isCellStart) {
      isQuoted = true;
      isCellStart = false;
    } else if (char === delimiter) {
      record.push(cell);
      cell = '';
      isCellStart = true;
    } else if (char === '\n' || char === '\r') {
      endRecord();
    } else {
      cell += char;
      isCellStart = false;
    }
  }
  const isOpen = records.length < limit && (record.length > 0 || !isCellStart);
  if (isOpen) endRecord();
  return { records, complete: !isOpen };
}

/** Bytes at the end of a chunk that belong to a character which goes on in the next one (0 to 3). */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      throwIfAborted(signal);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** NUL is valid UTF-8, but no text has it: the file is UTF-16 without a mark, binary or damaged. */
function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** @returns the 1-based line of the first byte sequence that is not UTF-8 text, or undefined when all is well */
export async function firstNonUtf8Line(
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let line = 1;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunksOf(path, signal)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.subarray(0, bytes.length - openBytes(bytes));
    if (!isText(whole)) return line + badLineIn(whole);
    for (let at = whole.indexOf(10); at >= 0; at = whole.indexOf(10, at + 1)) line++;
    // A copy: the chunk's buffer is read into again.
    rest = bytes.slice(whole.length);
  }
  return rest.length === 0 ? undefined : line;
}

/** Lines before the one with the bad bytes. A line feed is never part of a longer UTF-8 character. */
function badLineIn(bytes: Uint8Array): number {
  let lines = 0;
  let start = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
    if (!isText(bytes.subarray(start, at))) return lines;
    lines++;
    start = at + 1;
  }
  return lines;
}

/**
 * The lines on which given data rows start, for messages. One pass that ends at the last row asked for.
 * @param rows ascending 0-based data rows, counted as DuckDB counts them: without header and rejected records
 * @param skipRecords records before the first data row (the header)
 * @param rejectedBytes 0-based offsets of records that were kept apart; after CR LF they may point at the LF
 * @param blankIsRow true for a file of one column, where a blank line is a missing value
 * @returns 1-based lines, in the order of `rows`; shorter when the file ends first
 */
export async function linesOfRows(
  path: string,
  rows: readonly number[],
  options: {
    syntax: CsvSyntax;
    skipRecords: number;
    rejectedBytes: ReadonlySet<number>;
    blankIsRow: boolean;
    signal?: AbortSignal | undefined;
  },
): Promise<number[]> {
  const { syntax, rejectedBytes, blankIsRow } = options;
  const [delimiter, quote, escape] = [syntax.delimiter, syntax.quote, syntax.escape].map((char) =>
    char.charCodeAt(0),
  );
  const found: number[] = [];
  if (rows.length === 0) return found;
  let skip = options.skipRecords;
  let row = 0;
  let line = 1;
  let startLine = 1;
  let offset = 0;
  let startByte = 0;
  let isQuoted = false;
  let isCellStart = true;
  let isBlank = true;
  let isEscaped = false;
  let hasJustClosed = false;
  let previous = 0;
  let isFirstChunk = true;
  /** @returns true when the last row asked for was found */
  const endRecord = (): boolean => {
    const isRejected = rejectedBytes.has(startByte) || rejectedBytes.has(startByte - 1);
    const isRow = (!isBlank || (blankIsRow && skip === 0)) && !isRejected;
    if (isRow && skip > 0) skip--;
    else if (isRow) {
      if (row === rows[found.length]) found.push(startLine);
      row++;
    }
    isBlank = true;
    isCellStart = true;
    return found.length === rows.length;
  };
  for await (const chunk of chunksOf(path, options.signal)) {
    const hasBom = isFirstChunk && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    isFirstChunk = false;
    if (hasBom) startByte = offset = 3;
    for (const byte of hasBom ? chunk.subarray(3) : chunk) {
      // CR LF is one end of line.
      const isLineEnd = byte === 13 || (byte === 10 && previous !== 13);
      const isSecondHalf = byte === 10 && previous === 13;
      previous = byte;
      offset++;
      if (isSecondHalf) {
        if (!isQuoted) startByte = offset;
        continue;
      }
      if (isLineEnd) line++;
      if (isEscaped) isEscaped = false;
      else if (isQuoted) {
        if (byte === escape && escape !== quote) isEscaped = true;
        else if (byte === quote) {
          isQuoted = false;
          hasJustClosed = true;
        }
      } else if (isLineEnd) {
        hasJustClosed = false;
        if (endRecord()) return found;
        startLine = line;
        startByte = offset;
      } else {
        // A doubled quote closes and opens again: the state after it is the same.
        if (byte === quote && (isCellStart || hasJustClosed)) isQuoted = true;
        hasJustClosed = false;
        isCellStart = byte === delimiter;
        isBlank = false;
      }
    }
  }
  if (!isBlank) endRecord();
  return found;
}

/** @returns the 1-based line that holds the byte at a 0-based offset */
export async function lineOfByte(
  path: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let line = 1;
  let start = 0;
  let previous = 0;
  for await (const chunk of chunksOf(path, signal)) {
    for (const byte of chunk.subarray(0, Math.max(0, offset - start))) {
      if (byte === 13 || (byte === 10 && previous !== 13)) line++;
      previous = byte;
    }
    start += chunk.length;
    if (start >= offset) break;
  }
  return line;
}
