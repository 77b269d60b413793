// The data process as the extension host uses it: the real program, killed in the middle of its work.
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../../src/shared/errors';
import { DataClient, type DataProgram } from '../../../src/extension/process/dataClient';
import { csvFolder } from '../../core/data/tempCsv';
import { buildDataWorker, type BuiltWorker } from '../../support/dataWorker';

const csv = csvFolder();

/** Large enough that a profile takes several hundred milliseconds. */
const LARGE = [
  Array.from({ length: 15 }, (_, j) => `c${j}`).join(','),
  ...Array.from({ length: 12_000 }, (_, i) =>
    Array.from({ length: 15 }, (_, j) => ((i * (j + 7)) % 9973) / 7).join(','),
  ),
].join('\n');

let worker: BuiltWorker;
beforeAll(async () => {
  worker = await buildDataWorker('client');
});
afterAll(() => worker.remove());

let log: string[];
let client: DataClient;
beforeEach(() => {
  log = [];
  client = start();
});
afterEach(() => client.dispose());

function start(
  program: () => DataProgram = () => ({ node: process.execPath, script: worker.script, l10nBundle: {} }),
): DataClient {
  return new DataClient(program, { info: (line) => void log.push(line) });
}

/** Pids of the processes that were started. */
const pids = (): number[] =>
  log.flatMap((line) => /^data process (\d+) started$/.exec(line)?.slice(1).map(Number) ?? []);

describe('the client of the data process', () => {
  it('tells all that was asked that the process was killed, in one line, and starts a new one', async () => {
    const large = await csv.write(LARGE);
    const small = await csv.write('a,b\n1,x\n2,y');
    const progress: string[] = [];
    client.onDidProgress(({ path: of }) => void progress.push(of));
    const asked = [
      client.request('profile', { path: large }),
      client.request('targets', { path: large }),
    ].map((answer) => answer.catch((error: unknown) => error));
    await expect.poll(() => progress.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
    process.kill(pids()[0]!, 'SIGKILL');
    const [first, second] = await Promise.all(asked);
    expect(first).toMatchObject({
      code: 'data-worker.died',
      message: 'The data process ended: SIGKILL. Try again, or see the log.',
    });
    // One end, one error: a tab tells it once.
    expect(second).toBe(first);
    expect((await client.request('profile', { path: small })).rows).toBe(2);
    expect(new Set(pids()).size).toBe(2);
  });

  it('says when the program cannot be started, and tries anew', async () => {
    let node = path.join(path.dirname(worker.script), 'no-node');
    client.dispose();
    client = start(() => ({ node, script: worker.script, l10nBundle: {} }));
    const file = await csv.write('a,b\n1,x');
    await expect(client.request('profile', { path: file })).rejects.toMatchObject({
      code: 'data-worker.died',
      message: expect.stringContaining('ENOENT') as string,
    });
    node = process.execPath;
    expect((await client.request('profile', { path: file })).rows).toBe(1);
  });

  it('answers with the reason when nothing may be started', async () => {
    client.dispose();
    client = start(() => {
      throw new BenchError('data-worker.untrusted', 'Trust this workspace first.');
    });
    await expect(client.request('profile', { path: 'x' })).rejects.toMatchObject({
      code: 'data-worker.untrusted',
    });
    expect(log).toEqual([]);
  });

  it('ends its process with itself', async () => {
    await client.request('profile', { path: await csv.write('a\n1') });
    client.dispose();
    await expect.poll(() => log.at(-1), { timeout: 5000 }).toMatch(/^data process ended: /);
  });
});
