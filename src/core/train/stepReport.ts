// Owns the report of a training that is going on: every step's loss, gathered into at most ten records a second,
// and the epochs in their place between them. No point is dropped.
import type { Clock } from '../../shared/clock';
import type { TrainEvent, TrainEventOf } from '../../shared/schema/run';

export type Emit = (event: TrainEvent) => void | Promise<void>;

const REPORT_INTERVAL_MS = 100;

export interface ReportedStep {
  readonly step: number;
  /** Epochs done, fractional. */
  readonly epoch: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly nowMs: number;
}

export class StepReport {
  private step: number[] = [];
  private epoch: number[] = [];
  private wallTimeMs: number[] = [];
  private loss: number[] = [];
  /** Of the last step. */
  private gradientNorm = 0;
  private epochs: TrainEventOf<'epoch'>[] = [];
  private reportedMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
  ) {
    this.reportedMs = clock.now();
  }

  addStep({ step, epoch, loss, gradientNorm, nowMs }: ReportedStep): void {
    this.step.push(step);
    this.epoch.push(epoch);
    this.wallTimeMs.push(nowMs);
    this.loss.push(loss);
    this.gradientNorm = gradientNorm;
  }

  addEpoch(event: TrainEventOf<'epoch'>): void {
    this.epochs.push(event);
  }

  /** @returns true when a report was due and everything added so far is out */
  async flushIfDue(): Promise<boolean> {
    if (this.clock.now() - this.reportedMs < REPORT_INTERVAL_MS) return false;
    await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const timeMs = this.clock.now();
    this.reportedMs = timeMs;
    if (this.step.length > 0) {
      const { step, epoch, wallTimeMs, loss, gradientNorm } = this;
      [this.step, this.epoch, this.wallTimeMs, this.loss] = [[], [], [], []];
      await this.emit({ type: 'steps', timeMs, step, epoch, wallTimeMs, loss, gradientNorm });
    }
    const epochs = this.epochs;
    this.epochs = [];
    for (const event of epochs) await this.emit(event);
  }
}

/** Samples a second over about the last second. */
export class RateMeter {
  private rows = 0;
  private ms = 0;

  add(rows: number, ms: number): void {
    if (this.ms > 1000) {
      this.rows /= 2;
      this.ms /= 2;
    }
    this.rows += rows;
    this.ms += ms;
  }

  /** 0 as long as no time has passed. */
  get perSecond(): number {
    return this.ms > 0 ? (this.rows / this.ms) * 1000 : 0;
  }
}
