// Owns the plain copy of a text that DuckDB cannot read as it is: unpacked, in UTF-8, without NUL, where asked with one
// kind of line end. The copy has the lines of the text.
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { createTextStream } from './encoding';
import { bytesOf, type ByteOptions } from './fileBytes';
import { repairer, type Repair } from './lineEnds';

/** Found while a copy was made. */
export interface Found {
  readonly count: number;
  /** Where the first one was, as an offset in the copy. */
  readonly firstByte: number;
}

export interface CopyReport {
  /** NUL characters, left out. */
  readonly nuls: Found;
  /** What is no character of the encoding, now U+FFFD. */
  readonly bad: Found;
}

export interface CopyOptions extends ByteOptions {
  readonly encoding: string;
  readonly repair?: Repair | undefined;
}

const REPLACEMENT = Buffer.from('\uFFFD');
const NUL = Buffer.of(0);
const NONE: Found = { count: 0, firstByte: 0 };

/**
 * @param target where the copy goes; what is left there after an error is the caller's to remove
 * @throws BenchError io.copyFailed (disk full, ...), data.damagedArchive, data.unreadable
 */
export async function writePlainCopy(
  path: string,
  target: string,
  options: CopyOptions,
): Promise<CopyReport> {
  // Only the owner may read it: the file it comes from may be private.
  const file = await open(target, 'w', 0o600).catch((cause: unknown) => {
    throw copyFailed(path, target, cause);
  });
  try {
    return await copyInto(file, path, target, options);
  } finally {
    await file.close();
  }
}

async function copyInto(
  file: FileHandle,
  path: string,
  target: string,
  options: CopyOptions,
): Promise<CopyReport> {
  const text = createTextStream(options.encoding);
  const repair = options.repair === undefined ? undefined : repairer(options.repair);
  let written = 0;
  let nuls = NONE;
  let bad = NONE;
  const write = async (piece: string): Promise<void> => {
    if (piece === '') return;
    const bytes = Buffer.from(repair?.(Buffer.from(piece)) ?? piece);
    bad = noted(bad, REPLACEMENT, bytes, written);
    nuls = noted(nuls, NUL, bytes, written);
    const clean = bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes;
    await writeAll(file, clean).catch((cause: unknown) => {
      throw copyFailed(path, target, cause);
    });
    written += clean.length;
  };
  for await (const chunk of bytesOf(path, options)) await write(text.write(chunk));
  await write(text.end());
  return { nuls, bad };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
}

/** Counts what was found in a piece of the copy, from which NULs will be left out. */
function noted(found: Found, what: Buffer, piece: Buffer, written: number): Found {
  let at = piece.indexOf(what);
  if (at < 0) return found;
  const firstByte =
    found.count === 0 ? written + piece.subarray(0, at).filter((byte) => byte !== 0).length : found.firstByte;
  let { count } = found;
  for (; at >= 0; at = piece.indexOf(what, at + what.length)) count++;
  return { count, firstByte };
}

function copyFailed(path: string, target: string, cause: unknown): BenchError {
  const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  const message = isFull
    ? l10n.t(
        'The disk is full: "{0}" is read through a plain copy in "{1}", which needs as much room as its text. Free some room there, or set another folder for temporary files.',
        basename(path),
        tmpdir(),
      )
    : l10n.t(
        '"{0}" is read through a plain copy, which cannot be written to "{1}": {2}. Check the folder for temporary files.',
        basename(path),
        target,
        cause instanceof Error ? cause.message : String(cause),
      );
  return new BenchError('io.copyFailed', message, { details: { path }, cause });
}
