// Owns when a checkpoint is written: the best one stays in memory at once and goes to disk at most once a second,
// the last one as often as the config asks, and both at the end. Knows no file names; a sink does.
import type { Clock } from '../../shared/clock';
import type { Checkpoint } from '../runs/checkpointFiles';
import type { Emit } from './stepReport';

export interface CheckpointSink {
  /** Durable when it resolves; `checkpoint.kind` says which of the two it is. */
  save(checkpoint: Checkpoint): Promise<void>;
}

const BEST_INTERVAL_MS = 1000;

export class CheckpointKeeper {
  private readonly lastIntervalMs: number;
  private bestCheckpoint: Checkpoint | undefined;
  private bestIsWritten = true;
  private bestWrittenMs = -Infinity;
  private lastWrittenMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly sink: CheckpointSink,
    private readonly emit: Emit,
    { lastEverySeconds, best }: { readonly lastEverySeconds: number; readonly best: Checkpoint | undefined },
  ) {
    this.lastIntervalMs = 1000 * lastEverySeconds;
    this.bestCheckpoint = best;
    this.lastWrittenMs = clock.now();
  }

  get best(): Checkpoint | undefined {
    return this.bestCheckpoint;
  }

  keepBest(checkpoint: Checkpoint): void {
    this.bestCheckpoint = checkpoint;
    this.bestIsWritten = false;
  }

  /** @param takeLast makes the checkpoint of now; called only when it is due */
  async writeIfDue(takeLast: () => Checkpoint): Promise<void> {
    const now = this.clock.now();
    if (now - this.bestWrittenMs >= BEST_INTERVAL_MS) await this.writeBest();
    if (now - this.lastWrittenMs >= this.lastIntervalMs) await this.writeLast(takeLast());
  }

  async writeBest(): Promise<void> {
    if (this.bestCheckpoint === undefined || this.bestIsWritten) return;
    await this.write(this.bestCheckpoint);
    this.bestIsWritten = true;
    this.bestWrittenMs = this.clock.now();
  }

  async writeLast(checkpoint: Checkpoint): Promise<void> {
    await this.write(checkpoint);
    this.lastWrittenMs = this.clock.now();
  }

  private async write(checkpoint: Checkpoint): Promise<void> {
    await this.sink.save(checkpoint);
    const { kind, epoch, step } = checkpoint;
    await this.emit({ type: 'checkpoint', timeMs: this.clock.now(), kind, epoch, step });
  }
}
