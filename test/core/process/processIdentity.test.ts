// A pid alone is not an identity: a process counts only with the time it started.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive, isSameProcess, processStart } from '../../../src/core/process/processIdentity';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

describe('a process', () => {
  it('is itself, by pid and start', async () => {
    const start = await processStart(process.pid);
    expect(start).not.toBe('');
    expect(await processStart(process.pid)).toBe(start);
    expect(isAlive(process.pid)).toBe(true);
    expect(await isSameProcess(process.pid, start)).toBe(true);
  });

  it('that lives under a pid we know but started at another time is not ours', async () => {
    const { pid } = await sleeper();
    expect(isAlive(pid)).toBe(true);
    expect(await isSameProcess(pid, await processStart(process.pid))).toBe(false);
    expect(await isSameProcess(pid, `${await processStart(pid)}0`)).toBe(false);
  });

  it('of which no start is known is not taken for ours', async () => {
    const { pid } = await sleeper();
    expect(await isSameProcess(pid, '')).toBe(false);
  });

  it('that ended is gone', async () => {
    const child = await sleeper();
    const start = await processStart(child.pid);
    expect(await isSameProcess(child.pid, start)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(child.pid)).toBe(false);
    expect(await processStart(child.pid)).toBe('');
    expect(await isSameProcess(child.pid, start)).toBe(false);
  });

  it('is never what 0, a negative or a broken number names: those are groups', async () => {
    for (const pid of [0, -1, -process.pid, NaN, 1.5]) {
      expect(isAlive(pid)).toBe(false);
      expect(await isSameProcess(pid, await processStart(process.pid))).toBe(false);
    }
  });
});
