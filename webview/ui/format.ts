// Owns how numbers, shares, durations and sizes are written for people, in the page's language.
import * as l10n from '@vscode/l10n';

let language: string | undefined;

/** @param tag a BCP 47 tag, e.g. `zh-cn`; undefined or unknown is the browser's own. */
export function setLanguage(tag: string | undefined): void {
  try {
    language = tag === undefined || tag === '' ? undefined : Intl.getCanonicalLocales(tag)[0];
  } catch {
    language = undefined;
  }
  formats.clear();
}

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, options);
    formats.set(key, format);
  }
  return format;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : '−∞';
}

/** Whole numbers with thousands separators. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return numberFormat({ maximumFractionDigits: 0 }).format(value);
}

/** `digits` significant digits; very small and very large ones in exponent form. */
export function formatValue(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e9) return value.toExponential(Math.max(0, digits - 2));
  if (magnitude >= 10 ** (digits - 1)) {
    return numberFormat({
      maximumFractionDigits: magnitude >= 10_000 || Number.isInteger(value) ? 0 : 1,
    }).format(value);
  }
  return numberFormat({ maximumSignificantDigits: digits }).format(value);
}

/** Short form for axes and tight places: 12.3K, 4.5M. */
export function formatCompact(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return numberFormat({ notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** 0.9712 -> 97.1 %. */
export function formatPercent(share: number, fractionDigits = 1): string {
  if (!Number.isFinite(share)) return notFinite(share);
  return numberFormat({ style: 'percent', maximumFractionDigits: fractionDigits }).format(share);
}

/** Two leading units at most: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  const seconds = ms / 1000;
  if (seconds < 10) return l10n.t('{0} s', numberFormat({ maximumFractionDigits: 1 }).format(seconds));
  const total = Math.round(seconds);
  if (total < 60) return l10n.t('{0} s', total);
  if (total < 3600) {
    const rest = total % 60;
    const minutes = Math.floor(total / 60);
    return rest === 0 ? l10n.t('{0} min', minutes) : l10n.t('{0} min {1} s', minutes, rest);
  }
  const minutes = Math.round(total / 60);
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? l10n.t('{0} h', hours) : l10n.t('{0} h {1} min', hours, minutes % 60);
}

/** Powers of 1024, as memory is counted. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${numberFormat({ maximumFractionDigits: value >= 100 || unit === 0 ? 0 : 1 }).format(value)} ${units[unit] ?? ''}`;
}

/** Local date and time of milliseconds since the epoch. */
export function formatDateTime(ms: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/** A date column's value, UTC as the data has no zone. */
export function formatUtc(ms: number): string {
  if (!Number.isFinite(ms)) return notFinite(ms);
  const iso = new Date(ms).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
