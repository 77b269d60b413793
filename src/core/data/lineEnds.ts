// Owns the ends of line of a text that DuckDB cannot read: are there several kinds of them, and making them one. Lines
// stay the same, so that a line number still is that of the file.
import type { CsvSyntax } from './csvText';
import { bytesOf } from './fileBytes';
import { QuoteFollower, RECORD_END, SECOND_HALF } from './quoteFollower';

const [LF, CR] = [10, 13];

/** What is done to a text, so that DuckDB reads its rows. */
export interface Repair {
  /** Every end of line outside its quotes becomes a line feed. */
  readonly syntax: CsvSyntax;
  /** Lines at the start whose text is left out: titles, a header with quotes that do not close. */
  readonly blankLines: number;
}

/** @returns a function for the chunks of a text in order; each gives the bytes that replace it */
export function repairer({ syntax, blankLines }: Repair): (chunk: Uint8Array) => Uint8Array {
  const follower = new QuoteFollower(syntax);
  let toBlank = blankLines;
  let wasCr = false;
  let wasRecordEnd = false;
  return (chunk) => {
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const isSecondHalf = byte === LF && wasCr;
      wasCr = byte === CR;
      if (toBlank > 0 || (isSecondHalf && !follower.hasBegun)) {
        if (isSecondHalf || (byte !== LF && byte !== CR)) continue;
        out[length++] = LF;
        toBlank--;
        continue;
      }
      const kind = follower.step(byte);
      if (kind === SECOND_HALF && wasRecordEnd) continue;
      wasRecordEnd = kind === RECORD_END;
      out[length++] = wasRecordEnd ? LF : byte;
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
  const kinds = new LineEndKinds(syntax);
  for await (const chunk of bytesOf(path, { compression: 'none', signal })) {
    if (kinds.mixIn(chunk)) return true;
  }
  return kinds.mixAtEnd();
}

/** The same for the head of a text. */
export function mixesLineEndsIn(text: string, syntax: CsvSyntax): boolean {
  const kinds = new LineEndKinds(syntax);
  return kinds.mixIn(Buffer.from(text)) || kinds.mixAtEnd();
}

class LineEndKinds {
  private readonly follower: QuoteFollower;
  private readonly found = new Set<string>();
  private isAfterCr = false;

  constructor(syntax: CsvSyntax) {
    this.follower = new QuoteFollower(syntax);
  }

  mixIn(chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      const kind = this.follower.step(byte);
      if (this.isAfterCr) this.found.add(kind === SECOND_HALF ? 'CR LF' : 'CR');
      this.isAfterCr = kind === RECORD_END && byte === CR;
      if (kind === RECORD_END && byte === LF) this.found.add('LF');
      if (this.found.size > 1) return true;
    }
    return false;
  }

  mixAtEnd(): boolean {
    return this.isAfterCr && !this.found.has('CR') && this.found.size > 0;
  }
}
