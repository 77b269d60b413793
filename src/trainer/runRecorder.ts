// Owns what a training process writes of itself: the event log first, then run.json at most once a second.
import * as fsp from 'node:fs/promises';
import type { Clock } from '../shared/clock';
import { Emitter } from '../shared/event';
import { stringifyJson } from '../shared/numbers';
import { runSummarySchema, type RunSummary, type TrainEvent } from '../shared/schema/run';
import { writeFileAtomic } from '../core/runs/atomicFile';
import { EventLogWriter, readEventLog } from '../core/runs/eventLog';
import type { RunPaths } from '../core/runs/runFolder';
import { applyEvent } from '../core/runs/summarise';

const SUMMARY_INTERVAL_MS = 1000;

export interface Recorded {
  readonly sequence: number;
  readonly event: TrainEvent;
  /** Bytes of the log up to and with this event. */
  readonly endOffset: number;
}

export class RunRecorder {
  private readonly recorded = new Emitter<Recorded>();
  /** Fires when the event is in the log. */
  readonly onDidRecord = this.recorded.event;
  private summaryDueMs = 0;
  private writing: Promise<void> = Promise.resolve();
  /** A summary that could not be written; it is only a copy of the log, so training goes on. */
  private summaryFailed = false;

  private constructor(
    private readonly paths: RunPaths,
    private readonly clock: Clock,
    private readonly log: EventLogWriter,
    private summary: RunSummary,
  ) {}

  static async open(paths: RunPaths, clock: Clock): Promise<RunRecorder> {
    const summary = runSummarySchema.parse(JSON.parse(await fsp.readFile(paths.summary, 'utf8')));
    // The log of a run that goes on says already that it does.
    const log = await readEventLog(paths.log);
    return new RunRecorder(paths, clock, new EventLogWriter(paths.log, log), summary);
  }

  get runId(): string {
    return this.summary.runId;
  }

  /** What is known of the run so far. */
  get known(): RunSummary {
    return this.summary;
  }

  get nextSequence(): number {
    return this.log.nextSequence;
  }

  /** @throws the system's error when the log cannot be written (disk full): a run that leaves no trace must not go on */
  record(event: TrainEvent): void {
    const { sequence } = this.log.append(event);
    this.summary = applyEvent(this.summary, event);
    this.recorded.fire({ sequence, event, endOffset: this.log.offset });
    if (this.clock.now() >= this.summaryDueMs) {
      this.summaryDueMs = this.clock.now() + SUMMARY_INTERVAL_MS;
      this.queueSummary();
    }
  }

  async close(): Promise<void> {
    this.log.sync();
    this.log.close();
    this.queueSummary();
    await this.writing;
  }

  private queueSummary(): void {
    this.writing = this.writing
      .then(() => writeFileAtomic(this.paths.summary, stringifyJson(this.summary, 2)))
      .catch((error: unknown) => {
        if (!this.summaryFailed)
          console.error('run.json cannot be written; events.log has everything.', error);
        this.summaryFailed = true;
      });
  }
}
