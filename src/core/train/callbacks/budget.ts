// Owns how long a training may take: minutes of work, over all its sessions, and steps.
import * as z from 'zod';
import type { Clock } from '../../../shared/clock';

export interface BudgetConfig {
  readonly maxMinutes?: number | undefined;
  readonly maxSteps?: number | undefined;
}

export const budgetStateSchema = z.object({
  /** Milliseconds of work so far. */
  elapsedMs: z.number().min(0),
});
export type BudgetState = Readonly<z.infer<typeof budgetStateSchema>>;

const MS_PER_MINUTE = 60_000;

export class Budget {
  private elapsedMs: number;
  private lastMs: number;

  /** The time starts to count. */
  constructor(
    private readonly config: BudgetConfig,
    private readonly clock: Clock,
    state?: BudgetState,
  ) {
    this.elapsedMs = state?.elapsedMs ?? 0;
    this.lastMs = clock.now();
  }

  /** @param step steps done @returns what is used up */
  exceeded(step: number): 'minutes' | 'steps' | undefined {
    const { maxMinutes, maxSteps } = this.config;
    if (maxSteps !== undefined && step >= maxSteps) return 'steps';
    this.look();
    if (maxMinutes !== undefined && this.elapsedMs >= maxMinutes * MS_PER_MINUTE) return 'minutes';
    return undefined;
  }

  /** What follows does not count until `resume`. */
  pause(): void {
    this.look();
  }

  /** The time since the last look does not count. */
  resume(): void {
    this.lastMs = this.clock.now();
  }

  /** Plain JSON; the constructor takes it. */
  save(): BudgetState {
    this.look();
    return { elapsedMs: this.elapsedMs };
  }

  private look(): void {
    const now = this.clock.now();
    // A clock that is set back takes nothing away.
    this.elapsedMs += Math.max(0, now - this.lastMs);
    this.lastMs = now;
  }
}
