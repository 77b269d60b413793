// Owns that no part of a report holds a run up or ends it: time that runs out, a wish to stop and an error leave a part
// out, and are told.
import type { Breather } from '../pacer';
import * as l10n from '@vscode/l10n';
import { isCancelled, throwIfAborted } from '../../shared/abort';
import type { Clock } from '../../shared/clock';
import { BenchError, toErrorData } from '../../shared/errors';
import { formatDuration } from '../../shared/format';
import type { LeftOut, ReportPart } from '../../shared/schema/report';

export interface PartsOptions {
  readonly clock: Clock;
  /** For all parts together, from the making of this. */
  readonly budgetMs: number;
  /** Aborted: what is not done is left out. */
  readonly signal?: AbortSignal | undefined;
  readonly breathe: () => Promise<void>;
}

class TimeUpError extends BenchError {
  constructor() {
    super('internal.timeUp', 'The time for this part of the report is up.');
  }
}

export class Parts {
  readonly leftOut: LeftOut[] = [];
  private readonly endMs: number;
  /** Gives way as asked, and throws when the time is up or a stop is asked for. */
  readonly breather: Breather;

  constructor(private readonly options: PartsOptions) {
    const { clock, budgetMs, signal, breathe } = options;
    this.endMs = clock.now() + budgetMs;
    this.breather = {
      signal,
      breathe: async () => {
        await breathe();
        this.check();
      },
    };
  }

  get leftMs(): number {
    return Math.max(0, this.endMs - this.options.clock.now());
  }

  /** @throws when the time is up or a stop is asked for */
  check(): void {
    throwIfAborted(this.options.signal);
    if (this.leftMs === 0) throw new TimeUpError();
  }

  /** What the work gives; undefined when it was left out. */
  async attempt<T>(part: ReportPart, work: (breather: Breather) => Promise<T> | T): Promise<T | undefined> {
    try {
      this.check();
      return await work(this.breather);
    } catch (error) {
      this.leaveOut(part, error);
      return undefined;
    }
  }

  /** Notes why a part, or the rest of it, is not there. */
  leaveOut(part: ReportPart, error: unknown): void {
    this.note(part, this.reasonOf(error));
  }

  note(part: ReportPart, reason: Omit<LeftOut, 'part'>): void {
    if (this.leftOut.some((other) => other.part === part && other.why === reason.why)) return;
    this.leftOut.push({ part, ...reason });
  }

  reasonOf(error: unknown): Omit<LeftOut, 'part'> {
    if (error instanceof TimeUpError) {
      const limit = formatDuration(this.options.budgetMs);
      return {
        why: 'time',
        message: l10n.t('It would have taken longer than the {0} there are for this.', limit),
      };
    }
    if (isCancelled(error)) return { why: 'stopped', message: l10n.t('The run was asked to stop.') };
    return { why: 'failed', message: toErrorData(error).message };
  }
}
