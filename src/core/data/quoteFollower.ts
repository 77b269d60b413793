// Owns where records end in a text in UTF-8, byte by byte, as DuckDB sees it: quotes, escapes, delimiters of any length.
import type { CsvSyntax } from './csvText';

/** What a byte is to the records of a text. */
export const INSIDE = 0;
export const RECORD_END = 1;
/** An end of line within quotes. */
export const LINE_END = 2;
/** The line feed of a CR LF. */
export const SECOND_HALF = 3;

/** Follows the quotes of a text in UTF-8, byte by byte. */
export class QuoteFollower {
  isBlank = true;
  hasBegun = false;
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
    this.hasBegun = true;
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
