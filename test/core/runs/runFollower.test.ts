// Following a run from its log and its process: whatever comes twice, late or not at all, each event is seen once.
import * as fs from 'node:fs';
import type * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve, type ServerChannel, type Transport } from '../../../src/shared/protocol/channel';
import { trainerContract, type TrainerContract } from '../../../src/shared/protocol/trainer';
import { BenchError } from '../../../src/shared/errors';
import type { TrainEvent } from '../../../src/shared/schema/run';
import { endpointFor, listen, removeEndpoint } from '../../../src/core/process/endpoint';
import { processStart } from '../../../src/core/process/processIdentity';
import { EventLogWriter } from '../../../src/core/runs/eventLog';
import { RunFollower } from '../../../src/core/runs/runFollower';
import type { RunPaths } from '../../../src/core/runs/runFolder';
import { RunStore } from '../../../src/core/runs/runStore';
import { newSummary } from '../../../src/core/runs/summarise';
import { smallExperiment } from '../../support/runs';

const RUN_ID = '20261124-093012-small-000000';

/** A training process in this process, which tells exactly what it is made to tell. */
class FakeTrainer {
  readonly endpoint = endpointFor(randomBytes(8).toString('hex'));
  readonly channels = new Set<ServerChannel<TrainerContract>>();
  readonly log: EventLogWriter;
  attached = 0;
  stops = 0;
  private server: net.Server | undefined;

  constructor(
    private readonly paths: RunPaths,
    private readonly contract: { version: number } = trainerContract,
  ) {
    this.log = new EventLogWriter(paths.log);
  }

  async open(): Promise<void> {
    this.server = await listen(this.endpoint, (transport) => this.accept(transport));
    const live = {
      pid: process.pid,
      processStart: await processStart(process.pid),
      endpoint: this.endpoint,
      token: 'secret',
    };
    fs.writeFileSync(this.paths.live, JSON.stringify(live));
  }

  private accept(transport: Transport): void {
    const contract = { ...trainerContract, version: this.contract.version };
    const channel = serve(transport, contract, {
      attach: ({ token }) => {
        if (token !== 'secret') throw new BenchError('channel.token', 'no');
        this.attached++;
        this.channels.add(channel);
        return { runId: RUN_ID, nextSequence: this.log.nextSequence };
      },
      stop: () => {
        this.stops++;
        return {};
      },
      pause: () => ({}),
    });
    channel.onDidClose(() => this.channels.delete(channel));
  }

  /** Writes events and returns what tells of them. */
  write(...events: TrainEvent[]): () => void {
    const firstSequence = this.log.nextSequence;
    for (const event of events) this.log.append(event);
    const endOffset = this.log.offset;
    return () =>
      this.channels.forEach((channel) => channel.emit('records', { firstSequence, events, endOffset }));
  }

  hangUp(): void {
    for (const channel of this.channels) channel.dispose();
  }

  async end(): Promise<void> {
    fs.rmSync(this.paths.live, { force: true });
    this.hangUp();
    this.server?.close();
    await removeEndpoint(this.endpoint);
  }
}

let folder: string;
let store: RunStore;
let paths: RunPaths;
let trainer: FakeTrainer | undefined;
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-follow-'));
  store = new RunStore(folder, { now: () => Date.now() });
  const experiment = smallExperiment({ epochs: 9 });
  const summary = newSummary({
    runId: RUN_ID,
    experiment,
    experimentPath: undefined,
    dataPath: '/d.csv',
    nowMs: Date.now(),
  });
  paths = await store.create(summary, experiment);
});
afterEach(async () => {
  await trainer?.end();
  trainer = undefined;
  fs.rmSync(folder, { recursive: true, force: true });
});

const epoch = (n: number): TrainEvent => ({
  type: 'epoch',
  timeMs: 1000 + n,
  epoch: n,
  step: n,
  train: { loss: n === 2 ? NaN : 1 / n },
  validation: {},
  learningRate: 0.1,
  samplesPerSecond: 1,
  best: false,
});
const finished: TrainEvent = { type: 'finished', timeMs: 2000, reason: 'allEpochs', epoch: 3, bestEpoch: 1 };

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function follow(ended?: Promise<string>): Promise<{
  follower: RunFollower;
  seen: TrainEvent[];
  result: ReturnType<RunFollower['follow']>;
}> {
  const follower = await RunFollower.open(store, paths.folder);
  const seen: TrainEvent[] = [];
  follower.onDidUpdate(({ events }) => seen.push(...events));
  const result = follower.follow(ended === undefined ? {} : { ended });
  result.catch(() => undefined);
  return { follower, seen, result };
}

describe('following a run', () => {
  it('shows what the log held, then what is told, once each', async () => {
    trainer = new FakeTrainer(paths);
    trainer.write(epoch(1), epoch(2));
    await trainer.open();
    const { seen, result, follower } = await follow();
    await until(() => trainer!.attached === 1 && seen.length === 2);
    const tell = trainer.write(epoch(3));
    tell();
    tell();
    await until(() => seen.length === 3);
    expect(follower.summary).toMatchObject({ state: 'running', epoch: 3 });
    trainer.write(finished)();
    await trainer.end();
    expect(await result).toMatchObject({ state: 'completed', epoch: 3 });
    expect(seen).toEqual([epoch(1), epoch(2), epoch(3), finished]);
  });

  it('reads in the log what was written but never told, in order', async () => {
    trainer = new FakeTrainer(paths);
    await trainer.open();
    const { seen, result } = await follow();
    await until(() => trainer!.attached === 1);
    trainer.write(epoch(1)); // not told
    trainer.write(epoch(2))();
    await until(() => seen.length === 2);
    trainer.write(epoch(3), finished); // not told either
    await trainer.end();
    expect((await result).state).toBe('completed');
    expect(seen).toEqual([epoch(1), epoch(2), epoch(3), finished]);
  });

  it('takes of records that overlap only what is new', async () => {
    trainer = new FakeTrainer(paths);
    await trainer.open();
    const { seen, result } = await follow();
    await until(() => trainer!.attached === 1);
    trainer.write(epoch(1))();
    await until(() => seen.length === 1);
    trainer.write(epoch(2));
    for (const channel of trainer.channels) {
      channel.emit('records', {
        firstSequence: 0,
        events: [epoch(1), epoch(2)],
        endOffset: trainer.log.offset,
      });
    }
    await until(() => seen.length === 2);
    trainer.write(finished)();
    await trainer.end();
    await result;
    expect(seen).toEqual([epoch(1), epoch(2), finished]);
  });

  it('attaches again after the connection broke, without gap or duplicate, and asks again to stop', async () => {
    trainer = new FakeTrainer(paths);
    await trainer.open();
    const { seen, result, follower } = await follow();
    await until(() => trainer!.attached === 1);
    await follower.stop();
    trainer.write(epoch(1))();
    trainer.hangUp();
    trainer.write(epoch(2))();
    await until(() => trainer!.attached === 2 && seen.length === 2);
    await until(() => trainer!.stops === 2);
    trainer.write(epoch(3), finished)();
    await trainer.end();
    expect((await result).state).toBe('completed');
    expect(seen).toEqual([epoch(1), epoch(2), epoch(3), finished]);
  });

  it('of a run that is over shows its log and ends at once', async () => {
    const log = new EventLogWriter(paths.log);
    for (const event of [epoch(1), finished]) log.append(event);
    log.close();
    const { seen, result } = await follow();
    expect((await result).state).toBe('completed');
    expect(seen).toEqual([epoch(1), finished]);
  });

  it('ends as crashed when the process died, with how', async () => {
    trainer = new FakeTrainer(paths);
    trainer.write(epoch(1));
    await trainer.open();
    let end: (how: string) => void = () => undefined;
    const { result } = await follow(new Promise((resolve) => (end = resolve)));
    await until(() => trainer!.attached === 1);
    await trainer.end();
    end('signal SIGKILL');
    const summary = await result;
    expect(summary).toMatchObject({ state: 'crashed', epoch: 1, error: { code: 'run.crashed' } });
    expect(summary.error?.message).toContain('signal SIGKILL');
  });

  it('lets go when it is disposed, and the run goes on', async () => {
    trainer = new FakeTrainer(paths);
    await trainer.open();
    const { result, follower } = await follow();
    await until(() => trainer!.attached === 1);
    follower.dispose();
    expect((await result).state).toBe('running');
    await until(() => trainer!.channels.size === 0);
    expect(trainer.stops).toBe(0);
  });

  it('refuses a process that speaks another version, and says so', async () => {
    trainer = new FakeTrainer(paths, { version: trainerContract.version + 1 });
    await trainer.open();
    const { result } = await follow();
    await expect(result).rejects.toMatchObject({ code: 'channel.version' });
  });
});
