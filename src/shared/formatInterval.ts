// Owns how a score is written with its interval: no more digits than it is sure of.
import * as l10n from '@vscode/l10n';
import { formatNumber } from './format';
import type { Interval } from './schema/interval';

/** `0.83 ± 0.02`; `0.98 (0.90 to 1.00)` where the sides differ much; the value alone where there is no interval. */
export function formatInterval({ value, low, high }: Interval): string {
  if (!Number.isFinite(low) || !Number.isFinite(high) || !Number.isFinite(value)) return formatNumber(value);
  // No resample differs: that is no proof of certainty.
  if (low === high) return formatNumber(value);
  const half = (high - low) / 2;
  const [below, above] = [value - low, high - value];
  const decimals = decimalsOf(half, value);
  if (decimals === undefined) return `${formatNumber(value)} ± ${formatNumber(half)}`;
  // No -0.00.
  const text = (x: number): string => x.toFixed(decimals).replace(/^-(?=[0.]+$)/, '');
  const lopsided = Math.max(below, above) > 2 * Math.min(below, above);
  if (lopsided) return l10n.t('{0} ({1} to {2})', text(value), text(low), text(high));
  return `${text(value)} ± ${text(half)}`;
}

/**
 * The half width with one digit, two when it starts with 1, and the value with two where it is the larger one; undefined
 * for what is too large or small to write so.
 */
function decimalsOf(half: number, value: number): number | undefined {
  const power = Math.floor(Math.log10(half));
  const ofHalf = Math.round(half / 10 ** power) === 1 ? 1 - power : -power;
  const ofValue = Math.abs(value) < half ? ofHalf : 1 - Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.max(ofHalf, ofValue);
  return decimals > 8 || decimals < -6 ? undefined : Math.max(0, decimals);
}

export function amount(count: number): string {
  return count.toLocaleString('en');
}
