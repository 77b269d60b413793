// Owns the talk with whoever watches: any number of clients, each proven by the token, events at 10 Hz at most.
import type * as net from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../shared/errors';
import { serve, type ServerChannel, type Transport } from '../shared/protocol/channel';
import { trainerContract, type TrainerContract } from '../shared/protocol/trainer';
import type { Launch } from '../shared/schema/run';
import { listen, removeEndpoint } from '../core/process/endpoint';
import type { Recorded, RunRecorder } from './runRecorder';

const REPORT_INTERVAL_MS = 100;
/** A connection that does not say the token by then is closed. */
const ATTACH_LIMIT_MS = 10_000;
/** What a closing connection is given to send its last bytes. */
const DRAIN_MS = 200;

export class RunServer {
  private readonly watchers = new Set<ServerChannel<TrainerContract>>();
  private server: net.Server | undefined;
  private pending: Recorded[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly stop = new AbortController();
  private pauseAsked = false;

  private constructor(
    private readonly launch: Launch,
    private readonly recorder: RunRecorder,
  ) {
    recorder.onDidRecord((record) => this.queue(record));
  }

  static async listen(launch: Launch, recorder: RunRecorder): Promise<RunServer> {
    const self = new RunServer(launch, recorder);
    self.server = await listen(launch.endpoint, (transport) => self.accept(transport));
    return self;
  }

  /** Aborted when somebody has asked for the end of the run, or for a pause. */
  get stopSignal(): AbortSignal {
    return this.stop.signal;
  }

  /** What was asked for was a pause, and nobody asked for the end since. */
  get isPaused(): boolean {
    return this.pauseAsked;
  }

  requestStop(): void {
    this.pauseAsked = false;
    this.stop.abort();
  }

  requestPause(): void {
    this.pauseAsked = !this.stop.signal.aborted || this.pauseAsked;
    this.stop.abort();
  }

  async close(): Promise<void> {
    this.flush();
    this.server?.close();
    await new Promise((resolve) => setTimeout(resolve, this.watchers.size === 0 ? 0 : DRAIN_MS));
    for (const watcher of this.watchers) watcher.dispose();
    await removeEndpoint(this.launch.endpoint);
  }

  private accept(transport: Transport): void {
    const limit = setTimeout(() => transport.close(), ATTACH_LIMIT_MS);
    const requireAttached = (): void => {
      if (!this.watchers.has(channel)) throw new BenchError('channel.token', l10n.t('Attach first.'));
    };
    const channel: ServerChannel<TrainerContract> = serve(transport, trainerContract, {
      attach: ({ token }) => {
        if (!sameText(token, this.launch.token)) {
          setImmediate(() => transport.close());
          throw new BenchError('channel.token', l10n.t('The token is not that of this run.'));
        }
        clearTimeout(limit);
        // What waits to be sent is in the log: the new watcher reads it there.
        this.flush();
        this.watchers.add(channel);
        return { runId: this.recorder.runId, nextSequence: this.recorder.nextSequence };
      },
      stop: () => {
        requireAttached();
        this.requestStop();
        return {};
      },
      pause: () => {
        requireAttached();
        this.requestPause();
        return {};
      },
    });
    channel.onDidClose(() => {
      clearTimeout(limit);
      this.watchers.delete(channel);
    });
  }

  private queue(record: Recorded): void {
    if (this.watchers.size === 0) return;
    this.pending.push(record);
    this.timer ??= setTimeout(() => this.flush(), REPORT_INTERVAL_MS);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const first = this.pending[0];
    const last = this.pending.at(-1);
    if (first === undefined || last === undefined) return;
    const events = this.pending.map(({ event }) => event);
    this.pending = [];
    for (const watcher of this.watchers) {
      watcher.emit('records', { firstSequence: first.sequence, events, endOffset: last.endOffset });
    }
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
