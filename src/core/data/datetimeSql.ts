// Owns reading dates and times in SQL, exactly as parseDateTime of datetime.ts reads them (to the microsecond, which is
// what a TIMESTAMP holds). A change there is a change here: test/core/data/datetimeSql.test.ts compares the two.
import { DATETIME_FORMS, MONTH_NAMES, MONTHS } from './datetime';
import { sqlText, sqlTexts } from './database';
import { bindSql } from './scalarSql';

const TIME_GROUPS = ['hour', 'minute', 'second', 'fraction', 'half', 'zone'] as const;
/** JavaScript's \s; RE2's is ASCII only. */
const SPACE =
  '[\\s\\v\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}]';

interface Form {
  readonly pattern: string;
  readonly groups: readonly string[];
  /** Of the groups in `m`: SQL texts of year, month and day, NULL where it is no date after all. */
  readonly date: (dayFirst: boolean) => readonly [year: string, month: string, day: string];
}

const MONTH_OF_NAME = `coalesce(list_position([${sqlTexts(MONTH_NAMES)}], lower(m.month)), list_position([${sqlTexts(
  MONTHS,
)}], CASE WHEN lower(m.month) = 'sept' THEN 'sep' ELSE lower(m.month) END))::VARCHAR`;

const yearFirst: Form = {
  pattern: DATETIME_FORMS.YEAR_FIRST,
  groups: ['year', 'separator', 'month', 'again', 'day', ...TIME_GROUPS],
  date: () => [
    "CASE WHEN m.again = '' OR m.again = m.separator THEN m.year END",
    'm.month',
    "CASE WHEN m.day = '' THEN '1' ELSE m.day END",
  ],
};
const yearLast: Form = {
  pattern: DATETIME_FORMS.YEAR_LAST,
  groups: ['first', 'separator', 'other', 'again', 'year', ...TIME_GROUPS],
  date: (dayFirst) => {
    const year = 'CASE WHEN m.again = m.separator THEN m.year END';
    if (dayFirst) return [year, 'm.other', 'm.first'];
    const isDotted = "m.separator = '.'";
    return [
      year,
      `CASE WHEN ${isDotted} THEN m.other ELSE m.first END`,
      `CASE WHEN ${isDotted} THEN m.first ELSE m.other END`,
    ];
  },
};
const dayMonthName: Form = {
  pattern: DATETIME_FORMS.DAY_MONTH_NAME,
  groups: ['day', 'month', 'year', ...TIME_GROUPS],
  date: () => ['m.year', MONTH_OF_NAME, 'm.day'],
};
const monthNameDay: Form = {
  pattern: DATETIME_FORMS.MONTH_NAME_DAY,
  groups: ['month', 'day', 'year', ...TIME_GROUPS],
  date: () => ['m.year', MONTH_OF_NAME, 'm.day'],
};

/** What most files hold, read ten times as fast: 2020-12-31, and 2020-12-31 23:59:59. */
const PLAIN = '\\d{4}-\\d\\d-\\d\\d(?:[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d)?';

/** A TIMESTAMP or NULL. @param text SQL, trimmed @see parseDateTime */
export function dateTimeSql(text: string, dayFirst: boolean): string {
  return readBy([yearFirst, yearLast, dayMonthName, monthNameDay], text, dayFirst);
}

/** Only what cannot be mistaken: the year first, as ISO 8601. A TIMESTAMP or NULL. @param text SQL, trimmed */
export function isoDateTimeSql(text: string): string {
  return readBy([yearFirst], text, false);
}

/** Whether a text such as 25/12/2020 can only have the day first; as isDayFirst of datetime.ts. @param text SQL, trimmed */
export function showsDayFirstSql(text: string): string {
  const groups = ['first', 'separator', 'other'];
  return bindSql('d0', text, (name) => {
    const days =
      "m.separator <> '.' AND try_cast(m.first AS INTEGER) > 12 AND try_cast(m.other AS INTEGER) <= 12";
    const found = `list_transform([${extractSql(name, DATETIME_FORMS.YEAR_LAST, groups)}], lambda m: ${days})[1]`;
    return `coalesce(${found}, false)`;
  });
}

function readBy(forms: readonly Form[], text: string, dayFirst: boolean): string {
  return bindSql('d0', text, (name) => {
    const branches = forms.map((form) => {
      const groups = extractSql(name, form.pattern, form.groups);
      const value = `list_transform([${groups}], lambda m: ${momentSql(form.date(dayFirst))})[1]`;
      return `WHEN regexp_full_match(${name}, ${sqlText(inRe2(form.pattern))}) THEN ${value}`;
    });
    const plain = `WHEN regexp_full_match(${name}, ${sqlText(PLAIN)}) THEN try_cast(${name} AS TIMESTAMP)`;
    return `CASE ${[plain, ...branches].join(' ')} END`;
  });
}

/** A struct of texts; '' where a group is not there. */
function extractSql(text: string, pattern: string, groups: readonly string[]): string {
  return `regexp_extract(${text}, ${sqlText(`^(?:${inRe2(pattern)})$`)}, [${sqlTexts(groups)}])`;
}

function inRe2(pattern: string): string {
  return pattern.replaceAll('\\s', SPACE);
}

/** @see dateOf and timeOf in datetime.ts */
function momentSql([year, month, day]: readonly [string, string, string]): string {
  // The cast knows the lengths of months: the 30th of February is NULL.
  const date = `epoch_us(try_cast((${year}) || '-' || (${month}) || '-' || (${day}) AS DATE)::TIMESTAMP)`;
  return `make_timestamp(${date} + ${timeSql()})`;
}

/** Microseconds since midnight UTC, or NULL where the clock does not go. */
function timeSql(): string {
  const [minute, second] = ['m.minute', 'm.second'].map(wholeSql);
  const written = wholeSql('m.hour');
  const hour = `CASE WHEN m.half = '' THEN ${written} WHEN ${written} BETWEEN 1 AND 12 THEN ${written} % 12 + CASE WHEN lower(m.half) = 'pm' THEN 12 ELSE 0 END END`;
  const fraction = "rpad(m.fraction, 6, '0')::BIGINT";
  const digits = "rpad(replace(substr(m.zone, 2), ':', ''), 4, '0')";
  const minutes = `(substr(${digits}, 1, 2)::BIGINT * 60 + substr(${digits}, 3)::BIGINT)`;
  const offset = `CASE m.zone[1] WHEN '+' THEN ${minutes} WHEN '-' THEN -${minutes} ELSE 0 END`;
  const isOnClock = `h <= 24 AND NOT (h = 24 AND ${minute} + ${second} > 0) AND ${minute} <= 59 AND ${second} <= 60`;
  const time = `CASE WHEN ${isOnClock} THEN ((h * 60 + ${minute} - (${offset})) * 60 + ${second}) * 1000000 + ${fraction} END`;
  return `CASE WHEN m.hour = '' THEN 0 ELSE list_transform([${hour}], lambda h: ${time})[1] END`;
}

function wholeSql(group: string): string {
  return `CASE WHEN ${group} = '' THEN 0 ELSE ${group}::BIGINT END`;
}
