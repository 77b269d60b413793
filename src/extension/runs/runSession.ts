// Owns one run as this window sees it: its summary, its points, its time left. Fed by a follower, shown by any number of views.
import * as vscode from 'vscode';
import type { Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import { MetricSeries } from '../../shared/metricSeries';
import type { RunSummary } from '../../shared/schema/run';
import { TimeLeft } from '../../shared/timeLeft';
import { RunFollower, type FollowOptions } from '../../core/runs/runFollower';
import type { RunStore } from '../../core/runs/runStore';

export class RunSession implements Disposable {
  readonly series = new MetricSeries();
  private readonly timeLeft = new TimeLeft();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Summary or points changed. */
  readonly onDidChange = this.changed.event;
  /** Resolves with the last summary when the run has ended and all is read; rejects when it cannot be followed. */
  readonly ended: Promise<RunSummary>;

  private constructor(
    readonly folder: string,
    private readonly follower: RunFollower,
    options: FollowOptions,
  ) {
    follower.onDidUpdate(({ events }) => {
      for (const event of events) {
        this.series.append(event);
        this.timeLeft.append(event);
      }
      this.changed.fire();
    });
    this.ended = follower.follow(options);
    // Whoever waits for the end hears of a failure; nobody has to wait.
    this.ended.catch(() => undefined);
  }

  static async open(store: RunStore, folder: string, options: FollowOptions = {}): Promise<RunSession> {
    return new RunSession(folder, await RunFollower.open(store, folder), options);
  }

  get summary(): RunSummary {
    return this.follower.summary;
  }

  get isRunning(): boolean {
    return this.summary.state === 'running';
  }

  /** False for a run that had ended before this window looked. */
  get wasRunning(): boolean {
    return this.follower.stored.state === 'running';
  }

  timeLeftMs(): number | undefined {
    return this.timeLeft.estimateMs();
  }

  /** @throws BenchError when the training process cannot be reached */
  async stop(): Promise<void> {
    await this.ask(() => this.follower.stop());
  }

  /** Ends it without scores, to go on another time. @throws BenchError when the training process cannot be reached */
  async pause(): Promise<void> {
    await this.ask(() => this.follower.pause());
  }

  private async ask(request: () => Promise<void>): Promise<void> {
    try {
      await request();
    } catch (error) {
      // The connection closes when the run ends, which is what was asked for.
      if (toErrorData(error).code !== 'channel.closed') throw error;
    }
  }

  dispose(): void {
    this.follower.dispose();
    this.changed.dispose();
  }
}
