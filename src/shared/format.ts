// Owns how numbers and durations are written for people, in every view and on the command line.
import * as l10n from '@vscode/l10n';
import type { Scores } from './schema/run';

/** Four significant digits, without the noise of more; non-finite as itself. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

/** `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return l10n.t('{0} ms', Math.round(ms));
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return l10n.t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? l10n.t('{0} min', minutes) : l10n.t('{0} min {1} s', minutes, seconds % 60);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** `950`, `12.3k`, `1.20M`. */
export function formatCount(value: number): string {
  if (value < 1000) return String(Math.round(value));
  if (value < 1e6) return `${Number((value / 1e3).toPrecision(3))}k`;
  return `${Number((value / 1e6).toPrecision(3))}M`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Number((bytes / 1024).toPrecision(3))} KB`;
  return `${Number((bytes / 1024 ** 2).toPrecision(3))} MB`;
}

/** The one score that stands for a run: accuracy of a classifier, RMSE of a regression. */
export function headlineScore(
  scores: Scores,
): { name: 'accuracy' | 'rmse' | 'loss'; value: number } | undefined {
  for (const name of ['accuracy', 'rmse', 'loss'] as const) {
    const value = scores[name];
    if (value !== undefined) return { name, value };
  }
  return undefined;
}
