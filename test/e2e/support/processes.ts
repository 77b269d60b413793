// Owns ending a process of a journey's own editor: found by the journey's unique folder on its command line.
import fs from 'node:fs';
import path from 'node:path';

/**
 * Kills the data process of the editor that shows a workspace.
 * @param folder the workspace's folder; the extension lies beside it
 * @throws Error when there is none
 */
export function endDataProcess(folder: string): void {
  const own = path.dirname(folder);
  const pid = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        const line = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return line.includes(own) && line.includes('dataWorker.js');
      } catch {
        return false;
      }
    });
  if (pid === undefined) throw new Error(`No data process of ${own} runs.`);
  process.kill(Number(pid), 'SIGKILL');
}
