// Owns how numbers, shares and dates are written where the page's language decides (separators, digits, compact forms).
// Lengths of time and sizes read the same everywhere: src/shared/format.ts.

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

/** 0.9712 -> 97.1 %. What is not quite all (or nothing) never reads as it: 0.99996 -> >99.9 %. */
export function formatPercent(share: number, fractionDigits = 1): string {
  return percent(share, { maximumFractionDigits: fractionDigits });
}

/** As many decimals in every cell, so that a column of shares is aligned: 100.0 %, 97.1 %. */
export function formatPercentCell(share: number): string {
  return percent(share, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function percent(
  share: number,
  digits: { maximumFractionDigits: number; minimumFractionDigits?: number },
): string {
  if (!Number.isFinite(share)) return notFinite(share);
  const format = numberFormat({ style: 'percent', ...digits });
  const smallest = 10 ** -(digits.maximumFractionDigits + 2);
  if (share < 1 && share > 1 - smallest / 2) return `>${format.format(1 - smallest)}`;
  if (share > 0 && share < smallest / 2) return `<${format.format(smallest)}`;
  return format.format(share);
}

/** Three significant digits in as few characters as can be, for a narrow table: 0.0412, 3.4e-4, 4,013, 123K. */
export function formatCell(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3) return value.toExponential(1);
  if (magnitude >= 1e5) return formatCompact(value);
  return numberFormat(
    magnitude >= 100
      ? { maximumFractionDigits: 0 }
      : { maximumSignificantDigits: 3, minimumSignificantDigits: 3 },
  ).format(value);
}

/** Three decimals, for scores between -1 and 1; no minus before what rounds to zero. */
export function formatUnit(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const shown = Math.abs(value) < 0.0005 ? 0 : value;
  return numberFormat({ minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(shown);
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
