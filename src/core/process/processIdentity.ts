// Owns the answer to "is that pid still the process we mean?". A pid alone is not an identity: pids are reused.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  // 0 and below mean process groups.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process started, as text that only this process of this boot has; empty when the system does not tell.
 * Linux reads /proc (0.1 ms); macOS and Windows ask a system tool (10 ms and ~300 ms).
 */
export async function processStart(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') {
      const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
      // The command in parentheses may hold spaces; fields are counted behind it. 22 = starttime, 3 = state.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return '';
      const boot = (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
      return `${boot}:${fields[19] ?? ''}`;
    }
    if (process.platform === 'win32') {
      const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      return (
        await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script])
      ).stdout.trim();
    }
    return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}

/** True only when the pid is alive and is the very process that started then. Unknown is false. */
export async function isSameProcess(pid: number, start: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return start !== '' && (await processStart(pid)) === start;
}
