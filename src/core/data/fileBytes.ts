// Owns the bytes of a file as a stream, unpacked: plain, gzip or zstd, told apart by their first bytes. Holds one chunk
// at a time; knows nothing of what the bytes mean.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { Decompress } from 'fzstd';
import { throwIfAborted } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import type { Dialect } from '../../shared/schema/profile';
import type { QueryOptions } from './database';

export type Compression = Dialect['compression'];

export interface ByteOptions extends QueryOptions {
  readonly compression: Compression;
  /** Bytes read from disk at a time. */
  readonly chunkBytes?: number | undefined;
  /** Of the file, for progress. */
  readonly sizeBytes?: number | undefined;
}

const CHUNK_BYTES = 1 << 20;

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** @param head the first bytes of a file, 4 at least where it has so many */
export function compressionOf(head: Uint8Array): Compression {
  return MAGIC.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0] ?? 'none';
}

/**
 * The bytes in order, in chunks of any length.
 * @throws BenchError data.damagedArchive, data.unreadable
 */
export async function* bytesOf(path: string, options: ByteOptions): AsyncGenerator<Uint8Array> {
  const { compression, signal, onProgress, sizeBytes = 0, chunkBytes = CHUNK_BYTES } = options;
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const chunks = unpacked(file, compression, chunkBytes);
  let lastTold = 0;
  try {
    for await (const chunk of chunks) {
      throwIfAborted(signal);
      if (onProgress !== undefined && file.bytesRead - lastTold > sizeBytes / 100) {
        lastTold = file.bytesRead;
        onProgress(Math.min(1, file.bytesRead / sizeBytes));
      }
      yield chunk;
    }
  } catch (error) {
    throw error instanceof BenchError ? error : readError(path, compression, error);
  } finally {
    file.destroy();
  }
}

/** The first bytes, unpacked; fewer than asked for only where the file ends. */
export async function firstBytes(path: string, length: number, compression: Compression): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of bytesOf(path, { compression, chunkBytes: Math.min(length, CHUNK_BYTES) })) {
    chunks.push(chunk);
    total += chunk.length;
    if (total >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

function unpacked(file: Readable, compression: Compression, chunkBytes: number): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'none':
      return file;
    case 'gzip':
      return through(file, createGunzip({ chunkSize: Math.max(64, chunkBytes) }));
    case 'zstd':
      return zstdChunks(file);
  }
}

function through(file: Readable, transform: Transform): AsyncIterable<Uint8Array> {
  file.on('error', (error) => transform.destroy(error));
  file.on('close', () => {
    // Left early: else the other half waits for more. After the end it has all it needs.
    if (!file.readableEnded) transform.destroy();
  });
  return file.pipe(transform);
}

/** Not Node's own, which it has from 22.15 on: that one ends with the first of several frames, without a word (24.21). */
async function* zstdChunks(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => {
    if (chunk.length > 0) ready.push(chunk);
  });
  for await (const chunk of file) {
    // It keeps what it was given, and Node's buffers are shared.
    decoder.push(Uint8Array.from(chunk));
    const done = ready;
    ready = [];
    yield* done;
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}

function readError(path: string, compression: Compression, cause: unknown): BenchError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const isFromSystem = cause instanceof Error && 'syscall' in cause;
  if (isFromSystem || compression === 'none') {
    return new BenchError('data.unreadable', l10n.t('"{0}" cannot be read: {1}.', path, why), {
      details: { path },
      cause,
    });
  }
  return new BenchError(
    'data.damagedArchive',
    l10n.t(
      '"{0}" is damaged or cut off: expected a whole {1} file, found: {2}. Get the file again.',
      basename(path),
      compression,
      why,
    ),
    { details: { path }, cause },
  );
}
