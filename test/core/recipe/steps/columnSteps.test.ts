// Steps on columns: names, types, new columns.
import { describe, expect, it } from 'vitest';
import { stepDefinition } from '../../../../src/core/recipe/steps/registry';
import { recipeStepSchema, type RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe } from '../../../support/recipe';

const CSV = 'a,b,c\n1,x,0.5\n2,y,\n';

async function columnsAfter(...steps: RecipeStepInput[]): Promise<readonly string[]> {
  return (await runRecipe(CSV, steps)).columns;
}

async function codeOf(...steps: RecipeStepInput[]): Promise<unknown> {
  return runRecipe(CSV, steps).then(
    () => undefined,
    (error: unknown) => (error as { code: string }).code,
  );
}

/** Before there is data. */
function namesAfter(input: RecipeStepInput, columns: readonly string[]): readonly string[] | undefined {
  const step = recipeStepSchema.parse(input);
  return stepDefinition(step.step).columns(step, columns);
}

describe('steps on the names of columns', () => {
  it('select in the order of the table, drop, and put first', async () => {
    expect(await columnsAfter({ step: 'selectColumns', columns: ['c', 'a', 'c'] })).toEqual(['a', 'c']);
    expect(await columnsAfter({ step: 'dropColumns', columns: ['b', 'b'] })).toEqual(['a', 'c']);
    expect(await columnsAfter({ step: 'reorderColumns', columns: ['c', 'b', 'c'] })).toEqual(['c', 'b', 'a']);
  });

  it('swap names, and values follow', async () => {
    const swap: RecipeStepInput = {
      step: 'renameColumns',
      renames: [
        { column: 'a', to: 'b' },
        { column: 'b', to: 'a' },
      ],
    };
    const { columns, values } = await runRecipe(CSV, [swap]);
    expect(columns).toEqual(['b', 'a', 'c']);
    expect([values['a'], values['b']]).toEqual([
      ['x', 'y'],
      ['1', '2'],
    ]);
  });

  it('refuse names that are taken, named twice or not there', async () => {
    const rename = (...renames: { column: string; to: string }[]): Promise<unknown> =>
      codeOf({ step: 'renameColumns', renames });
    expect(await rename({ column: 'a', to: 'b' })).toBe('recipe.columnExists');
    expect(await rename({ column: 'a', to: 'z' }, { column: 'b', to: 'z' })).toBe('recipe.columnExists');
    expect(await rename({ column: 'a', to: 'y' }, { column: 'a', to: 'z' })).toBe('recipe.renamedTwice');
    expect(await rename({ column: 'q', to: 'z' })).toBe('recipe.unknownColumn');
    for (const step of ['selectColumns', 'dropColumns', 'reorderColumns'] as const) {
      expect(await codeOf({ step, columns: ['a', 'q'] })).toBe('recipe.unknownColumn');
    }
  });

  it('take any name', async () => {
    const names = ['__proto__', 'a "quoted" name', "o'clock", '价格'];
    const { columns, values } = await runRecipe('a,b,c,d\n1,2,3,4\n', [
      {
        step: 'renameColumns',
        renames: ['a', 'b', 'c', 'd'].map((column, i) => ({ column, to: names[i] ?? '' })),
      },
      { step: 'computeColumn', name: 'sum', expression: '__proto__ + `a "quoted" name` + `o\'clock` + 价格' },
    ]);
    expect(columns).toEqual([...names, 'sum']);
    expect(values['sum']).toEqual([10]);
  });
});

describe('cast', () => {
  it('reads numbers and tells what it could not read', async () => {
    const { values, kinds, issues } = await runRecipe('x\n1\n-\n 2.5 \nlots\nmany\n', [
      { step: 'cast', columns: ['x'], to: 'number' },
    ]);
    expect(values['x']).toEqual([1, null, 2.5, null, null]);
    expect(kinds).toEqual(['number']);
    expect(issues).toMatchObject([{ code: 'recipe.notRead', column: 'x', count: 2 }]);
    expect(issues[0]?.message).toBe(
      'Column "x" has "lots" in row 4, expected a number. Cells like this: 2; they are missing now.',
    );
  });

  it('reads other ways to write numbers', async () => {
    const csv = 'x\n"1.234,5"\n"12,5 €"\n-$3\n$-4\n5 %\n"€ 1.000.000"\n1.5\n';
    const { values } = await runRecipe(csv, [
      { step: 'cast', columns: ['x'], to: 'number', decimal: ',', thousands: '.', symbols: true },
    ]);
    expect(values['x']).toEqual([1234.5, 12.5, -3, -4, 5, 1_000_000, null]);
  });

  it('refuses one mark for two things', async () => {
    expect(await codeOf({ step: 'cast', columns: ['a'], to: 'number', decimal: ',', thousands: ',' })).toBe(
      'recipe.numberFormat',
    );
  });

  it('reads booleans', async () => {
    const csv = 'x,y\nTrue,1\n no,0\nY,2\n1,\nmaybe,1\n';
    const { values, issues, kinds } = await runRecipe(csv, [
      { step: 'computeColumn', name: 'z', expression: 'number(y)' },
      { step: 'cast', columns: ['x', 'z'], to: 'boolean' },
    ]);
    expect(values['x']).toEqual(['true', 'false', 'true', 'true', null]);
    expect(values['z']).toEqual(['true', 'false', null, null, 'true']);
    expect(kinds).toEqual(['text', 'text', 'text']);
    expect(issues.map(({ column, count }) => [column, count])).toEqual([
      ['x', 1],
      ['z', 1],
    ]);
  });

  it('reads dates with the day where all values say it is, also for new rows', async () => {
    const step: RecipeStepInput = { step: 'cast', columns: ['x'], to: 'datetime' };
    const { values, steps, issues } = await runRecipe('x\n03/04/2020\n25/12/2020\n2020\n', [step]);
    expect(values['x']).toEqual([Date.UTC(2020, 3, 3), Date.UTC(2020, 11, 25), null]);
    expect(issues).toMatchObject([{ column: 'x', count: 1 }]);
    expect(steps[0]?.step).toMatchObject({ dayFirst: 'yes' });
    const later = await runRecipe('x\n01/02/2021\n', [], { fitted: steps });
    expect(later.values['x']).toEqual([Date.UTC(2021, 1, 1)]);
  });

  it('writes numbers and dates as texts, and dates as numbers and back', async () => {
    const { values } = await runRecipe('x,d\n1.0,2020-01-02 03:04:05\n2.5,\n', [
      { step: 'cast', columns: ['x'], to: 'number' },
      { step: 'cast', columns: ['d'], to: 'datetime' },
      { step: 'computeColumn', name: 'same', expression: 'd' },
      { step: 'cast', columns: ['same'], to: 'number' },
      { step: 'cast', columns: ['same'], to: 'datetime' },
      { step: 'cast', columns: ['x', 'd'], to: 'text' },
    ]);
    expect(values['x']).toEqual(['1', '2.5']);
    expect(values['d']).toEqual(['2020-01-02T03:04:05', null]);
    expect(values['same']).toEqual([Date.UTC(2020, 0, 2, 3, 4, 5), null]);
  });

  it('takes a number that is no moment for missing', async () => {
    const { values } = await runRecipe('x\n1e300\n-1e16\n0\n', [
      { step: 'cast', columns: ['x'], to: 'number' },
      { step: 'cast', columns: ['x'], to: 'datetime' },
    ]);
    expect(values['x']).toEqual([null, null, 0]);
  });
});

describe('computeColumn', () => {
  it('adds what it computes at the end; a condition is 0 or 1', async () => {
    const { columns, kinds, values } = await runRecipe(CSV, [
      { step: 'computeColumn', name: 'sum', expression: 'a + c' },
      { step: 'computeColumn', name: 'big', expression: 'sum > 1' },
      { step: 'computeColumn', name: 'word', expression: 'if(big, b, "none")' },
    ]);
    expect(columns).toEqual(['a', 'b', 'c', 'sum', 'big', 'word']);
    expect(kinds.slice(3)).toEqual(['number', 'number', 'text']);
    expect([values['sum'], values['big'], values['word']]).toEqual([
      [1.5, null],
      [1, null],
      ['x', null],
    ]);
  });

  it('names the step, the place and what may be meant', async () => {
    await expect(
      runRecipe('height\n1\n', [{ step: 'computeColumn', name: 'n', expression: '2 * heigth' }]),
    ).rejects.toMatchObject({
      code: 'recipe.expression',
      message:
        'Recipe step 1 (computeColumn): There is no column "heigth" at this step. Did you mean "height"?',
      details: { step: 0, offset: 4, length: 6, didYouMean: 'height' },
    });
    expect(await codeOf({ step: 'computeColumn', name: 'a', expression: '1' })).toBe('recipe.columnExists');
  });

  it('finds mistakes before there is data', () => {
    const names = ['a', 'b'];
    expect(
      namesAfter({ step: 'computeColumn', name: 'n', expression: 'a + daysBetween(a, b)' }, names),
    ).toEqual(['a', 'b', 'n']);
    expect(() => namesAfter({ step: 'computeColumn', name: 'n', expression: 'a + q' }, names)).toThrow(/"q"/);
    expect(() => namesAfter({ step: 'computeColumn', name: 'n', expression: 'a +' }, names)).toThrow(/ends/);
  });
});

describe('splitColumn', () => {
  it('gives the last column the rest, in the place of the old one', async () => {
    const csv = 'id,name,z\n1,Ada King Lovelace,a\n2,Grace,b\n3,,c\n4, A  B ,d\n';
    const { columns, values } = await runRecipe(csv, [
      { step: 'splitColumn', column: 'name', separator: ' ', into: ['name', 'rest'] },
    ]);
    expect(columns).toEqual(['id', 'name', 'rest', 'z']);
    expect(values['name']).toEqual(['Ada', 'Grace', null, 'A']);
    expect(values['rest']).toEqual(['King Lovelace', null, null, 'B']);
  });

  it('keeps the old one where it is told to, and refuses names that are taken', async () => {
    const step = { step: 'splitColumn' as const, column: 'b', separator: '/' };
    expect(await columnsAfter({ ...step, into: ['x', 'y'], keep: true })).toEqual(['a', 'b', 'x', 'y', 'c']);
    expect(await codeOf({ ...step, into: ['x', 'x'] })).toBe('recipe.columnExists');
    expect(await codeOf({ ...step, into: ['c'] })).toBe('recipe.columnExists');
    expect(await codeOf({ ...step, into: ['b'], keep: true })).toBe('recipe.columnExists');
  });

  it('takes quotes and text that looks like a pattern as they are', async () => {
    const { values } = await runRecipe("x\na.'b\n", [
      { step: 'splitColumn', column: 'x', separator: ".'", into: ['p', 'q'] },
    ]);
    expect([values['p'], values['q']]).toEqual([['a'], ['b']]);
  });
});

describe('joinColumns', () => {
  it('leaves out what is missing', async () => {
    const { columns, values } = await runRecipe('a,b,c\n1,x,0.5\n2,,\n,,\n', [
      { step: 'joinColumns', columns: ['c', 'a', 'b'], name: 'a', separator: '-' },
    ]);
    expect(columns).toEqual(['a']);
    expect(values['a']).toEqual(['0.5-1-x', '2', null]);
  });

  it('keeps the sources where it is told to, and takes one twice', async () => {
    const { columns, values } = await runRecipe(CSV, [
      { step: 'joinColumns', columns: ['b', 'b'], name: 'n', separator: '', keep: true },
    ]);
    expect(columns).toEqual(['a', 'b', 'c', 'n']);
    expect(values['n']).toEqual(['xx', 'yy']);
    expect(await codeOf({ step: 'joinColumns', columns: ['a', 'b'], name: 'c' })).toBe('recipe.columnExists');
  });
});
