// Owns the places of temporary files: plain copies, rows of large files, what databases spill. Each is removed with its
// owner, at the end of the process, or, when that was killed, by the next process that makes one.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../process/processIdentity';

const NAME = /^model-bench-(?:copy|spill)-(\d+)-/;
const inUse = new Set<string>();
let isPrepared = false;

/** A free path for a copy, in the folder for temporary files; `removeCopy` ends it. */
export function copyPath(): Promise<string> {
  return pathFor('copy');
}

async function pathFor(use: 'copy' | 'spill'): Promise<string> {
  if (!isPrepared) {
    isPrepared = true;
    process.once('exit', () => {
      for (const path of inUse) removeAtExit(path);
    });
    await removeOrphans();
  }
  const path = join(tmpdir(), `model-bench-${use}-${process.pid}-${randomUUID()}`);
  inUse.add(path);
  return path;
}

let privateFolder: Promise<string> | undefined;

/**
 * A folder that only this user may look into, for what a database spills: it holds cells of the file. One for the process;
 * it goes as copies do.
 */
export function spillFolder(): Promise<string> {
  privateFolder ??= pathFor('spill').then(async (path) => {
    // Where that fails, so will spilling, and only that.
    await mkdir(path, { mode: 0o700 }).catch(() => undefined);
    return path;
  });
  return privateFolder;
}

function removeAtExit(path: string): void {
  try {
    rmSync(path, { force: true, recursive: true });
  } catch {
    // Windows lets nobody remove what is open: the next process does.
  }
}

export function removeCopy(path: string): void {
  if (!inUse.delete(path)) return;
  rm(path, { force: true }).catch(() => inUse.add(path));
}

/** Copies of processes that were killed. */
async function removeOrphans(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isSafeInteger(pid) && !isAlive(pid)) {
      await rm(join(tmpdir(), name), { force: true, recursive: true }).catch(() => undefined);
    }
  }
}
