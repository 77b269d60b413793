// Runs on disk: made whole or not at all, listed as they are, repaired when their process died, never at another's cost.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunId } from '../../../src/shared/ids';
import type { RunSummary, TrainEvent } from '../../../src/shared/schema/run';
import { endpointFor } from '../../../src/core/process/endpoint';
import { isAlive, processStart } from '../../../src/core/process/processIdentity';
import { encodeRecord } from '../../../src/core/runs/eventLog';
import type { RunPaths } from '../../../src/core/runs/runFolder';
import { readExperimentOf, RunStore } from '../../../src/core/runs/runStore';
import { newSummary } from '../../../src/core/runs/summarise';
import { smallExperiment } from '../../support/runs';

const T0 = Date.UTC(2026, 10, 24, 9, 30, 12);
const HOUR = 3_600_000;

let folder: string;
let root: string;
let nowMs: number;
let store: RunStore;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-store-'));
  root = path.join(folder, '.modelbench', 'runs');
  nowMs = T0;
  store = new RunStore(root, { now: () => nowMs });
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  fs.rmSync(folder, { recursive: true, force: true });
});

const experiment = smallExperiment({ epochs: 5 });

function summaryOf(n: number): RunSummary {
  const at = T0 + 1000 * n;
  return newSummary({
    runId: createRunId(at, 'small', `00000${n}`),
    experiment,
    experimentPath: '/x.experiment.json',
    dataPath: '/d.csv',
    nowMs: at,
  });
}

async function create(n = 0): Promise<RunPaths> {
  return store.create(summaryOf(n), experiment);
}

const epoch = (n: number): TrainEvent => ({
  type: 'epoch',
  timeMs: T0 + n,
  epoch: n,
  step: 3 * n,
  train: { loss: 1 / n },
  validation: { loss: NaN },
  learningRate: 0.001,
  samplesPerSecond: 100,
  best: n === 2,
});
const finished: TrainEvent = {
  type: 'finished',
  timeMs: T0 + 9,
  reason: 'allEpochs',
  epoch: 3,
  bestEpoch: 2,
};

function log(paths: RunPaths, events: TrainEvent[], tail = ''): void {
  fs.writeFileSync(paths.log, Buffer.concat([...events.map(encodeRecord), Buffer.from(tail)]));
}

async function sleeper(): Promise<number> {
  child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child.pid!;
}

function writeLive(paths: RunPaths, pid: number, start: string): string {
  const endpoint = endpointFor('0123456789abcdef');
  fs.writeFileSync(paths.live, JSON.stringify({ pid, processStart: start, endpoint, token: 't' }));
  return endpoint;
}

describe('creating a run', () => {
  it('makes a folder with the config and the summary, and tells git once', async () => {
    const paths = await create();
    expect(fs.readdirSync(paths.folder).sort()).toEqual(['experiment.json', 'run.json']);
    expect(await readExperimentOf(paths.folder)).toEqual(experiment);
    expect(await store.read(paths.folder)).toEqual(summaryOf(0));
    const ignore = path.join(folder, '.modelbench', '.gitignore');
    expect(fs.readFileSync(ignore, 'utf8')).toBe('*\n');
    fs.writeFileSync(ignore, 'mine\n');
    await create(1);
    expect(fs.readFileSync(ignore, 'utf8')).toBe('mine\n');
  });

  it('writes no .gitignore beside a folder of another name', async () => {
    store = new RunStore(path.join(folder, 'elsewhere'), { now: () => nowMs });
    await create();
    expect(fs.readdirSync(folder)).toEqual(['elsewhere']);
  });

  it.each([
    ['the place of the runs is a file', () => fs.writeFileSync(path.join(folder, '.modelbench'), '')],
    [
      'the run is there already',
      () => fs.mkdirSync(path.join(root, summaryOf(0).runId, 'full'), { recursive: true }),
    ],
  ])('is all or nothing when %s', async (_why, prepare) => {
    prepare();
    const before = fs.readdirSync(folder, { recursive: true }).map(String).sort();
    await expect(create()).rejects.toMatchObject({ code: 'io.createRun' });
    const after = fs.readdirSync(folder, { recursive: true }).map(String).sort();
    expect(after.filter((name) => !name.endsWith('.gitignore'))).toEqual(before);
  });

  it('refuses an id that is no id: it would be a path', async () => {
    await expect(store.create({ ...summaryOf(0), runId: '../x' }, experiment)).rejects.toMatchObject({
      code: 'run.unknown',
    });
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('listing runs', () => {
  it('is empty where there are none', async () => {
    expect(await store.list()).toEqual({ runs: [], broken: [] });
  });

  it('has the newest first, and nothing that is no run', async () => {
    for (const n of [1, 3, 2]) await create(n);
    fs.writeFileSync(path.join(root, 'notes.txt'), '');
    fs.mkdirSync(path.join(root, 'mine'));
    const { runs, broken } = await store.list();
    expect(runs.map(({ summary }) => summary.runId)).toEqual([3, 2, 1].map((n) => summaryOf(n).runId));
    expect(runs[0]!.folder).toBe(path.join(root, summaryOf(3).runId));
    expect(broken).toEqual([]);
  });

  it.each([
    ['is cut', '{"version":1,'],
    ['is of another version', JSON.stringify({ ...summaryOf(1), version: 2 })],
    ['is missing', undefined],
  ])('shows a run whose run.json %s as broken, and the others', async (_why, text) => {
    const paths = await create(1);
    await create(2);
    if (text === undefined) fs.rmSync(paths.summary);
    else fs.writeFileSync(paths.summary, text);
    const { runs, broken } = await store.list();
    expect(runs).toHaveLength(1);
    expect(broken).toEqual([
      { folder: paths.folder, reason: expect.stringContaining(paths.summary) as string },
    ]);
  });

  it('removes what a died delete left, and what a died create left an hour ago', async () => {
    await create(1);
    const left = (name: string): string => {
      const at = path.join(root, name);
      fs.mkdirSync(at);
      fs.writeFileSync(path.join(at, 'run.json'), '{');
      return at;
    };
    const id = summaryOf(2).runId;
    const deleted = left(`${id}.deleted.partial`);
    const created = left(`${id}.partial`);
    const foreign = left('notes.partial');
    nowMs = fs.statSync(created).mtimeMs + 1000;
    expect((await store.list()).broken).toEqual([]);
    expect([deleted, created, foreign].map((at) => fs.existsSync(at))).toEqual([false, true, true]);
    nowMs += HOUR;
    await store.list();
    expect([created, foreign].map((at) => fs.existsSync(at))).toEqual([false, true]);
  });
});

describe('a run that says it is running', () => {
  it('is believed while it may still come up, and not for long', async () => {
    const { folder: at } = await create();
    nowMs = T0 + 1000;
    expect((await store.read(at)).state).toBe('running');
    nowMs = T0 + 60_000;
    expect(await store.read(at)).toMatchObject({ state: 'crashed', error: { code: 'run.crashed' } });
  });

  it('is not believed for hours because the clock was set back', async () => {
    const { folder: at } = await create();
    nowMs = T0 - HOUR;
    expect((await store.read(at)).state).toBe('crashed');
  });

  it('is believed while its process lives', async () => {
    const paths = await create();
    const pid = await sleeper();
    writeLive(paths, pid, await processStart(pid));
    nowMs += HOUR;
    expect((await store.read(paths.folder)).state).toBe('running');
    await expect(store.remove(paths.folder)).rejects.toMatchObject({ code: 'run.alive' });
    expect(fs.existsSync(paths.live)).toBe(true);
  });

  it('is crashed when its pid is somebody else now, who is left alone', async () => {
    const paths = await create();
    const pid = await sleeper();
    writeLive(paths, pid, `${await processStart(pid)}-older`);
    log(paths, [epoch(1), epoch(2)]);
    expect(await store.read(paths.folder)).toMatchObject({ state: 'crashed', epoch: 2, bestEpoch: 2 });
    expect(isAlive(pid)).toBe(true);
    expect(child?.exitCode).toBeNull();
    await store.remove(paths.folder);
    expect(isAlive(pid)).toBe(true);
  });

  it('is repaired from its log, and loses what only a process needs', async () => {
    const paths = await create();
    log(paths, [epoch(1), epoch(2), epoch(3)], '55 0000');
    fs.writeFileSync(paths.stderr, `${'x'.repeat(9000)}\nlast words\n`);
    const endpoint = writeLive(paths, 2 ** 22 + 7, 'gone');
    fs.writeFileSync(path.join(paths.folder, 'best.checkpoint.77-1.partial'), 'half');
    fs.mkdirSync(path.dirname(endpoint), { recursive: true, mode: 0o700 });
    fs.writeFileSync(endpoint, '');

    const summary = await store.read(paths.folder);
    expect(summary).toMatchObject({
      state: 'crashed',
      epoch: 3,
      step: 9,
      bestEpoch: 2,
      validation: { loss: NaN },
      endedMs: T0 + 3,
      experimentPath: '/x.experiment.json',
      warnings: [],
    });
    expect(summary.error?.message).toContain('epoch 3');
    expect(summary.stderrTail).toMatch(/x\nlast words$/);
    expect(summary.stderrTail!.length).toBeLessThanOrEqual(4096);
    expect(fs.readdirSync(paths.folder).sort()).toEqual([
      'events.log',
      'experiment.json',
      'run.json',
      'stderr.log',
    ]);
    expect(fs.existsSync(endpoint)).toBe(false);
    expect(await store.read(paths.folder)).toEqual(summary);
  });

  it('that died before it announced itself leaves no socket', async () => {
    const paths = await create();
    const endpoint = endpointFor('fedcba9876543210');
    fs.mkdirSync(path.dirname(endpoint), { recursive: true, mode: 0o700 });
    fs.writeFileSync(endpoint, '');
    const launch = {
      endpoint,
      token: 't',
      dataPath: '/d.csv',
      dataSizeBytes: 0,
      dataModifiedMs: 0,
      wasmFolder: '',
      l10nBundle: {},
    };
    fs.writeFileSync(paths.launch, JSON.stringify(launch));
    expect((await store.read(paths.folder, 'signal SIGKILL')).error?.message).toContain('signal SIGKILL');
    expect(fs.existsSync(endpoint)).toBe(false);
    expect(fs.existsSync(paths.launch)).toBe(false);
  });

  it('is what its log says when that has an end', async () => {
    const paths = await create();
    log(paths, [epoch(1), epoch(2), epoch(3), finished]);
    expect(await store.read(paths.folder, 'exit code 0')).toMatchObject({
      state: 'completed',
      endReason: 'allEpochs',
      endedMs: T0 + 9,
    });
    expect(JSON.parse(fs.readFileSync(paths.summary, 'utf8'))).toMatchObject({ state: 'completed' });
  });

  it('is over as soon as its log is, also when its process could not write run.json any more', async () => {
    const paths = await create();
    log(paths, [epoch(1), finished]);
    expect((await store.read(paths.folder)).state).toBe('completed');
  });

  it('says how many records in the middle of its log were damaged', async () => {
    const paths = await create();
    log(paths, [epoch(1), epoch(2), epoch(3), finished]);
    const bytes = fs.readFileSync(paths.log);
    bytes[encodeRecord(epoch(1)).length + 30]! ^= 1;
    fs.writeFileSync(paths.log, bytes);
    const summary = await store.read(paths.folder, 'exit code 0');
    expect(summary).toMatchObject({ state: 'completed', epoch: 3, warnings: [{ code: 'run.damagedLog' }] });
    expect(summary.warnings[0]!.message).toContain('1 damaged');
  });
});

describe('deleting a run', () => {
  it('removes it whole, and a broken one too', async () => {
    const [one, two] = [await create(1), await create(2)];
    fs.writeFileSync(two.summary, '{');
    await store.read(one.folder, 'exit code 1');
    await store.remove(one.folder);
    await store.remove(two.folder);
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('is refused while its process lives, also when its summary is damaged', async () => {
    const paths = await create();
    const pid = await sleeper();
    writeLive(paths, pid, await processStart(pid));
    fs.writeFileSync(paths.summary, '{');
    await expect(store.remove(paths.folder)).rejects.toMatchObject({ code: 'run.alive' });
    expect(fs.existsSync(paths.folder)).toBe(true);
  });

  it('is refused for a folder that is no run', async () => {
    await create();
    await expect(store.remove(root)).rejects.toMatchObject({ code: 'run.unknown' });
    await expect(store.remove(folder)).rejects.toMatchObject({ code: 'run.unknown' });
    expect((await store.list()).runs).toHaveLength(1);
  });
});
