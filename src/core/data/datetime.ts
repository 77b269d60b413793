// Owns how a date and time is read from text: the same parser types, profiles, trains and predicts. A text
// without an offset is taken as UTC, so that no result depends on the machine's time zone.

export const DAY_MS = 86_400_000;

// Sources shared with RE2 (DuckDB), hence no back references and no look-around.
const TIME =
  '(?:[T ]\\s*(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([AaPp][Mm])?\\s*(Z|z|UTC|[+-]\\d{2}(?::?\\d{2})?)?)?';
const YEAR_FIRST = `(\\d{4})([-/])(\\d{1,2})(?:([-/])(\\d{1,2})${TIME})?`;
/** 2020.1.31; without a day it is a number. */
const YEAR_FIRST_POINTS = `(\\d{4})(\\.)(\\d{1,2})(\\.)(\\d{1,2})${TIME}`;
/** 2020年1月31日 and 2020年1月. */
const YEAR_FIRST_HAN = `(\\d{4})(年)(\\d{1,2})月(?:()(\\d{1,2})日${TIME})?`;
const YEAR_LAST = `(\\d{1,2})([-/.])(\\d{1,2})([-/.])(\\d{4})${TIME}`;
const DAY_MONTH_NAME = `(\\d{1,2})[ -]([A-Za-z]{3,9})\\.?[ ,-]\\s*(\\d{4})${TIME}`;
const MONTH_NAME_DAY = `([A-Za-z]{3,9})\\.? (\\d{1,2})(?:, ?| )(\\d{4})${TIME}`;

/** The forms of a date with its time; their groups are named in datetimeSql.ts. */
export const DATETIME_FORMS = {
  YEAR_FIRST,
  YEAR_FIRST_POINTS,
  YEAR_FIRST_HAN,
  YEAR_LAST,
  DAY_MONTH_NAME,
  MONTH_NAME_DAY,
} as const;

/** What looks like a date, for a first count in SQL; `parseDateTime` decides. */
export const DATETIME_PATTERN = Object.values(DATETIME_FORMS).join('|');

const yearFirst = [YEAR_FIRST, YEAR_FIRST_POINTS, YEAR_FIRST_HAN].map((form) => new RegExp(`^${form}$`));
const yearLast = new RegExp(`^${YEAR_LAST}$`);
const dayMonthName = new RegExp(`^${DAY_MONTH_NAME}$`);
const monthNameDay = new RegExp(`^${MONTH_NAME_DAY}$`);

export const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
export const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** 1..12, or 0 for what is no English month name. */
function monthOf(name: string): number {
  const lower = name.toLowerCase();
  const full = MONTH_NAMES.indexOf(lower);
  return (full >= 0 ? full : MONTHS.indexOf(lower === 'sept' ? 'sep' : lower)) + 1;
}

type Groups = readonly (string | undefined)[];

/** Milliseconds since midnight UTC (may be negative or beyond a day through an offset); NaN if out of range. */
function timeOf(groups: Groups, first: number): number {
  const [hourText, minuteText, secondText, fraction, half, zone] = groups.slice(first, first + 6);
  if (hourText === undefined) return 0;
  let hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText ?? 0);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  if (hour > 24 || (hour === 24 && minute + second > 0) || minute > 59 || second > 60) return NaN;
  const milliseconds = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
  let offsetMinutes = 0;
  if (zone?.startsWith('+') === true || zone?.startsWith('-') === true) {
    const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
    offsetMinutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
    if (zone.startsWith('-')) offsetMinutes = -offsetMinutes;
  }
  return ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + milliseconds;
}

function dateOf(year: number, month: number, day: number, timeMs: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // Feb 30 rolls over into March: not a date.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  return date.getTime() + timeMs;
}

/**
 * @param text trimmed
 * @param dayFirst how 03/04/2020 and 03-04-2020 are read; 03.04.2020 is always 3 April
 * @returns milliseconds since 1970-01-01 UTC, NaN when the text is no date
 */
export function parseDateTime(text: string, dayFirst: boolean): number {
  for (const form of yearFirst) {
    const match = form.exec(text);
    if (match === null) continue;
    const [, year, separator, month, second = '', day] = match;
    if (second !== '' && second !== separator) return NaN;
    return dateOf(Number(year), Number(month), Number(day ?? 1), timeOf(match, 6));
  }
  let match = yearLast.exec(text);
  if (match !== null) {
    const [, a, separator, b, second, year] = match;
    if (second !== separator) return NaN;
    const isDayFirst = dayFirst || separator === '.';
    const [day, month] = isDayFirst ? [a, b] : [b, a];
    return dateOf(Number(year), Number(month), Number(day), timeOf(match, 6));
  }
  match = dayMonthName.exec(text);
  if (match !== null)
    return dateOf(Number(match[3]), monthOf(match[2] ?? ''), Number(match[1]), timeOf(match, 4));
  match = monthNameDay.exec(text);
  if (match !== null)
    return dateOf(Number(match[3]), monthOf(match[1] ?? ''), Number(match[2]), timeOf(match, 4));
  return NaN;
}

/** True when some text like 25/12/2020 can only have the day first; otherwise the month is taken first. */
export function isDayFirst(texts: Iterable<string | null>): boolean {
  for (const text of texts) {
    if (text === null) continue;
    const match = yearLast.exec(text);
    if (match !== null && match[2] !== '.' && Number(match[1]) > 12 && Number(match[3]) <= 12) return true;
  }
  return false;
}
