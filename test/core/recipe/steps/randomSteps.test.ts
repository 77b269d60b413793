// Any list of steps on any small table: an error is one that tells, rows stay, new rows become what the fitted ones did.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsAfter } from '../../../../src/core/recipe/pipeline';
import { BenchError } from '../../../../src/shared/errors';
import { recipeStepsSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe } from '../../../support/recipe';

const NAMES = ['a', 'b', 'c d', '__proto__', "x'y"];
// Mostly columns that are there.
const name = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.constantFrom('new', 'a_year') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 3 }) },
);
const made = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('new', 'n1', 'n 2', '列', 'constructor') },
  { weight: 1, arbitrary: name },
);
const names = fc.array(name, { minLength: 1, maxLength: 3 });
const text = fc.oneof(
  fc.constantFrom('a', ' ', ',', '.', '(', '\\1', '[a-z]+', '(\\d+)-?', '1', "'", '\0', 'é'),
  fc.string({ minLength: 1, maxLength: 4 }),
);
const flag = fc.boolean();
const expression = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'a + b * 2',
      'a / b > 1',
      'if(a > b, `c d`, "none")',
      'concat(`c d`, "-", a)',
      'year(`c d`)',
      'a is missing or matches(`c d`, "[0-9]")',
      'coalesce(a, b, missing)',
      'sqrt(-abs(a)) + ln(b - b)',
      'b * 1e308 * 1e308',
    ),
  },
  { weight: 1, arbitrary: text },
);

const step: fc.Arbitrary<RecipeStepInput> = fc.oneof(
  fc.record({ step: fc.constantFrom('selectColumns', 'dropColumns', 'reorderColumns'), columns: names }),
  fc.record({
    step: fc.constant('renameColumns' as const),
    renames: fc.array(fc.record({ column: name, to: made }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    step: fc.constant('cast' as const),
    columns: names,
    to: fc.constantFrom('number', 'text', 'boolean', 'datetime'),
    decimal: fc.constantFrom('.', ','),
    thousands: fc.constantFrom('', ',', '.', "'"),
    symbols: flag,
  }),
  fc.record({ step: fc.constant('computeColumn' as const), name: made, expression }),
  fc.record({
    step: fc.constant('splitColumn' as const),
    column: name,
    separator: text,
    into: fc.array(made, { minLength: 1, maxLength: 3 }),
    keep: flag,
  }),
  fc.record({ step: fc.constant('joinColumns' as const), columns: names, name, separator: text, keep: flag }),
  fc.record({ step: fc.constant('trim' as const), columns: names, inner: flag }),
  fc.record({
    step: fc.constant('changeCase' as const),
    columns: names,
    case: fc.constantFrom('lower', 'upper', 'title'),
  }),
  fc.record({
    step: fc.constant('replaceText' as const),
    columns: names,
    find: text,
    replace: text,
    match: fc.constantFrom('part', 'cell', 'regex'),
    ignoreCase: flag,
  }),
  fc.record({
    step: fc.constant('extractText' as const),
    column: name,
    pattern: text,
    group: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 })),
    name: made,
    keep: flag,
  }),
  fc.record({
    step: fc.constant('mapValues' as const),
    column: name,
    values: fc.array(fc.record({ from: fc.oneof(text, fc.constant('')), to: fc.option(text) }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({
    step: fc.constant('cleanText' as const),
    columns: names,
    removeHtml: flag,
    removePunctuation: flag,
    removeDigits: flag,
    removeStopWords: flag,
  }),
  fc.record({
    step: fc.constant('tokenise' as const),
    columns: names,
    minLength: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    step: fc.constant('parseDate' as const),
    columns: names,
    format: fc.oneof(
      { weight: 3, arbitrary: fc.constant('auto') },
      { weight: 1, arbitrary: fc.constantFrom('%Y', '%d.%m.%Y', '%Y-%m-%d %z', '%Q', '%') },
    ),
  }),
  fc.record({
    step: fc.constant('dateParts' as const),
    column: name,
    parts: fc.array(fc.constantFrom('year' as const, 'week' as const, 'month' as const, 'hour' as const), {
      minLength: 1,
    }),
    cyclic: flag,
    keep: flag,
  }),
  fc.record({
    step: fc.constant('filterRows' as const),
    condition: expression,
    keep: fc.constantFrom('matching', 'others'),
  }),
);

const cell = fc.oneof(
  fc.constantFrom(
    '',
    'NA',
    '1',
    '-2.5',
    '1,5',
    '$3',
    '1e300',
    ' x ',
    'yes',
    '2020-02-29',
    '25/12/2020',
    '03/04/2020 1:00 pm',
    '<b>Hi</b> you',
    '学习 a',
    'é',
  ),
  fc.string({ maxLength: 5 }).map((value) => value.replace(/[\0\r\n"\\]/g, '')),
);
const rows = fc.array(fc.array(cell, { minLength: NAMES.length, maxLength: NAMES.length }), {
  minLength: 1,
  maxLength: 6,
});

function csvOf(table: readonly (readonly string[])[]): string {
  // The first column is never empty, so that no row is a blank line.
  const lines = table.map((cells, i) => [String(i), ...cells].map((value) => `"${value}"`).join(','));
  return `"row",${NAMES.map((column) => `"${column}"`).join(',')}\n${lines.join('\n')}\n`;
}

/** What came out, or the error that tells. */
async function outcome<T>(work: () => Promise<T> | T): Promise<T | BenchError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BenchError && error.code.startsWith('recipe.')) return error;
    throw error;
  }
}

describe('any list of steps', () => {
  it('tells what is wrong or works, on new rows as on those it was fitted on', async () => {
    let worked = 0;
    const property = fc.asyncProperty(
      rows,
      fc.array(step, { minLength: 1, maxLength: 3 }),
      async (table, steps) => {
        const csv = csvOf(table);
        const fitted = await outcome(() => runRecipe(csv, steps));
        const names = await outcome(() => columnsAfter(recipeStepsSchema.parse(steps), ['row', ...NAMES]));
        if (fitted instanceof BenchError) return;
        worked++;
        expect(names).toEqual(fitted.columns);
        if (!steps.some((one) => one.step === 'filterRows')) expect(fitted.rid).toHaveLength(table.length);
        for (const values of Object.values(fitted.values)) {
          for (const value of values)
            expect(value === '' || (typeof value === 'number' && !Number.isFinite(value))).toBe(false);
        }
        const applied = await runRecipe(csv, [], { fitted: fitted.steps });
        expect(applied.columns).toEqual(fitted.columns);
        expect(applied.values).toEqual(fitted.values);
        expect(applied.rid).toEqual(fitted.rid);
      },
    );
    await fc.assert(property, { numRuns: Number(process.env['MODEL_BENCH_RUNS'] ?? 25) });
    expect(worked).toBeGreaterThan(5);
  });
});
