// Owns which encoding a text is in, why, and its decoding as a stream. Sees bytes, never a file.
import { isAscii, isUtf8 } from 'node:buffer';
import * as l10n from '@vscode/l10n';
import { analyse } from 'chardet';
import * as iconv from 'iconv-lite';
import { ENCODINGS } from '../../shared/schema/reading';
import { SCORED } from './encodingScores';

export interface EncodingChoice {
  /** One of ENCODINGS where it is one of them, else a name that iconv-lite knows. */
  readonly encoding: string;
  /** In the reader's language. */
  readonly reason: string;
}

/** Decodes piece by piece: a character may be split between two pieces. What is no character becomes U+FFFD. */
export interface TextStream {
  write(bytes: Uint8Array): string;
  end(): string;
}

const BOMS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
];

/** The best guess must be this plausible, and this much more than the next one, to stand against files.encoding. */
const MIN_SCORE = 0.6;
const MIN_LEAD = 0.2;
/** Within this, two guesses are as plausible: frequencies of whole languages (chardet) decide. */
const TIE = 0.1;
/** Fewer characters than this say nothing of a language. */
const MIN_CHARACTERS = 20;

/** Known by their first bytes: a byte order mark, or every other byte 0. */
export function encodingByFirstBytes(head: Uint8Array, isWhole: boolean): EncodingChoice | undefined {
  const mark = BOMS.find(([, bom]) => bom.every((byte, at) => head[at] === byte));
  if (mark !== undefined) {
    return { encoding: mark[0], reason: l10n.t('{0}, by its byte order mark.', mark[0]) };
  }
  const wide = utf16WithoutMark(head, isWhole);
  return wide && { encoding: wide, reason: l10n.t('{0}: every other byte is 0.', wide) };
}

/** ASCII characters in UTF-16 have a 0 in one of their two bytes, and always in the same one. */
function utf16WithoutMark(head: Uint8Array, isWhole: boolean): 'utf-16le' | 'utf-16be' | undefined {
  if (isWhole && head.length % 2 === 1) return undefined;
  const units = head.length >> 1;
  const zeros = [0, 0];
  const lineFeeds = [0, 0];
  for (let at = 0; at < units * 2; at++) {
    if (head[at] !== 0) continue;
    const half = at & 1;
    zeros[half] = (zeros[half] ?? 0) + 1;
    const other = head[at ^ 1];
    if (other === 10 || other === 13) lineFeeds[half] = (lineFeeds[half] ?? 0) + 1;
  }
  for (const [half, encoding] of [
    [1, 'utf-16le'],
    [0, 'utf-16be'],
  ] as const) {
    const [own, others] = [zeros[half] ?? 0, zeros[1 - half] ?? 0];
    // The frequent 一 has a 0 in the other byte.
    if (own < 2 || others > own / 4) continue;
    // Chinese has few zeros, but its lines end and its cells are parted by ASCII.
    if (own >= units * 0.3 || (own >= units * 0.02 && hasMostLineFeeds(head, lineFeeds[half] ?? 0))) {
      return encoding;
    }
  }
  return undefined;
}

/** A text of bytes with a few 0 in it has line feeds beside other bytes than 0. */
function hasMostLineFeeds(head: Uint8Array, beside0: number): boolean {
  let all = 0;
  for (const byte of head) if (byte === 10 || byte === 13) all++;
  return beside0 > 0 && beside0 >= all * 0.8;
}

/** Whether bytes are UTF-8. @param isCut they may end within a character */
export function isUtf8Text(bytes: Uint8Array, isCut: boolean): boolean {
  return isUtf8(isCut ? bytes.subarray(0, bytes.length - openBytes(bytes)) : bytes);
}

/** Bytes at the end of a chunk that belong to a character which goes on in the next one (0 to 3). */
export function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

interface Guess {
  readonly encoding: string;
  readonly score: number;
  readonly characters: number;
}

/**
 * The encoding of a text that is not, or not all, UTF-8.
 * @param sample bytes around those that are not ASCII
 * @param defaultEncoding taken when the bytes do not say; a name of VS Code's `files.encoding`
 */
export function detectEncoding(sample: Uint8Array, defaultEncoding: string | undefined): EncodingChoice {
  if (isDamagedUtf8(sample)) {
    return { encoding: 'utf-8', reason: l10n.t('utf-8, though some bytes are damaged.') };
  }
  const guesses = Object.entries(SCORED)
    .map(([encoding, weigh]): Guess => ({ encoding, ...weigh(sample) }))
    .sort((a, b) => b.score - a.score);
  const [best, next] = guesses;
  const fallback = canonicalEncoding(defaultEncoding ?? 'utf-8');
  if (best === undefined || next === undefined) return { encoding: 'windows-1252', reason: '' };
  const isSure = best.score >= MIN_SCORE && best.score - next.score >= MIN_LEAD;
  if (!isSure && fallback !== undefined && fallback !== 'utf-8' && canDecode(sample, fallback)) {
    const reason = l10n.t(
      '{0}, as files.encoding says: the file is not UTF-8, and its bytes could be {1} or {2}.',
      fallback,
      best.encoding,
      next.encoding,
    );
    return { encoding: fallback, reason };
  }
  const chosen = chosenOf(guesses, best, sample);
  const encoding = chosen === 'windows-1252' ? latinName(sample) : chosen;
  const reason = isSure
    ? l10n.t('{0}: the file is not UTF-8, and its bytes read as such text.', encoding)
    : l10n.t(
        '{0}: the file is not UTF-8, and this is the likeliest. Choose another encoding where texts look wrong.',
        encoding,
      );
  return { encoding, reason };
}

/** Latin-1 has no characters from 0x80 to 0x9f, where Windows has quotes and dashes; the rest is the same. */
function latinName(sample: Uint8Array): string {
  return sample.some((byte) => byte >= 0x80 && byte <= 0x9f) ? 'windows-1252' : 'iso-8859-1';
}

/** By plausibility; between equals by chardet's frequencies of whole languages, which need a longer text. */
function chosenOf(guesses: readonly Guess[], best: Guess, sample: Uint8Array): string {
  if (best.characters < 4) return preferred(guesses, best);
  const found = analyse(sample).filter(({ confidence }) => confidence >= 10);
  const equals = guesses.filter(({ score }) => score >= best.score - TIE).map(({ encoding }) => encoding);
  const confirmed = found.find(({ name }) => equals.includes(canonicalEncoding(name) ?? ''));
  if (equals.length > 1 && confirmed !== undefined && confirmed === found[0]) {
    return canonicalEncoding(confirmed.name) ?? best.encoding;
  }
  if (best.encoding === 'windows-1252' && best.characters >= MIN_CHARACTERS) {
    return otherLatin(found) ?? best.encoding;
  }
  return preferred(guesses, best);
}

/** Central European, Baltic or Turkish, where chardet is far from sure of Western. */
function otherLatin(found: ReturnType<typeof analyse>): string | undefined {
  const [first] = found;
  if (first === undefined || !/^windows-125[0479]$|^ISO-8859-[29]$/.test(first.name)) return undefined;
  const western = found.find(({ name }) => name === 'windows-1252' || name === 'ISO-8859-1');
  return first.confidence - (western?.confidence ?? 0) >= 10 ? canonicalEncoding(first.name) : undefined;
}

/** The order of SCORED decides between equals. */
function preferred(guesses: readonly Guess[], best: Guess): string {
  const isEqual = new Set(
    guesses.filter(({ score }) => score >= best.score - 1e-9).map(({ encoding }) => encoding),
  );
  return Object.keys(SCORED).find((encoding) => isEqual.has(encoding)) ?? best.encoding;
}

/** Many whole characters of UTF-8 for one that is broken: no other encoding looks so. */
function isDamagedUtf8(sample: Uint8Array): boolean {
  let bad = 0;
  let good = 0;
  for (const character of new TextDecoder('utf-8').decode(sample)) {
    if (character === '\uFFFD') bad++;
    else if (character > '\x7f') good++;
  }
  return good >= 10 * bad && good > 0;
}

function canDecode(sample: Uint8Array, encoding: string): boolean {
  const text = createTextStream(encoding);
  return !(text.write(sample) + text.end()).includes('\uFFFD');
}

const CANONICAL: ReadonlyMap<string, string> = new Map([
  ...ENCODINGS.map((name) => [name.replaceAll(/[^a-z0-9]/g, ''), name] as const),
  ['utf8bom', 'utf-8'],
  ['ascii', 'utf-8'],
  ['gbk', 'gb18030'],
  ['gb2312', 'gb18030'],
  ['cp936', 'gb18030'],
  ['big5hkscs', 'big5'],
  ['cp950', 'big5'],
  ['sjis', 'shift_jis'],
  ['cp932', 'shift_jis'],
  ['latin1', 'iso-8859-1'],
  ['cp1252', 'windows-1252'],
  ['win1252', 'windows-1252'],
]);

/** A name of ENCODINGS, or one in lower case that can be decoded. */
export function canonicalEncoding(name: string): string | undefined {
  const lower = name.toLowerCase();
  const known = CANONICAL.get(lower.replaceAll(/[^a-z0-9]/g, ''));
  return known ?? (iconv.encodingExists(lower) ? lower : undefined);
}

/** @param encoding as in EncodingChoice */
export function createTextStream(encoding: string): TextStream {
  if (/^utf-(8|16le|16be)$/.test(encoding)) {
    const decoder = new TextDecoder(encoding);
    return {
      write: (bytes) => decoder.decode(bytes, { stream: true }),
      end: () => decoder.decode(),
    };
  }
  const decoder = iconv.getDecoder(iconv.encodingExists(encoding) ? encoding : 'windows-1252');
  if (/^(utf|ucs)/.test(encoding)) {
    return {
      write: (bytes) => decoder.write(bufferOf(bytes)),
      end: () => decoder.end() ?? '',
    };
  }
  // iconv-lite 0.7.3 loses the end of a piece that begins within a character beyond the BMP: pieces are cut where no
  // character goes on, behind a byte that none of these encodings has in the second place.
  let held: Uint8Array = new Uint8Array(0);
  let isAtStart = true;
  return {
    write: (bytes) => {
      let whole = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      if (isAtStart && whole.length >= UTF8_MARK.length) {
        whole = withoutUtf8Mark(whole);
        isAtStart = false;
      }
      const cut = lastSeparator(whole) + 1;
      if (isAtStart || (cut === 0 && whole.length < MAX_HELD_BYTES)) {
        held = Uint8Array.from(whole);
        return '';
      }
      const end = cut === 0 ? whole.length : cut;
      held = Uint8Array.from(whole.subarray(end));
      return decoder.write(bufferOf(whole.subarray(0, end)));
    },
    end: () => decoder.write(bufferOf(held)) + (decoder.end() ?? ''),
  };
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];

/** Before a text of another encoding it is nothing but a mistake. */
export function withoutUtf8Mark(start: Uint8Array): Uint8Array {
  return UTF8_MARK.every((byte, at) => start[at] === byte) ? start.subarray(UTF8_MARK.length) : start;
}

/** Far more than any run of text without a space, a comma or an end of line. */
const MAX_HELD_BYTES = 1 << 20;

/** Space, punctuation and line ends before the digits are never the second byte of a character. */
function lastSeparator(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at >= 0 && (bytes[at] ?? 0) >= 0x30) at--;
  return at;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Bytes kept around those that are not ASCII, since letters beside them tell much. */
const CONTEXT_BYTES = 32;

/** Collects the parts of a file that are not ASCII, for detection; the same whatever the chunks. */
export class NonAsciiSample {
  private readonly kept: number[] = [];
  private before: number[] = [];
  private following = 0;

  constructor(private readonly limit: number) {}

  /** Not within a character. */
  get isFull(): boolean {
    const isAfterAscii = this.following < CONTEXT_BYTES;
    return this.kept.length >= this.limit && (isAfterAscii || this.kept.length >= this.limit * 2);
  }

  add(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.following === 0 && isAscii(chunk)) {
      // The context needs no more than the end of it.
      bytes = chunk.subarray(Math.max(0, chunk.length - CONTEXT_BYTES));
    }
    for (const byte of bytes) {
      if (this.isFull) return;
      this.addByte(byte);
    }
  }

  private addByte(byte: number): void {
    if (byte >= 0x80) {
      if (this.following === 0) {
        if (this.kept.length > 0) this.kept.push(10);
        this.kept.push(...this.before);
      }
      this.before = [];
      this.kept.push(byte);
      this.following = CONTEXT_BYTES;
    } else if (this.following > 0) {
      this.kept.push(byte);
      this.following--;
    } else {
      this.before.push(byte);
      if (this.before.length > CONTEXT_BYTES) this.before.shift();
    }
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.kept);
  }
}
