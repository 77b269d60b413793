// Owns texts as small numbers: a column of ten million cells with few different texts, without a string for each.
import { integers } from '../data/numberBuffer';

/** The text of a row is names[codes[row]]; a code of -1 is missing. Names in the order in which they first appear. */
export interface CodedTexts {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

/** Collects texts chunk by chunk. */
export class TextCoder {
  private readonly codeOf = new Map<string, number>();
  private readonly codes = integers();

  /** What is no string is missing. */
  append(texts: readonly unknown[]): void {
    const codes = texts.map((text) => {
      if (typeof text !== 'string') return -1;
      const known = this.codeOf.get(text);
      if (known !== undefined) return known;
      const code = this.codeOf.size;
      this.codeOf.set(text, code);
      return code;
    });
    this.codes.append(codes, -1);
  }

  coded(): CodedTexts {
    return { codes: this.codes.values(), names: [...this.codeOf.keys()] };
  }
}

export function codeTexts(texts: readonly (string | null)[]): CodedTexts {
  const coder = new TextCoder();
  coder.append(texts);
  return coder.coded();
}
