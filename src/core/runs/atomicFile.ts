// Owns the atomic replacement of a file: a reader sees the old content or the new, never a part, whatever dies when.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Ends the names of files that are not finished. A leftover one is rubbish of a process that died. */
export const PARTIAL_SUFFIX = '.partial';

let writes = 0;

/**
 * Temp file + fsync + rename + fsync of the folder. Costs two disk flushes.
 * @throws the system's error (ENOSPC, EIO, ...), with the old file untouched and no temp file left; only when the folder
 * itself cannot be flushed (EIO) the new file is there already
 */
export async function writeFileAtomic(
  file: string,
  data: Uint8Array | string,
  options: { mode?: number } = {},
): Promise<void> {
  await throughPartial(file, async (partial) => {
    const handle = await fs.open(partial, 'w', options.mode ?? 0o666);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/**
 * As writeFileAtomic, for a file that others write piece by piece.
 * @param produce writes the whole file under the name it is given, in the folder of `file`
 */
export async function produceFileAtomic<T>(
  file: string,
  produce: (partial: string) => Promise<T>,
): Promise<T> {
  return throughPartial(file, async (partial) => {
    const result = await produce(partial);
    const handle = await fs.open(partial, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return result;
  });
}

/** @param write leaves the file under the name it is given, flushed */
async function throughPartial<T>(file: string, write: (partial: string) => Promise<T>): Promise<T> {
  // The name is this writer's own: two processes that replace the same file never share a temp file.
  const partial = `${file}.${process.pid}-${++writes}${PARTIAL_SUFFIX}`;
  let result: T;
  try {
    result = await write(partial);
    await fs.rename(partial, file);
  } catch (error) {
    await fs.rm(partial, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
  return result;
}

/** Not every file system can flush a folder (network, FUSE), nor may everybody open one; the rename has happened. */
const CANNOT_SYNC = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EBADF',
  'EISDIR',
  'EACCES',
  'EPERM',
]);

/** Makes a rename durable. Windows has no folder handles to flush; there the rename itself is enough. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: fs.FileHandle | undefined;
  try {
    handle = await fs.open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!CANNOT_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}
