// Owns reading dates and times in SQL, exactly as parseDateTime of datetime.ts reads them (to the microsecond, which is
// what a TIMESTAMP holds). A change there is a change here: test/core/data/datetimeSql.test.ts compares the two.
import { DATETIME_FORMS, MONTH_NAMES, MONTHS } from './datetime';
import { sqlText, sqlTexts } from './database';
import { bindSql } from './scalarSql';

/** JavaScript's \s; RE2's is ASCII only. */
const SPACE =
  '[\\s\\v\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}]';

/**
 * The groups of every form, so that one expression reads all of them. Of numbers: a, separator, b, again, c. Of the name
 * of a month: b, again and c, the first two empty.
 */
const GROUPS = ['a', 'separator', 'b', 'again', 'c', 'hour', 'minute', 'second', 'fraction', 'half', 'zone'];
const { YEAR_FIRST, YEAR_FIRST_POINTS, YEAR_FIRST_HAN, YEAR_LAST, DAY_MONTH_NAME, MONTH_NAME_DAY } =
  DATETIME_FORMS;
const NAMED = [`()()${DAY_MONTH_NAME}`, `()()${MONTH_NAME_DAY}`];

/** What most files hold, read ten times as fast: 2020-12-31, and 2020-12-31 23:59:59. */
const PLAIN = '\\d{4}-\\d\\d-\\d\\d(?:[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d)?';

/** A TIMESTAMP or NULL. @param text SQL, trimmed @see parseDateTime */
export function dateTimeSql(text: string, dayFirst: boolean): string {
  return readBy([YEAR_FIRST, YEAR_FIRST_POINTS, YEAR_FIRST_HAN, YEAR_LAST, ...NAMED], text, dayFirst);
}

/** Only what cannot be mistaken: the year first, as ISO 8601. A TIMESTAMP or NULL. @param text SQL, trimmed */
export function isoDateTimeSql(text: string): string {
  return readBy([YEAR_FIRST], text, false);
}

/** Whether a text such as 25/12/2020 can only have the day first; as isDayFirst of datetime.ts. @param text SQL, trimmed */
export function showsDayFirstSql(text: string): string {
  const found = extractSql(text, YEAR_LAST, GROUPS.slice(0, 3));
  const days = "m.separator <> '.' AND try_cast(m.a AS INTEGER) > 12 AND try_cast(m.b AS INTEGER) <= 12";
  return `coalesce(list_transform([${found}], lambda m: ${days})[1], false)`;
}

function readBy(forms: readonly string[], text: string, dayFirst: boolean): string {
  return bindSql('d0', text, (name) => {
    const found = forms.map(
      (form) =>
        `WHEN regexp_full_match(${name}, ${sqlText(inRe2(form))}) THEN ${extractSql(name, form, GROUPS)}`,
    );
    const moment = `list_transform([CASE ${found.join(' ')} END], lambda m: ${momentSql(dayFirst)})[1]`;
    return `(CASE WHEN regexp_full_match(${name}, ${sqlText(PLAIN)}) THEN try_cast(${name} AS TIMESTAMP) ELSE ${moment} END)`;
  });
}

/** A struct of texts; '' where a group is not there. */
function extractSql(text: string, form: string, groups: readonly string[]): string {
  return `regexp_extract(${text}, ${sqlText(`^(?:${inRe2(form)})$`)}, [${sqlTexts(groups)}])`;
}

function inRe2(pattern: string): string {
  return pattern.replaceAll('\\s', SPACE);
}

/** Of the groups in `m`. @see dateOf and timeOf in datetime.ts */
function momentSql(dayFirst: boolean): string {
  const isNamed = "m.separator = ''";
  const isYearFirst = 'length(m.a) = 4';
  const isDayFirst = dayFirst ? 'true' : "m.separator = '.'";
  const year = `CASE WHEN ${isNamed} THEN m.c WHEN m.again NOT IN ('', m.separator) THEN NULL WHEN ${isYearFirst} THEN m.a ELSE m.c END`;
  const month = `CASE WHEN ${isNamed} THEN ${monthOfNameSql("CASE WHEN m.b < 'A' THEN m.again ELSE m.b END")} WHEN ${isYearFirst} OR ${isDayFirst} THEN m.b ELSE m.a END`;
  const day = `CASE WHEN ${isNamed} THEN CASE WHEN m.b < 'A' THEN m.b ELSE m.again END WHEN ${isYearFirst} THEN CASE WHEN m.c = '' THEN '1' ELSE m.c END WHEN ${isDayFirst} THEN m.a ELSE m.b END`;
  // The cast knows the lengths of months: the 30th of February is NULL.
  const date = `epoch_us(try_cast((${year}) || '-' || (${month}) || '-' || (${day}) AS DATE)::TIMESTAMP)`;
  return `make_timestamp(${date} + ${timeSql()})`;
}

/** 1 to 12 as a text, or NULL. Full names, then those of three letters, and sept. */
function monthOfNameSql(name: string): string {
  const names = [...MONTH_NAMES, ...MONTHS, 'sept'];
  const places = names.map((_, i) => (i < 24 ? (i % 12) + 1 : 9));
  return `([${places.join(', ')}])[list_position([${sqlTexts(names)}], lower(${name}))]::VARCHAR`;
}

/** Microseconds since midnight UTC, or NULL where the clock does not go. */
function timeSql(): string {
  const [written, minute, second] = ['m.hour', 'm.minute', 'm.second'].map(
    (group) => `try_cast(${group} AS BIGINT)`,
  );
  const seconds = `coalesce(${second ?? ''}, 0)`;
  const hour = `(CASE WHEN m.half = '' THEN ${written ?? ''} WHEN ${written ?? ''} BETWEEN 1 AND 12 THEN ${written ?? ''} % 12 + CASE WHEN lower(m.half) = 'pm' THEN 12 ELSE 0 END END)`;
  const fraction = "rpad(m.fraction, 6, '0')::BIGINT";
  const digits = "rpad(replace(substr(m.zone, 2), ':', ''), 4, '0')";
  const offset = `CASE WHEN m.zone[1] IN ('+', '-') THEN (m.zone[1] || '1')::BIGINT * (substr(${digits}, 1, 2)::BIGINT * 60 + substr(${digits}, 3)::BIGINT) ELSE 0 END`;
  const clock = `(${hour} * 60 + ${minute ?? ''}) * 60 + ${seconds}`;
  // 24:00 is the end of the day, and a leap second may be written.
  const isOnClock = `${clock} <= 86400 AND ${minute ?? ''} <= 59 AND ${seconds} <= 60`;
  const time = `CASE WHEN ${isOnClock} THEN (${clock} - (${offset}) * 60) * 1000000 + ${fraction} END`;
  return `CASE WHEN m.hour = '' THEN 0 ELSE ${time} END`;
}
