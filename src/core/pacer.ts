// Owns how long work gives way: counts operations instead of asking a clock in inner loops.
import { throwIfAborted } from '../shared/abort';

export interface Breather {
  readonly signal?: AbortSignal | undefined;
  /** Lets the process answer; called about every 10 ms of work. */
  readonly breathe: () => Promise<void>;
}

/** Some 10 ms of multiply-adds with their loads, in plain JavaScript. */
const OPERATIONS_BETWEEN_BREATHS = 4e6;

export class Pacer {
  private spent = 0;

  constructor(private readonly options: Breather) {}

  /** Counts operations. @returns whether it is time for `rest` */
  spend(operations: number): boolean {
    this.spent += operations;
    return this.spent >= OPERATIONS_BETWEEN_BREATHS;
  }

  /** @throws BenchError 'internal.cancelled' */
  async rest(): Promise<void> {
    this.spent = 0;
    throwIfAborted(this.options.signal);
    await this.options.breathe();
    throwIfAborted(this.options.signal);
  }
}
