// A run from start to end through the real process, and everything that can happen to it on the way.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/shared/protocol/channel';
import { trainerContract } from '../../src/shared/protocol/trainer';
import type { TrainEvent } from '../../src/shared/schema/run';
import { connectTo } from '../../src/core/process/endpoint';
import { isAlive } from '../../src/core/process/processIdentity';
import { readEventLog } from '../../src/core/runs/eventLog';
import { RunFollower } from '../../src/core/runs/runFollower';
import { readReport } from '../../src/core/runs/readReport';
import { runPaths } from '../../src/core/runs/runFolder';
import { readLive } from '../../src/core/runs/runStore';
import { openBench, smallExperiment, type Bench } from '../support/runs';

let bench: Bench;
beforeEach(() => (bench = openBench()));
afterEach(() => bench.dispose());

const LONG = { epochs: 1_000_000 };

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a run', () => {
  it('ends completed, with scores, and leaves only what is kept', async () => {
    const run = await bench.start(smallExperiment({ epochs: 3 }));
    const follower = await RunFollower.open(bench.store, run.folder);
    const summary = await follower.follow({ ended: run.process.ended });
    expect(summary).toMatchObject({
      state: 'completed',
      epoch: 3,
      endReason: 'allEpochs',
      backend: { chosen: 'cpu' },
    });
    expect(summary.test?.accuracy).toBeGreaterThan(0);
    expect(fs.readdirSync(run.folder).sort()).toEqual([
      'best.checkpoint',
      'events.log',
      'experiment.json',
      'last.checkpoint',
      'recipe.json',
      'report.json',
      'run.json',
      'stderr.log',
    ]);
    const report = await readReport(run.folder);
    expect(report?.verdict).toMatchObject({ split: 'test', triedConfigs: 1, testLooks: 1 });
    expect(report?.leftOut).toEqual([]);
    expect(report?.worstRows?.rows.every(({ line, sourceRow }) => line === sourceRow + 2)).toBe(true);
    expect(summary.primary).toBe(report?.primary.metric);
    // What to keep in mind comes behind the sentence.
    expect(summary.verdict).toMatch(/ Only \d+ test rows: chance decides much\.$/);
    expect(summary.verdict?.startsWith(report?.verdict.text ?? '-')).toBe(true);
    expect(summary.baselines).toHaveLength(4);
    expect(await run.process.ended).toBe('exit code 0');
    expect(fs.readFileSync(path.join(bench.folder, '.modelbench', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is told to two watchers alike, from whenever they came, without gap or duplicate', async () => {
    const run = await bench.start(smallExperiment({ epochs: 400 }));
    const watch = async (ended?: Promise<string>): Promise<TrainEvent[]> => {
      const follower = await RunFollower.open(bench.store, run.folder);
      const seen: TrainEvent[] = [];
      follower.onDidUpdate(({ events }) => seen.push(...events));
      await follower.follow(ended === undefined ? {} : { ended });
      return seen;
    };
    const first = watch(run.process.ended);
    await eventually(async () =>
      (await readEventLog(runPaths(run.folder).log)).nextSequence > 30 ? true : undefined,
    );
    const second = watch();
    const log = (await Promise.all([first, second]), await readEventLog(runPaths(run.folder).log));
    const truth = log.events.map(({ event }) => event);
    expect(await first).toEqual(truth);
    expect(await second).toEqual(truth);
    expect(truth.filter(({ type }) => type === 'epoch')).toHaveLength(400);
  });

  it('stops when asked, keeps its weights and scores them', async () => {
    const run = await bench.start(smallExperiment(LONG));
    const follower = await RunFollower.open(bench.store, run.folder);
    const ended = follower.follow({ ended: run.process.ended });
    await eventually(async () => (follower.summary.epoch > 2 ? true : undefined));
    await follower.stop();
    const summary = await ended;
    expect(summary).toMatchObject({ state: 'stopped', endReason: 'stopped' });
    expect(summary.test?.accuracy).toBeGreaterThan(0);
    expect(isAlive(run.process.pid)).toBe(false);
  });

  it('stops at once when it is asked before it has connected', async () => {
    const run = await bench.start(smallExperiment(LONG));
    const follower = await RunFollower.open(bench.store, run.folder);
    await follower.stop();
    expect(await follower.follow({ ended: run.process.ended })).toMatchObject({ state: 'stopped' });
  });

  it('goes on when its watcher leaves, and can be found again', async () => {
    const run = await bench.start(smallExperiment(LONG));
    const first = await RunFollower.open(bench.store, run.folder);
    const left = first.follow();
    await eventually(async () => (first.summary.epoch > 1 ? true : undefined));
    first.dispose();
    expect((await left).state).toBe('running');
    expect((await bench.store.list()).runs[0]?.summary.state).toBe('running');
    await expect(bench.store.remove(run.folder)).rejects.toMatchObject({ code: 'run.alive' });

    const second = await RunFollower.open(bench.store, run.folder);
    const ended = second.follow();
    await second.stop();
    expect((await ended).state).toBe('stopped');
    await bench.store.remove(run.folder);
    expect((await bench.store.list()).runs).toEqual([]);
  });

  it('lets nobody in without its token', async () => {
    const run = await bench.start(smallExperiment(LONG));
    const live = await eventually(() => readLive(run.folder));
    for (const file of [runPaths(run.folder).live, live.endpoint]) {
      expect(fs.statSync(path.dirname(file)).isDirectory()).toBe(true);
    }
    expect(fs.statSync(runPaths(run.folder).live).mode & 0o077).toBe(0);
    expect(fs.statSync(path.dirname(live.endpoint)).mode & 0o077).toBe(0);
    const stranger = connect(await connectTo(live.endpoint), trainerContract);
    await expect(stranger.request('stop', {})).rejects.toMatchObject({ code: 'channel.token' });
    await expect(stranger.request('attach', { token: 'wrong' })).rejects.toMatchObject({
      code: 'channel.token',
    });
    process.kill(run.process.pid, 'SIGKILL');
    await run.process.ended;
  });

  it('says what was wrong with the data, as a failed run', async () => {
    fs.writeFileSync(path.join(bench.folder, 'data.csv'), 'a,b\n1,2\n');
    const run = await bench.start(smallExperiment());
    const follower = await RunFollower.open(bench.store, run.folder);
    const summary = await follower.follow({ ended: run.process.ended });
    expect(summary.state).toBe('failed');
    expect(summary.error?.code).toMatch(/^(target|config|data)\./);
  });

  it('warns when its data was written after it was started', async () => {
    const run = await bench.start(smallExperiment());
    fs.appendFileSync(path.join(bench.folder, 'data.csv'), '\n1,2,red,no');
    const follower = await RunFollower.open(bench.store, run.folder);
    const summary = await follower.follow({ ended: run.process.ended });
    expect(summary.warnings.map(({ code }) => code)).toContain('data.changed');
  });

  it('names the epoch of the weights that were scored', async () => {
    const run = await bench.start(
      smallExperiment({ epochs: 30, optimizer: { type: 'sgd', learningRate: 3 } }),
    );
    const follower = await RunFollower.open(bench.store, run.folder);
    expect(await follower.follow({ ended: run.process.ended })).toMatchObject({ scoredEpoch: 30, epoch: 30 });
  });

  it('is repaired from its log when run.json is behind', async () => {
    const run = await bench.start(smallExperiment({ epochs: 3 }));
    const follower = await RunFollower.open(bench.store, run.folder);
    const behind = fs.readFileSync(runPaths(run.folder).summary, 'utf8');
    const summary = await follower.follow({ ended: run.process.ended });
    fs.writeFileSync(runPaths(run.folder).summary, behind);
    const { updatedMs: _a, ...repaired } = await bench.store.read(run.folder, 'gone');
    const { updatedMs: _b, ...kept } = summary;
    expect(repaired).toEqual(kept);
  });

  it('that never came up is crashed, with what the process said', async () => {
    const broken = { ...smallExperiment(), training: { ...smallExperiment().training, epochs: 5 } };
    const run = await bench.start(broken);
    process.kill(run.process.pid, 'SIGKILL');
    const follower = await RunFollower.open(bench.store, run.folder);
    const summary = await follower.follow({ ended: run.process.ended });
    expect(summary.state).toBe('crashed');
    expect(summary.error?.message).toContain('SIGKILL');
    expect(fs.readdirSync(run.folder)).not.toContain('launch.json');
  });
});
