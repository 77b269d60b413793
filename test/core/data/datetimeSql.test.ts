// SQL must read a date as parseDateTime does: training and recipes would disagree otherwise.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sqlText, type Database } from '../../../src/core/data/database';
import { isDayFirst, parseDateTime } from '../../../src/core/data/datetime';
import { dateTimeSql, isoDateTimeSql, showsDayFirstSql } from '../../../src/core/data/datetimeSql';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.dispose());

/** One value of SQL for each text. */
async function ask(texts: readonly string[], sql: (text: string) => string): Promise<unknown[]> {
  const rows = texts.map((text, i) => `(${i}, ${sqlText(text)})`).join(', ');
  const found = await database.rows(`SELECT ${sql('t')} FROM (VALUES ${rows}) v(i, t) ORDER BY i`);
  return found.map(([value]) => (typeof value === 'bigint' ? Number(value) : value));
}

const two = (limit: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.integer({ min: 0, max: limit }).map((n) => String(n).padStart(2, '0')),
    fc.integer({ min: 0, max: limit }).map(String),
  );
const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const year = fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0'));
const plainYear = fc.integer({ min: 1900, max: 2100 }).map(String);
const time = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      pick('T', ' ', '  ', 'T\u00a0'),
      two(25),
      two(61),
      fc.option(two(62), { nil: undefined }),
      pick('', '.5', ',25', '.123456', '.123456789', '.999999999'),
      pick('', 'am', ' PM', 'Pm'),
      pick('', 'Z', 'z', 'UTC', '+02', '-0130', '+05:45', '+99:99'),
    )
    .map(
      ([gap, hour, minute, second, fraction, half, zone]) =>
        `${gap}${hour}:${minute.padStart(2, '0')}${second === undefined ? '' : `:${second.padStart(2, '0')}${fraction}`}${half}${zone}`,
    ),
);
const separator = pick('-', '/', '.');
const month = pick('Jan', 'feb', 'MARCH', 'April', 'may', 'Sept', 'sep', 'Sept.', 'December', 'Foo', 'Janu');
const date = fc.oneof(
  fc
    .tuple(fc.oneof(year, plainYear), separator, two(14), separator, two(32), fc.boolean())
    .map(([y, a, m, b, d, same]) => `${y}${a}${m}${same ? a : b}${d}`),
  fc.tuple(year, separator, two(13)).map((parts) => parts.join('')),
  fc
    .tuple(year, two(14), fc.option(two(32), { nil: undefined }))
    .map(([y, m, d]) => `${y}年${m}月${d === undefined ? '' : `${d}日`}`),
  fc
    .tuple(two(32), separator, two(32), separator, fc.oneof(year, plainYear), fc.boolean())
    .map(([d, a, m, b, y, same]) => `${d}${a}${m}${same ? a : b}${y}`),
  fc.tuple(two(32), pick(' ', '-', '  '), month, pick(' ', '-', ', ', '. '), year).map((p) => p.join('')),
  fc.tuple(month, pick(' ', '. '), two(32), pick(', ', ' ', ','), year).map((p) => p.join('')),
);
const written = fc.tuple(date, time).map(([d, t]) => (d + t).trim());

describe('dates in SQL', () => {
  it('are read as parseDateTime reads them, to the microsecond', async () => {
    const texts = fc.sample(written, { numRuns: 4000, seed: 7 });
    for (const dayFirst of [false, true]) {
      const micros = await ask(texts, (text) => `epoch_us(${dateTimeSql(text, dayFirst)})`);
      // Milliseconds as a double are exact to about two microseconds in the year 2300.
      const differing = texts.filter((text, i) => {
        const expected = parseDateTime(text, dayFirst) * 1000;
        const found = micros[i];
        return typeof found === 'number' ? !(Math.abs(found - expected) < 3) : !Number.isNaN(expected);
      });
      expect(differing).toEqual([]);
      expect(micros.filter((value) => value !== null).length).toBeGreaterThan(500);
    }
  });

  it('take the same common texts', async () => {
    const texts = [
      '2020-02-29',
      '2021-02-29',
      '2020-12-31 23:59:59',
      '0000-01-01',
      '9999-12-31',
      '2020',
      '2020.1.5',
      '2020.1',
      '2020年1月5日',
      '2020年1月5日 12:30',
      '2020年1月',
      '',
      'x',
    ];
    const micros = await ask(texts, (text) => `epoch_us(${dateTimeSql(text, false)})`);
    expect(micros).toEqual(
      texts.map((text) => {
        const ms = parseDateTime(text, false);
        return Number.isNaN(ms) ? null : ms * 1000;
      }),
    );
  });

  it('of ISO 8601 alone leave out what may be mistaken', async () => {
    const texts = ['2020-03-04', '03/04/2020', '03.04.2020', '4 Mar 2020', '2020-03-04T05:06+01:00'];
    const micros = await ask(texts, (text) => `epoch_us(${isoDateTimeSql(text)})`);
    const [first, last] = [Date.UTC(2020, 2, 4) * 1000, Date.UTC(2020, 2, 4, 4, 6) * 1000];
    expect(micros).toEqual([first, null, null, null, last]);
  });

  it('show that the day is first where isDayFirst says so', async () => {
    const texts = fc.sample(fc.oneof(written, pick('25/12/2020', '12/25/2020', '25.12.2020')), {
      numRuns: 1000,
      seed: 8,
    });
    const shown = await ask(texts, showsDayFirstSql);
    expect(texts.map((text, i) => [text, shown[i]])).toEqual(texts.map((text) => [text, isDayFirst([text])]));
  });
});
