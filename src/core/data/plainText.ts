// Owns the text of a file as DuckDB can read it: the file itself where it is plain UTF-8, else a copy, made once, with
// what was found on the way. Checks the whole file; what its head said may turn out to be wrong.
import { isAscii, isUtf8 } from 'node:buffer';
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../shared/disposable';
import type { DataIssue } from '../../shared/schema/profile';
import { sampleNonAscii, type FileHead, type OpenOptions } from './csvFile';
import type { QueryOptions } from './database';
import { detectEncoding, openBytes, type EncodingChoice } from './encoding';
import { bytesOf } from './fileBytes';
import type { Repair } from './lineEnds';
import { writePlainCopy, type CopyReport } from './plainCopy';
import { copyPath, removeCopy } from './tempPaths';
import { lineOfByte } from './rowLines';

export interface PlainText {
  /** UTF-8 without NUL, not packed; its lines are those of the text. */
  readonly path: string;
  readonly encoding: EncodingChoice;
  /** Nowhere stands `_` between digits: DuckDB reads 1_000 as a number, which it is not here. */
  readonly isFreeOfGroups: boolean;
  /** What was left out or replaced. */
  readonly issues: readonly DataIssue[];
}

export interface PlainTextOptions extends QueryOptions {
  /** Given: DuckDB could not read the text as it is. */
  readonly repair?: Repair | undefined;
}

export interface PlainTextSource extends Disposable {
  /**
   * @throws BenchError io.copyFailed, data.damagedArchive, data.unreadable
   */
  get(options: PlainTextOptions): Promise<PlainText>;
}

/** @param chunkBytes read at a time */
export function plainTextOf(
  head: FileHead,
  open: Pick<OpenOptions, 'defaultEncoding' | 'reading'>,
  chunkBytes?: number,
): PlainTextSource {
  let plain: PlainText | undefined;
  let isRepaired = false;
  let copy: string | undefined;
  const dropCopy = (): void => {
    if (copy !== undefined) removeCopy(copy);
    copy = undefined;
  };
  const write = async (encoding: string, options: PlainTextOptions): Promise<CopyReport> => {
    dropCopy();
    const target = await copyPath();
    copy = target;
    const { path, compression, sizeBytes } = head;
    const { signal, onProgress, repair } = options;
    return writePlainCopy(path, target, {
      compression,
      encoding,
      repair,
      chunkBytes,
      sizeBytes,
      signal,
      // What goes before, where anything does, is a small part.
      onProgress: part(onProgress, 0.2, 1),
    });
  };
  const make = async (options: PlainTextOptions): Promise<PlainText> => {
    const { path, compression } = head;
    const { signal, onProgress } = options;
    const finish = async (encoding: EncodingChoice, report: CopyReport): Promise<PlainText> => {
      const target = copy ?? path;
      const issues = await issuesOf(report, target, encoding, options);
      return { path: target, encoding, isFreeOfGroups: false, issues };
    };
    // A packed file is checked as it is unpacked.
    if (compression !== 'none' && head.encoding.encoding === 'utf-8') {
      const report = await write('utf-8', options);
      if (report.bad.count === 0) return finish(head.encoding, report);
    }
    const check = await encodingOfAll(head, open, {
      chunkBytes,
      signal,
      onProgress: part(onProgress, 0, 0.2),
    });
    const { encoding, isValid, hasNul, isFreeOfGroups } = check;
    const isAsItIs = isValid && !hasNul && compression === 'none' && options.repair === undefined;
    if (isAsItIs) return { path, encoding, isFreeOfGroups, issues: [] };
    const report = await write(encoding.encoding, options);
    // A valid text may have U+FFFD of its own.
    return finish(encoding, isValid ? { ...report, bad: NOTHING } : report);
  };
  return {
    async get(options) {
      const isWanted = options.repair !== undefined;
      if (plain !== undefined && (isRepaired || !isWanted)) return plain;
      plain = undefined;
      try {
        plain = await make(options);
      } catch (error) {
        dropCopy();
        throw error;
      }
      isRepaired = isWanted;
      return plain;
    },
    dispose: dropCopy,
  };
}

/** Progress of a part of the work as progress of the whole. */
export function part(
  onProgress: ((fraction: number) => void) | undefined,
  from: number,
  to: number,
): ((fraction: number) => void) | undefined {
  return onProgress && ((fraction) => onProgress(from + fraction * (to - from)));
}

/** Work may be begun anew, and a query that follows another starts at 0: what people see never falls. */
export function rising(
  onProgress: ((fraction: number) => void) | undefined,
): ((fraction: number) => void) | undefined {
  let most = 0;
  return (
    onProgress &&
    ((fraction) => {
      most = Math.max(most, fraction);
      onProgress(most);
    })
  );
}

const NOTHING = { count: 0, firstByte: 0 };

interface Check {
  readonly encoding: EncodingChoice;
  /** Every byte is UTF-8. */
  readonly isValid: boolean;
  readonly hasNul: boolean;
  readonly isFreeOfGroups: boolean;
}

interface CheckOptions extends QueryOptions {
  readonly chunkBytes: number | undefined;
}

/** Reads the whole file where its head looked like UTF-8. */
async function encodingOfAll(
  head: FileHead,
  open: Pick<OpenOptions, 'defaultEncoding' | 'reading'>,
  options: CheckOptions,
): Promise<Check> {
  const { path, compression, encoding, sizeBytes } = head;
  if (encoding.encoding !== 'utf-8') {
    return { encoding, isValid: false, hasNul: false, isFreeOfGroups: false };
  }
  let rest: Uint8Array = new Uint8Array(0);
  let hasNul = false;
  let isValid = true;
  let isFreeOfGroups = true;
  for await (const chunk of bytesOf(path, { compression, sizeBytes, ...options })) {
    hasNul ||= chunk.includes(0);
    isFreeOfGroups &&= !mayHaveGroups(chunk);
    if (rest.length === 0 && isAscii(chunk)) continue;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.subarray(0, bytes.length - openBytes(bytes));
    isValid = isUtf8(whole);
    if (!isValid) break;
    rest = bytes.slice(whole.length);
  }
  if (isValid && rest.length === 0) return { encoding, isValid: true, hasNul, isFreeOfGroups };
  const found = { isValid: false, hasNul, isFreeOfGroups: false };
  if (open.reading.encoding !== 'auto') return { encoding, ...found };
  const sample = await sampleNonAscii(path, compression, Infinity, options.signal);
  return { encoding: detectEncoding(sample, open.defaultEncoding), ...found };
}

/** 1_000. At the end of a piece one cannot tell. */
function mayHaveGroups(piece: Uint8Array): boolean {
  const mayBeDigit = (byte: number | undefined): boolean => byte === undefined || (byte >= 48 && byte <= 57);
  for (let at = piece.indexOf(UNDERSCORE); at >= 0; at = piece.indexOf(UNDERSCORE, at + 1)) {
    if (mayBeDigit(piece[at - 1]) && mayBeDigit(piece[at + 1])) return true;
  }
  return false;
}

const UNDERSCORE = 0x5f;

async function issuesOf(
  { nuls, bad }: CopyReport,
  copy: string,
  { encoding }: EncodingChoice,
  { signal }: QueryOptions,
): Promise<DataIssue[]> {
  const issues: DataIssue[] = [];
  if (nuls.count > 0) {
    const line = await lineOfByte(copy, nuls.firstByte, signal);
    const message = l10n.t(
      'NUL characters are left out: {0}, the first on line {1}. They are no text: look where the file comes from.',
      nuls.count,
      line,
    );
    issues.push({ severity: 'warning', code: 'data.nulCharacters', message, line, count: nuls.count });
  }
  if (bad.count > 0) {
    const line = await lineOfByte(copy, bad.firstByte, signal);
    const message = l10n.t(
      'Line {0} has bytes that are no {1} text; they are shown as \uFFFD. Places like this: {2}. Choose another encoding where texts look wrong.',
      line,
      encoding,
      bad.count,
    );
    issues.push({ severity: 'warning', code: 'data.badCharacters', message, line, count: bad.count });
  }
  return issues;
}
