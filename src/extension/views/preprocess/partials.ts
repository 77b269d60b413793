// Owns the unfinished files that a killed data process leaves beside an export.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isAlive } from '../../../core/process/processIdentity';

/** Removes those of processes that are gone. Others are still being written. */
export async function removeDeadPartials(output: string): Promise<void> {
  const folder = path.dirname(output);
  const start = `${path.basename(output)}.`;
  for (const name of await fs.readdir(folder).catch(() => [])) {
    if (!name.startsWith(start)) continue;
    // As atomicFile.ts names them: the writer's pid and a count; an intermediate form has a word behind.
    const [, pid] = /^(\d+)-\d+\.partial(?:\.[a-z0-9]+)?$/.exec(name.slice(start.length)) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await fs.rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }
}
