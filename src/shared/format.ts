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

/** Two leading units at most: `850 ms`, `3.5 s`, `12 s`, `3 min 5 s`, `2 h 10 min`; a dash for what is no length of time. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  if (ms === 0) return l10n.t('{0} s', 0);
  if (ms < 999.5) return l10n.t('{0} ms', Math.round(ms));
  if (ms < 9950) return l10n.t('{0} s', Math.round(ms / 100) / 10);
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return l10n.t('{0} s', seconds);
  if (seconds < 3600) {
    const minutes = Math.floor(seconds / 60);
    const rest = seconds % 60;
    return rest === 0 ? l10n.t('{0} min', minutes) : l10n.t('{0} min {1} s', minutes, rest);
  }
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest === 0 ? l10n.t('{0} h', hours) : l10n.t('{0} h {1} min', hours, rest);
}

/** `950`, `12.3k`, `1.2M`: three significant digits. */
export function formatCount(value: number): string {
  // 999.5 of a unit would be written as 1000.
  if (value < 999.5) return String(Math.round(value));
  if (value < 999.5e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return `${Number((value / 1e6).toPrecision(3))}M`;
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `512 B`, `38.5 KB`, `7.78 GB`: powers of 1024, as the editor counts file sizes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.5 of a unit would be written as 1024.
  while (value >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return `${digits} ${BYTE_UNITS[unit] ?? ''}`;
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

/** A headline score as people say it: a share in percent with one decimal, never rounded to all; else a number. */
export function formatScore({ name, value }: { name: string; value: number }): string {
  if (name !== 'accuracy' || !Number.isFinite(value)) return formatNumber(value);
  const percent = (100 * value).toFixed(1);
  return percent === '100.0' && value < 1 ? '>99.9%' : `${percent}%`;
}
