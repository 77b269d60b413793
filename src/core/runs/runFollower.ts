// Owns following one run: first what its log holds, then what its process tells, gap-free and without duplicates.
// A reloaded window follows exactly as the first one did. Knows nothing of who shows it.
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { toErrorData } from '../../shared/errors';
import { Emitter } from '../../shared/event';
import { connect, type ClientChannel } from '../../shared/protocol/channel';
import { trainerContract, type TrainerContract } from '../../shared/protocol/trainer';
import type { Live, RunSummary, TrainEvent } from '../../shared/schema/run';
import { connectTo } from '../process/endpoint';
import { LOG_START, readEventLog, type LogRead } from './eventLog';
import { runPaths } from './runFolder';
import { isLive, readLive, type RunStore } from './runStore';
import { applyEvent, initialOf } from './summarise';

const RETRY_MS = 50;
/** How long a process may take to go away after its connection closed. */
const EXIT_GRACE_MS = 5000;

type WireRecords = z.output<TrainerContract['events']['records']>;

export interface FollowOptions {
  /** Resolves with how the process ended, when this process started it. */
  readonly ended?: Promise<string>;
}

/** One batch of new events and the summary after them. */
export interface RunUpdate {
  readonly events: readonly TrainEvent[];
  readonly summary: RunSummary;
}

export class RunFollower {
  private readonly updates = new Emitter<RunUpdate>();
  readonly onDidUpdate = this.updates.event;
  private position: LogRead = LOG_START;
  private channel: ClientChannel<TrainerContract> | undefined;
  private asked: 'stop' | 'pause' | undefined;
  private disposed = false;
  private current: RunSummary;

  private constructor(
    private readonly store: RunStore,
    readonly folder: string,
    /** What run.json said when the following began. */
    readonly stored: RunSummary,
  ) {
    this.current = initialOf(stored);
  }

  static async open(store: RunStore, folder: string): Promise<RunFollower> {
    return new RunFollower(store, folder, await store.read(folder));
  }

  /** Until the log is read, what run.json said. */
  get summary(): RunSummary {
    return this.position.nextSequence === 0 ? this.stored : this.current;
  }

  /** Follows until the run ends; resolves with the final summary. `dispose` lets go without ending the run. */
  async follow({ ended }: FollowOptions = {}): Promise<RunSummary> {
    const exit = { seen: false };
    void ended?.then(() => (exit.seen = true));
    await this.catchUp();
    while (!this.isOver()) {
      const live = await readLive(this.folder);
      if (live !== undefined && (await isLive(live))) await this.listen(live);
      // No process yet, or no more: the store knows how long to wait for one.
      else if (exit.seen || live !== undefined || (await this.store.read(this.folder)).state !== 'running')
        break;
      await this.catchUp();
      if (!this.isOver()) await delay(RETRY_MS);
    }
    return this.disposed ? this.current : this.settle(ended);
  }

  /** Asks the process to stop after its current batch; it then scores and ends by itself. */
  async stop(): Promise<void> {
    this.asked = 'stop';
    await this.channel?.request('stop', {});
  }

  /** Asks the process to stop after its current batch without scores: the run can go on from there. */
  async pause(): Promise<void> {
    this.asked = 'pause';
    await this.channel?.request('pause', {});
  }

  dispose(): void {
    this.disposed = true;
    this.channel?.dispose();
    this.updates.dispose();
  }

  private isOver(): boolean {
    return this.disposed || this.current.state !== 'running';
  }

  /** One connection, until it closes. A refused connection is no error: the process may be coming or going. */
  private async listen(live: Live): Promise<void> {
    let channel: ClientChannel<TrainerContract>;
    try {
      channel = connect(await connectTo(live.endpoint), trainerContract);
    } catch {
      return;
    }
    this.channel = channel;
    const closed = new Promise<void>((resolve) => channel.onDidClose(() => resolve()));
    let reading = Promise.resolve();
    channel.on('records', (records) => {
      reading = reading.then(() => this.take(records));
    });
    try {
      await channel.request('attach', { token: live.token });
      reading = reading.then(() => this.catchUp());
      if (this.asked !== undefined) await channel.request(this.asked, {});
      if (this.disposed) channel.dispose();
    } catch (error) {
      channel.dispose();
      if (toErrorData(error).code === 'channel.version') throw error;
    }
    await closed;
    await reading;
    this.channel = undefined;
  }

  /** Records over the wire; what is known already is skipped, and what is missing in between is in the log. */
  private async take({ firstSequence, events, endOffset }: WireRecords): Promise<void> {
    const known = this.position.nextSequence - firstSequence;
    if (known < 0) return this.catchUp();
    if (known >= events.length) return;
    this.position = { ...LOG_START, offset: endOffset, nextSequence: firstSequence + events.length };
    this.apply(events.slice(known));
  }

  private async catchUp(): Promise<void> {
    this.position = await readEventLog(runPaths(this.folder).log, this.position);
    this.apply(this.position.events.map(({ event }) => event));
  }

  private apply(events: readonly TrainEvent[]): void {
    if (events.length === 0) return;
    this.current = events.reduce(applyEvent, this.current);
    this.updates.fire({ events, summary: this.current });
  }

  /** The process ended or is about to: waits for it, then reads what it left. */
  private async settle(ended: Promise<string> | undefined): Promise<RunSummary> {
    const live = await readLive(this.folder);
    for (
      let waited = 0;
      waited < EXIT_GRACE_MS && live !== undefined && (await isLive(live));
      waited += RETRY_MS
    ) {
      await delay(RETRY_MS);
    }
    const cause = ended === undefined ? undefined : await within(ended, EXIT_GRACE_MS);
    const final = await this.store.read(this.folder, cause);
    await this.catchUp();
    this.current = final;
    this.updates.fire({ events: [], summary: final });
    return final;
  }
}

/** The promise's value, or undefined when it takes longer. Leaves no timer behind that would keep a process alive. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const abort = new AbortController();
  const timeout = delay(ms, undefined, { signal: abort.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    abort.abort();
  }
}
