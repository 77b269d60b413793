// Steps on dates.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDayFirst, parseDateTime } from '../../../../src/core/data/datetime';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe } from '../../../support/recipe';

const parse = { step: 'parseDate' as const, columns: ['d'] };
const csvOf = (texts: readonly string[]): string => `d,n\n${texts.map((text) => `"${text}",1`).join('\n')}\n`;

describe('parseDate', () => {
  it('reads as training does, whichever way the column is written', async () => {
    const days = fc.integer({ min: -30_000, max: 40_000 }).map((day) => new Date(day * 86_400_000));
    const two = (n: number): string => String(n).padStart(2, '0');
    const [y, m, d] = [
      (date: Date) => String(date.getUTCFullYear()),
      (date: Date) => two(date.getUTCMonth() + 1),
      (date: Date) => two(date.getUTCDate()),
    ];
    const month = (date: Date): string => date.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
    const forms: readonly ((date: Date) => string)[] = [
      (date) => date.toISOString(),
      (date) => `${y(date)}/${m(date)}/${d(date)} 10:30 pm`,
      (date) => `${d(date)}/${m(date)}/${y(date)}`,
      (date) => `${m(date)}/${d(date)}/${y(date)} 7:05`,
      (date) => `${d(date)}.${m(date)}.${y(date)}`,
      (date) => `${d(date)} ${month(date)} ${y(date)}`,
      (date) => `${month(date)} ${d(date)}, ${y(date)} 01:02:03+02:00`,
    ];
    for (const [i, form] of forms.entries()) {
      const texts = fc.sample(days, { numRuns: 60, seed: i }).map(form);
      const { values } = await runRecipe(csvOf([...texts, 'soon']), [parse]);
      const dayFirst = isDayFirst(texts);
      const expected = texts.map((text) => {
        const ms = parseDateTime(text, dayFirst);
        return Number.isNaN(ms) ? null : ms;
      });
      expect(values['d']).toEqual([...expected, null]);
    }
  });

  it('decides which comes first from all values and keeps to it', async () => {
    const { steps } = await runRecipe(csvOf(['03/04/2020', '25/12/2020']), [parse]);
    expect(steps[0]?.step).toMatchObject({ dayFirst: 'yes' });
    const { values } = await runRecipe(csvOf(['03/04/2020']), [], { fitted: steps });
    expect(values['d']).toEqual([Date.UTC(2020, 3, 3)]);
    const other = await runRecipe(csvOf(['03/04/2020']), [parse]);
    expect(other.steps[0]?.step).toMatchObject({ dayFirst: 'no' });
    expect(other.values['d']).toEqual([Date.UTC(2020, 2, 4)]);
  });

  it('tells what it could not read, words for nothing aside', async () => {
    const { values, kinds, issues } = await runRecipe(csvOf(['2020-02-30', '-', '', '2020-02-29', 'x']), [
      parse,
    ]);
    expect(values['d']).toEqual([null, null, null, Date.UTC(2020, 1, 29), null]);
    expect(kinds[0]).toBe('datetime');
    expect(issues.map(({ message, count }) => [message, count])).toEqual([
      ['Column "d" has "2020-02-30" in row 1, expected a date. Cells like this: 2; they are missing now.', 2],
    ]);
  });

  it('reads a form of its own, with an offset too', async () => {
    const form = (format: string): RecipeStepInput => ({ ...parse, format });
    const one = async (text: string, format: string): Promise<unknown> =>
      (await runRecipe(csvOf([text]), [form(format)])).values['d']?.[0];
    expect(await one('31|12|99', '%d|%m|%y')).toBe(Date.UTC(1999, 11, 31));
    expect(await one('20200131', '%Y%m%d')).toBe(Date.UTC(2020, 0, 31));
    expect(await one('2020-01-31 10:00 +0200', '%Y-%m-%d %H:%M %z')).toBe(Date.UTC(2020, 0, 31, 8));
    for (const text of ['infinity', 'epoch', '2020-13-01', '2020-01-01 x']) {
      expect(await one(text, '%Y-%m-%d')).toBeNull();
    }
    await expect(one('x', '%Q')).rejects.toMatchObject({
      code: 'recipe.dateFormat',
      message: 'Recipe step 1 (parseDate): "%Q" is no strptime format; expected one such as %d.%m.%Y %H:%M.',
    });
  });

  it('leaves a column that is a date already', async () => {
    const { values, issues } = await runRecipe(csvOf(['2020-01-01']), [parse, { ...parse, format: '%Y' }]);
    expect(values['d']).toEqual([Date.UTC(2020, 0, 1)]);
    expect(issues).toEqual([]);
  });
});

describe('dateParts', () => {
  const PARTS = [
    'year',
    'quarter',
    'month',
    'week',
    'dayOfYear',
    'day',
    'weekday',
    'hour',
    'minute',
    'isWeekend',
    'daysSince1970',
  ] as const;
  const parts = { step: 'dateParts' as const, column: 'd', parts: [...PARTS] };

  it('gives numbers, in the place of the date', async () => {
    const { columns, kinds, values } = await runRecipe(csvOf(['2021-01-02T18:30', '1969-12-31', '', 'x']), [
      parts,
    ]);
    expect(columns).toEqual([...PARTS.map((part) => `d_${part}`), 'n']);
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(['number']));
    // pandas 2.2: Timestamp('2021-01-02 18:30').isocalendar() is (2020, 53, 6); weekday() 5, dayofyear 2.
    expect(PARTS.map((part) => values[`d_${part}`]?.[0])).toEqual([
      2021,
      1,
      1,
      53,
      2,
      2,
      5,
      18,
      30,
      1,
      18629 + 18.5 / 24,
    ]);
    expect(PARTS.map((part) => values[`d_${part}`]?.[1])).toEqual([1969, 4, 12, 1, 365, 31, 2, 0, 0, 0, -1]);
    for (const part of PARTS) expect(values[`d_${part}`]?.slice(2)).toEqual([null, null]);
  });

  it('puts what turns on a circle, and leaves the rest', async () => {
    const { columns, values } = await runRecipe(csvOf(['2021-01-04T06:15']), [
      {
        ...parts,
        parts: ['year', 'month', 'weekday', 'hour', 'minute', 'dayOfYear', 'month'],
        cyclic: true,
        keep: true,
      },
    ]);
    expect(columns).toEqual([
      'd',
      'd_year',
      ...['month', 'weekday', 'hour', 'minute', 'dayOfYear'].flatMap((part) => [
        `d_${part}_sin`,
        `d_${part}_cos`,
      ]),
      'n',
    ]);
    const turn = (part: string): number[] =>
      ['sin', 'cos'].map((name) => Number(values[`d_${part}_${name}`]?.[0]));
    expect(values['d_year']).toEqual([2021]);
    for (const [part, turns] of Object.entries({
      month: 0,
      weekday: 0,
      hour: 6 / 24,
      minute: 15 / 60,
      dayOfYear: 3 / 365.25,
    })) {
      expect(turn(part)[0], part).toBeCloseTo(Math.sin(2 * Math.PI * turns), 12);
      expect(turn(part)[1], part).toBeCloseTo(Math.cos(2 * Math.PI * turns), 12);
    }
  });

  it('decides for texts which comes first, and tells what is no date', async () => {
    const { values, steps, issues } = await runRecipe(csvOf(['03/04/2020', '25/12/2020', 'x']), [
      { ...parts, parts: ['month'] },
    ]);
    expect(values['d_month']).toEqual([4, 12, null]);
    expect(steps[0]?.step).toMatchObject({ dayFirst: 'yes' });
    expect(issues).toMatchObject([{ code: 'recipe.notRead', count: 1 }]);
  });

  it('refuses names that are taken', async () => {
    await expect(
      runRecipe('d,d_year\n2020-01-01,1\n', [{ ...parts, parts: ['year'] }]),
    ).rejects.toMatchObject({ code: 'recipe.columnExists' });
  });
});
