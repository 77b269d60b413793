// Owns the one way long work is cancelled: an AbortSignal, checked per batch or chunk.
import * as l10n from '@vscode/l10n';
import { BenchError } from './errors';

export class CancelledError extends BenchError {
  constructor() {
    super('internal.cancelled', l10n.t('Cancelled'));
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CancelledError();
}

export function isCancelled(error: unknown): boolean {
  return error instanceof BenchError && error.code === 'internal.cancelled';
}
