// Steps on rows: which rows stay, in which order, and what a group of them becomes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe, type RecipeResult, type RunRecipeOptions } from '../../../support/recipe';

type StepInput<K> = Extract<RecipeStepInput, { step: K }>;
const run = (csv: string, step: RecipeStepInput, options?: RunRecipeOptions): Promise<RecipeResult> =>
  runRecipe(csv, [step], options);
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');

describe('dropDuplicates', () => {
  const csv = 'a,b\n1,x\n2,y\n" 1 ",x\n3,\n1,x\n3,\n';

  it.each([
    { keep: 'first' as const, rid: [0, 1, 3] },
    { keep: 'last' as const, rid: [1, 4, 5] },
    { keep: 'none' as const, rid: [1] },
  ])('keeps $keep of rows equal but for space, in their order', async ({ keep, rid }) => {
    expect((await run(csv, { step: 'dropDuplicates', keep })).rid).toEqual(rid);
  });

  it('looks at some columns only', async () => {
    expect((await run(csv, { step: 'dropDuplicates', columns: ['b'] })).rid).toEqual([0, 1, 3]);
  });

  it('tells a missing cell and cells that join to the same text apart', async () => {
    const { rid } = await run('a,b\nxy,\nx,y\n,xy\nx,y\n', { step: 'dropDuplicates' });
    expect(rid).toEqual([0, 1, 2]);
  });

  it('finds them among quotes, __proto__ and emoji', async () => {
    const name = '"a""b\'; DROP TABLE cells; --"';
    const { rid, columns } = await run(`${name},__proto__\n'x,😀\n'x,😀\n'x,😁\n`, {
      step: 'dropDuplicates',
    });
    expect(columns).toEqual(['a"b\'; DROP TABLE cells; --', '__proto__']);
    expect(rid).toEqual([0, 2]);
  });
});

describe('dropMissing', () => {
  const csv = 'a,b\n1,x\n,y\nNA,\n4,\n';

  it('leaves out rows with any, or only missing values', async () => {
    expect((await run(csv, { step: 'dropMissing' })).rid).toEqual([0]);
    expect((await run(csv, { step: 'dropMissing', when: 'all' })).rid).toEqual([0, 1, 3]);
    expect((await run(csv, { step: 'dropMissing', columns: ['a'] })).rid).toEqual([0, 3]);
  });

  it('names an unknown column and the step', async () => {
    await expect(run(csv, { step: 'dropMissing', columns: ['A'] })).rejects.toMatchObject({
      code: 'recipe.unknownColumn',
      message: 'Recipe step 1 (dropMissing): There is no column "A" at this step. Did you mean "a"?',
    });
  });
});

describe('sample', () => {
  const csv = `x\n${rows(50, (i) => `${i}`)}`;

  it('takes exactly so many rows, in the order of the file, the same for a seed', async () => {
    const { rid } = await run(csv, { step: 'sample', rows: 20 });
    expect(rid).toHaveLength(20);
    expect(rid).toEqual([...rid].sort((a, b) => a - b));
    expect((await run(csv, { step: 'sample', rows: 20 })).rid).toEqual(rid);
    expect((await run(csv, { step: 'sample', rows: 20, seed: 2 })).rid).not.toEqual(rid);
    expect((await run(csv, { step: 'sample', rows: 50 })).rid).toHaveLength(50);
    expect((await run(csv, { step: 'sample', rows: 51 })).rid).toHaveLength(50);
  });

  it('takes rows from everywhere alike', async () => {
    const { rid } = await run(`x\n${rows(2000, (i) => `${i}`)}`, { step: 'sample', rows: 1000 });
    const counts = new Array<number>(10).fill(0);
    for (const row of rid) counts[Math.floor(row / 200)]!++;
    // Hypergeometric: mean 100, sd 6.7; five of them.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(34);
  });
});

describe('shuffle', () => {
  it('puts all rows into another order, pinned so that every machine has it', async () => {
    const csv = `x\n${rows(10, (i) => `${i}`)}`;
    const { rid, values } = await run(csv, { step: 'shuffle' });
    // sorted(range(10), key=lambda i: hashlib.md5(f"shuffle:1:{i}".encode()).digest()[::-1])
    expect(rid).toEqual([0, 7, 8, 3, 9, 2, 4, 1, 6, 5]);
    expect(values['x']).toEqual(rid.map(String));
    expect((await run(csv, { step: 'shuffle', seed: 7 })).rid).not.toEqual(rid);
  });
});

describe('sort', () => {
  const sorted = async (cells: readonly string[], order?: 'descending'): Promise<readonly unknown[]> => {
    const by = [{ column: 'x', ...(order === undefined ? {} : { order }) }];
    const { values } = await run(`x,i\n${cells.map((cell, i) => `${cell},${i}\n`).join('')}`, {
      step: 'sort',
      by,
    });
    return values['x'] ?? [];
  };

  it('puts numbers first as numbers, then texts by code point, missing last both ways', async () => {
    const cells = ['b', '10', '', '9', '1e2', 'B', 'é', '-3'];
    expect(await sorted(cells)).toEqual(['-3', '9', '10', '1e2', 'B', 'b', 'é', null]);
    expect(await sorted(cells, 'descending')).toEqual(['é', 'b', 'B', '1e2', '10', '9', '-3', null]);
  });

  it('leaves equal rows as they were, and takes the second column for them', async () => {
    const csv = 'x,y\n2,a\n1,b\n2.0,c\n1,a\n';
    const one = await run(csv, { step: 'sort', by: [{ column: 'x', order: 'descending' }] });
    expect(one.rid).toEqual([0, 2, 1, 3]);
    const two = await run(csv, {
      step: 'sort',
      by: [{ column: 'x' }, { column: 'y', order: 'descending' }],
    });
    expect(two.rid).toEqual([1, 3, 2, 0]);
  });

  it('agrees with sorting here, for any numbers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }),
        async (numbers) => {
          const { rid } = await run(`x\n${numbers.map((x) => `${x}\n`).join('')}`, {
            step: 'sort',
            by: [{ column: 'x' }],
          });
          const wanted = numbers.map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
          expect(rid).toEqual(wanted);
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('removeOutliers', () => {
  // numpy.quantile([1, 2, 3, 4, 100], [0.25, 0.75]) = [2, 4]
  const csv = 'x,y\n1,a\n2,b\n3,c\n4,d\n100,e\n-900,f\n,g\n';
  const parts = [0, 0, 0, 0, 0, 2, 0];

  it('leaves out train rows beyond the fences and no other row', async () => {
    const step: StepInput<'removeOutliers'> = { step: 'removeOutliers', columns: ['x'], factor: 1.5 };
    const { rid, part, values } = await run(csv, step, { parts });
    expect(rid).toEqual([0, 1, 2, 3, 5, 6]);
    expect(part).toEqual([0, 0, 0, 0, 2, 0]);
    expect(values['x']).toEqual(['1', '2', '3', '4', '-900', null]);
    // 4 + 48 * (4 - 2) = 100: a value on the fence stays.
    expect((await run(csv, { ...step, factor: 48 }, { parts })).rid).toHaveLength(7);
  });

  it('measures zScore in population sd', async () => {
    const step: StepInput<'removeOutliers'> = { step: 'removeOutliers', columns: ['x'], method: 'zScore' };
    // mean 22, sd numpy.std([1, 2, 3, 4, 100]) = 39.01, z(100) = 1.99935
    expect((await run(csv, { ...step, factor: 1.9993 }, { parts })).rid).toEqual([0, 1, 2, 3, 5, 6]);
    expect((await run(csv, { ...step, factor: 1.9994 }, { parts })).rid).toHaveLength(7);
  });

  it('survives numbers whose squares overflow, constants and columns without a number', async () => {
    const data = 'x,c,t\n1e300,5,a\n-1e300,5,b\n0,5,c\n';
    for (const method of ['iqr', 'zScore'] as const) {
      const { rid } = await run(data, { step: 'removeOutliers', columns: ['x', 'c', 't'], method });
      expect(rid).toEqual([0, 1, 2]);
    }
  });

  it('says so where half of the values are equal', async () => {
    const { rid, issues } = await run('x\n5\n5\n5\n5\n9\n', { step: 'removeOutliers', columns: ['x'] });
    expect(rid).toHaveLength(5);
    expect(issues).toMatchObject([{ code: 'recipe.noRange', column: 'x' }]);
  });

  it('refuses to leave no train row', async () => {
    const step: StepInput<'removeOutliers'> = {
      step: 'removeOutliers',
      columns: ['x'],
      method: 'zScore',
      factor: 0.1,
    };
    await expect(run('x\n0\n1\n', step)).rejects.toMatchObject({ code: 'recipe.noTrainRows' });
  });

  it('does nothing to new rows', async () => {
    const step: StepInput<'removeOutliers'> = { step: 'removeOutliers', columns: ['x'], factor: 1.5 };
    const { steps } = await run(csv, step, { parts });
    expect((await runRecipe('x,y\n1e9,z\n', [], { fitted: steps })).rid).toEqual([0]);
  });
});

describe('groupAggregate', () => {
  const csv = 'g,x,t\nb,3,p\na,1,\nb,5,q\n" a ",,r\n,7,s\nb,4,q\n';
  const aggregates = (...functions: string[]): RecipeStepInput =>
    ({
      step: 'groupAggregate',
      by: ['g'],
      aggregates: functions.map((name) => ({ column: 'x', function: name, name })),
    }) as RecipeStepInput;

  it('gives one row a group, groups as they first appear, each aggregate as pandas', async () => {
    const all = ['count', 'sum', 'mean', 'median', 'min', 'max', 'sd', 'distinct', 'first', 'last'];
    const { values, columns, kinds, rid } = await run(csv, aggregates(...all));
    expect(columns).toEqual(['g', ...all]);
    expect(kinds.slice(1)).toEqual([...new Array<string>(8).fill('number'), 'text', 'text']);
    expect(rid).toEqual([0, 1, 4]);
    expect(values['g']).toEqual(['b', 'a', null]);
    expect(values['count']).toEqual([3, 1, 1]);
    expect(values['sum']).toEqual([12, 1, 7]);
    expect(values['mean']).toEqual([4, 1, 7]);
    expect(values['median']).toEqual([4, 1, 7]);
    expect(values['min']).toEqual([3, 1, 7]);
    expect(values['max']).toEqual([5, 1, 7]);
    // ddof 1; one value has none
    expect(values['sd']).toEqual([1, null, null]);
    expect(values['distinct']).toEqual([3, 1, 1]);
    expect(values['first']).toEqual(['3', '1', '7']);
    expect(values['last']).toEqual(['4', '1', '7']);
  });

  it('keeps numbers finite and missing groups missing', async () => {
    const { values } = await run('g,x\na,1e308\na,1e308\nb,\nb,\n', aggregates('sum', 'mean', 'sd', 'count'));
    expect(values['sum']).toEqual([null, null]);
    expect(values['mean']).toEqual([1e308, null]);
    expect(values['sd']).toEqual([0, null]);
    expect(values['count']).toEqual([2, 0]);
  });

  it('groups by several columns and by one named twice, and says which cells are no numbers', async () => {
    const step: RecipeStepInput = {
      step: 'groupAggregate',
      by: ['g', 't', 'g'],
      aggregates: [{ column: 't', function: 'sum', name: 's' }],
    };
    const { columns, rid, issues } = await run(csv, step);
    expect(columns).toEqual(['g', 't', 's']);
    expect(rid).toEqual([0, 1, 2, 3, 4]);
    expect(issues).toMatchObject([{ code: 'recipe.notNumber', column: 't', count: 5 }]);
  });

  it('refuses a name twice', async () => {
    const step: RecipeStepInput = {
      step: 'groupAggregate',
      by: ['g'],
      aggregates: [{ column: 'x', function: 'sum', name: 'g' }],
    };
    await expect(run(csv, step)).rejects.toMatchObject({ code: 'recipe.columnExists' });
  });
});
