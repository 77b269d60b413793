// Augmentation: only train rows change, made rows say so, and what is made is what the method promises.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { NeighbourSearch } from '../../../../src/core/recipe/neighbours';
import type { Target } from '../../../../src/shared/schema/experiment';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe, type Cell, type RecipeResult } from '../../../support/recipe';

const BINARY: Target = { column: 'y', task: 'binary' };
const NUMBER: Target = { column: 'y', task: 'regression' };

/** Rows as a list of cells, with where they come from. */
interface Row {
  readonly rid: number;
  readonly part: number;
  readonly cells: Readonly<Record<string, Cell>>;
}
function rowsOf({ rid, part, values, columns }: RecipeResult): Row[] {
  return rid.map((source, i) => ({
    rid: source,
    part: part[i] ?? -1,
    cells: Object.fromEntries(columns.map((name) => [name, values[name]?.[i] ?? null])),
  }));
}
const made = (result: RecipeResult): Row[] => rowsOf(result).filter(({ rid }) => rid < 0);
const number = (cell: Cell | undefined): number => (cell === null || cell === undefined ? NaN : Number(cell));

// id, two numbers (one missing), a text, a class: 14 train rows (4 of class b), 3 validation, 3 test.
const ROWS = Array.from({ length: 20 }, (_, i) => [
  `r${i}`,
  i === 5 ? '' : `${i * i}.5`,
  `${(i * 7) % 11}`,
  `the ${i}th row of a text`,
  i % 5 === 0 ? 'b' : 'a',
]);
const CSV = `id,x,z,t,y\n${ROWS.map((row) => row.join(',')).join('\n')}\n`;
const PARTS = ROWS.map((_, i) => (i < 14 ? 0 : i < 17 ? 1 : 2));
const REGRESSION = CSV.replaceAll(/,[ab]\n/g, (_m, at: number) => `,${at / 10}\n`);

const STEPS: RecipeStepInput[] = [
  { step: 'jitter', columns: ['x', 'z'], copies: 2 },
  { step: 'mixup', columns: ['x', 'z'], share: 1.5 },
  { step: 'smote', columns: ['x', 'z'], neighbours: 2 },
  { step: 'oversample' },
  { step: 'undersample' },
  { step: 'textDropout', columns: ['t'], copies: 2 },
  { step: 'textSwap', columns: ['t'] },
];

describe.each(STEPS)('$step', (step) => {
  const run = (steps: RecipeStepInput[] = [step], csv = CSV): Promise<RecipeResult> =>
    runRecipe(csv, steps, { parts: PARTS, target: BINARY });
  const seeded = (seed: number): RecipeStepInput => ({ ...step, seed }) as RecipeStepInput;
  let result: RecipeResult;
  beforeAll(async () => {
    result = await run();
  });

  it('leaves every row that is there as it is, and puts what it makes behind, as train rows', async () => {
    const before = rowsOf(await run([]));
    const kept = rowsOf(result).filter(({ rid }) => rid >= 0);
    const wanted = before.filter(({ rid, part }) => part !== 0 || kept.some((row) => row.rid === rid));
    expect(kept).toEqual(wanted);
    if (step.step !== 'undersample') expect(kept).toEqual(before);
    expect(result.rid.slice(kept.length).every((rid) => rid === -1)).toBe(true);
    expect(made(result).every(({ part }) => part === 0)).toBe(true);
    expect(result.columns).toEqual(['id', 'x', 'z', 't', 'y']);
    expect(result.steps[0]?.fit?.rows).toBe(14);
  });

  it('is the same for the same seed, another one for another', async () => {
    expect(rowsOf(await run())).toEqual(rowsOf(result));
    expect(rowsOf(await run([seeded(2)]))).not.toEqual(rowsOf(result));
  });

  it('does not look at validation and test rows', async () => {
    const far = ROWS.map((row, i) =>
      PARTS[i] === 0 ? row : [row[0], '1e9', '-1e9', 'other', i % 2 ? 'a' : 'b'],
    );
    const csv = `id,x,z,t,y\n${far.map((row) => row.join(',')).join('\n')}\n`;
    const train = (of: RecipeResult): Row[] => rowsOf(of).filter(({ part }) => part === 0);
    expect(train(await run([step], csv))).toEqual(train(result));
  });

  it('does nothing to new rows', async () => {
    const later = await runRecipe('id,x,z,t,y\nn,1,2,new text,a\n', [], {
      fitted: result.steps,
      target: BINARY,
    });
    expect(later.rid).toEqual([0]);
  });

  it('takes what another one made, and no train row at all', async () => {
    const twice = await run([step, seeded(9)]);
    expect(twice.rid.length).toBeGreaterThanOrEqual(result.rid.length);
    const none = await runRecipe(CSV, [step], { parts: ROWS.map(() => 1), target: BINARY });
    expect(none.rid).toHaveLength(20);
  });
});

describe('what cannot be', () => {
  it.each(['smote', 'oversample', 'undersample', 'mixup'] as const)('%s needs a target', async (name) => {
    const step = STEPS.find((found) => found.step === name);
    await expect(runRecipe(CSV, step ? [step] : [])).rejects.toMatchObject({ code: 'recipe.noTarget' });
  });

  it.each(['smote', 'oversample', 'undersample'] as const)('%s needs classes', async (name) => {
    const step = STEPS.find((found) => found.step === name);
    await expect(runRecipe(REGRESSION, step ? [step] : [], { target: NUMBER })).rejects.toMatchObject({
      code: 'recipe.noClasses',
    });
  });

  it.each(['jitter', 'mixup', 'smote', 'textSwap', 'textDropout'] as const)(
    '%s never changes a class',
    async (name) => {
      const step = { ...STEPS.find((found) => found.step === name), columns: ['x', 'y'] };
      await expect(runRecipe(CSV, [step as RecipeStepInput], { target: BINARY })).rejects.toMatchObject({
        code: 'recipe.targetListed',
      });
    },
  );

  it('more rows than can be made', async () => {
    const csv = `x,y\n${'1,a\n'.repeat(5000)}`;
    const copies = { step: 'jitter', columns: ['x'], copies: 20 } as const;
    const steps = [copies, copies, copies].map((step) => ({ ...step, columns: [...step.columns] }));
    await expect(runRecipe(csv, steps)).rejects.toMatchObject({ code: 'recipe.tooManyRows' });
  });
});

describe('jitter', () => {
  it('adds noise of a share of the sd, and leaves missing and other cells', async () => {
    const csv = `x,c,k\n${Array.from({ length: 400 }, (_, i) => `${i % 2 ? 10 : -10},5,w${i}\n`).join('')},5,z\nbad,5,q\n`;
    const result = await runRecipe(csv, [{ step: 'jitter', columns: ['x', 'c'], scale: 0.1, copies: 5 }]);
    const rows = made(result);
    expect(rows).toHaveLength(2010);
    const noise = rows
      .map(({ cells }) => Math.abs(number(cells['x'])) - 10)
      .filter((value) => !Number.isNaN(value));
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const sd = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
    // sd of the column is 10, so that of the noise 1; standard error 1 / sqrt(2000) = 0.022
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(sd - 1)).toBeLessThan(0.08);
    expect(new Set(rows.map(({ cells }) => cells['c']))).toEqual(new Set(['5']));
    expect(rows.filter(({ cells }) => cells['k'] === 'z').map(({ cells }) => cells['x'])).toEqual(
      new Array(5).fill(null),
    );
    expect(rows.filter(({ cells }) => cells['k'] === 'q').every(({ cells }) => cells['x'] === 'bad')).toBe(
      true,
    );
  });
});

describe('mixup', () => {
  it('mixes within a class, the row it started from with the larger part', async () => {
    const result = await runRecipe(CSV, [{ step: 'mixup', columns: ['x', 'z'], share: 5, alpha: 1 }], {
      parts: PARTS,
      target: BINARY,
    });
    const source = new Map(ROWS.map((row) => [row[0], row]));
    const rows = made(result);
    expect(rows).toHaveLength(70);
    for (const { cells } of rows) {
      const base = source.get(String(cells['id']));
      expect([cells['t'], cells['y']]).toEqual([base?.[3], base?.[4]]);
      const [x, z] = [number(cells['x']), number(cells['z'])];
      const [bx, bz] = [Number(base?.[1] || NaN), Number(base?.[2])];
      const others = ROWS.filter((row, i) => PARTS[i] === 0 && row[4] === base?.[4] && row !== base);
      const fits = (row: string[]): boolean => {
        const [ox, oz] = [Number(row[1] || NaN), Number(row[2])];
        const isMixed = !Number.isNaN(bx) && !Number.isNaN(ox);
        const share = oz !== bz ? (z - bz) / (oz - bz) : isMixed ? (x - bx) / (ox - bx) : 0;
        const wanted = isMixed ? bx + share * (ox - bx) : bx;
        const isX = Number.isNaN(wanted) ? Number.isNaN(x) : Math.abs(x - wanted) < 1e-9;
        return isX && Math.abs(bz + share * (oz - bz) - z) < 1e-9 && share >= -1e-12 && share <= 0.5 + 1e-12;
      };
      expect(others.some(fits)).toBe(true);
    }
  });

  it('mixes a number target alike', async () => {
    const csv = `x,y\n${Array.from({ length: 30 }, (_, i) => `${i},${3 * i + 1}\n`).join('')}`;
    const result = await runRecipe(csv, [{ step: 'mixup', columns: ['x'], share: 2 }], { target: NUMBER });
    const rows = made(result);
    expect(rows).toHaveLength(60);
    // On the line all rows are on; not all at a row.
    for (const { cells } of rows) expect(number(cells['y'])).toBeCloseTo(3 * number(cells['x']) + 1, 9);
    expect(rows.some(({ cells }) => !Number.isInteger(number(cells['x'])))).toBe(true);
  });

  it('makes a copy of the only row of a class', async () => {
    const csv = 'x,y\n1,a\n2,a\n3,a\n9,b\n';
    const rows = made(
      await runRecipe(csv, [{ step: 'mixup', columns: ['x'], share: 5 }], { target: BINARY }),
    );
    expect(rows.filter(({ cells }) => cells['y'] === 'b').every(({ cells }) => cells['x'] === '9')).toBe(
      true,
    );
  });

  it('writes numbers as the file does', async () => {
    const csv = 'x;y\n1,5;a\n2,25;a\n4;a\n';
    const result = await runRecipe(csv, [{ step: 'mixup', columns: ['x'], share: 4 }], {
      target: { column: 'y', task: 'multiclass' },
    });
    for (const { cells } of made(result)) expect(cells['x']).toMatch(/^\d(,\d+)?$/);
  });
});

const fixture = z
  .object({
    imblearn: z.string(),
    numbers: z.array(z.array(z.number())),
    colour: z.array(z.string()),
    size: z.array(z.string()),
    y: z.array(z.string()),
    smote: z.array(z.array(z.int())),
    smotenc: z.array(z.array(z.int())),
    median: z.number(),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/recipe/smote.json'), 'utf8')));

describe('smote', () => {
  const RARE = fixture.smote.length;
  const csv = `id,a,b,c,colour,size,y\n${fixture.numbers
    .map((row, i) => [i, ...row, fixture.colour[i], fixture.size[i], fixture.y[i]].join(','))
    .join('\n')}\n`;
  const numbersOf = ({ cells }: Row): number[] => ['a', 'b', 'c'].map((name) => number(cells[name]));

  it('takes the neighbours of imbalanced-learn', () => {
    const rows = fixture.numbers.slice(0, RARE);
    const pool = Uint32Array.from({ length: RARE }, (_, i) => i);
    const numbers = Float64Array.from(rows.flat());
    const plain = new NeighbourSearch({ rows: RARE, numbers, categories: new Int32Array() }, 0, pool);
    fixture.smote.forEach((wanted, i) => expect([...plain.nearest(i, 5)]).toEqual(wanted));
    const code = (texts: readonly string[], text: string | undefined): number =>
      [...new Set(texts)].indexOf(text ?? '');
    const categories = Int32Array.from(
      rows.flatMap((_, i) => [code(fixture.colour, fixture.colour[i]), code(fixture.size, fixture.size[i])]),
    );
    const mixed = new NeighbourSearch({ rows: RARE, numbers, categories }, fixture.median ** 2, pool);
    fixture.smotenc.forEach((wanted, i) => expect([...mixed.nearest(i, 5)]).toEqual(wanted));
  });

  it.each([
    { name: 'SMOTE', columns: ['a', 'b', 'c'], near: fixture.smote },
    { name: 'SMOTE-NC', columns: ['a', 'b', 'c', 'colour', 'size'], near: fixture.smotenc },
  ])(
    'makes rows between a row and a neighbour of $name, as many as are lacking',
    async ({ columns, near }) => {
      const result = await runRecipe(csv, [{ step: 'smote', columns }], { target: BINARY });
      const rows = made(result);
      expect(rows).toHaveLength(20);
      for (const row of rows) {
        const base = number(row.cells['id']);
        expect(row.cells['y']).toBe('rare');
        const from = fixture.numbers[base] ?? [];
        const share = (near[base] ?? []).map((other) => {
          const to = fixture.numbers[other] ?? [];
          const at = ((numbersOf(row)[0] ?? NaN) - (from[0] ?? NaN)) / ((to[0] ?? NaN) - (from[0] ?? NaN));
          const fits = from.every(
            (value, i) => Math.abs(value + at * ((to[i] ?? NaN) - value) - (numbersOf(row)[i] ?? NaN)) < 1e-9,
          );
          return fits ? at : NaN;
        });
        expect(share.some((at) => at >= 0 && at < 1)).toBe(true);
        for (const [name, texts] of [
          ['colour', fixture.colour],
          ['size', fixture.size],
        ] as const) {
          const votes = (near[base] ?? []).map((other) => texts[other] ?? '');
          const count = (text: string): number => votes.filter((vote) => vote === text).length;
          if (!columns.includes(name)) expect(row.cells[name]).toBe(texts[base]);
          else expect(count(String(row.cells[name]))).toBe(Math.max(...votes.map(count)));
        }
      }
    },
  );

  it('reaches the ratio for every class of several', async () => {
    const data = `x,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i < 40 ? 'a' : i < 52 ? 'b' : 'c'}\n`).join('')}`;
    const { values } = await runRecipe(data, [{ step: 'smote', columns: ['x'], ratio: 0.5 }], {
      target: { column: 'y', task: 'multiclass' },
    });
    const count = (name: string): number => values['y']?.filter((value) => value === name).length ?? 0;
    expect(['a', 'b', 'c'].map(count)).toEqual([40, 20, 20]);
  });

  it('says so of classes with few rows and of rows that lack a number', async () => {
    const data = 'x,y\n1,a\n2,a\n3,a\n4,a\n5,a\n1,b\n2,b\n,b\n7,c\n';
    const { values, issues } = await runRecipe(data, [{ step: 'smote', columns: ['x'], neighbours: 1 }], {
      target: { column: 'y', task: 'multiclass' },
    });
    const count = (name: string): number => values['y']?.filter((value) => value === name).length ?? 0;
    expect(['a', 'b', 'c'].map(count)).toEqual([5, 5, 1]);
    expect(issues.map(({ code, count: rows }) => [code, rows])).toEqual([
      ['recipe.missingNumbers', 1],
      ['recipe.fewNeighbours', 1],
    ]);
  });

  it('does not overflow, and needs a number', async () => {
    const data = 'x,y\n1e300,a\n-1e300,a\n0,a\n1e300,b\n-1e300,b\n';
    const rows = made(await runRecipe(data, [{ step: 'smote', columns: ['x'] }], { target: BINARY }));
    expect(rows).toHaveLength(1);
    expect(Number.isFinite(number(rows[0]?.cells['x']))).toBe(true);
    await expect(
      runRecipe('x,y\nq,a\nr,b\ns,a\n', [{ step: 'smote', columns: ['x'] }], { target: BINARY }),
    ).rejects.toMatchObject({ code: 'recipe.noNumbers' });
  });
});

describe('oversample and undersample', () => {
  const data = `i,y\n${Array.from({ length: 30 }, (_, i) => `${i},${i < 20 ? 'a' : i < 27 ? 'b' : 'c'}\n`).join('')}`;
  const target: Target = { column: 'y', task: 'multiclass' };
  const counts = ({ values }: RecipeResult): number[] =>
    ['a', 'b', 'c'].map((name) => values['y']?.filter((value) => value === name).length ?? 0);

  it('repeats rows of rare classes, each equally often but for one', async () => {
    const result = await runRecipe(data, [{ step: 'oversample' }], { target });
    expect(counts(result)).toEqual([20, 20, 20]);
    const times = new Map<Cell, number>();
    for (const { cells } of rowsOf(result))
      times.set(cells['i'] ?? null, (times.get(cells['i'] ?? null) ?? 0) + 1);
    expect(
      [...times.entries()]
        .filter(([i]) => Number(i) >= 20 && Number(i) < 27)
        .map(([, n]) => n)
        .sort(),
    ).toEqual([2, 3, 3, 3, 3, 3, 3]);
    expect(counts(await runRecipe(data, [{ step: 'oversample', ratio: 0.4 }], { target }))).toEqual([
      20, 8, 8,
    ]);
  });

  it('leaves out rows of frequent classes, drawn, in their order', async () => {
    const result = await runRecipe(data, [{ step: 'undersample' }], { target });
    expect(counts(result)).toEqual([3, 3, 3]);
    expect(result.rid).toEqual([...result.rid].sort((a, b) => a - b));
    expect(counts(await runRecipe(data, [{ step: 'undersample', ratio: 0.5 }], { target }))).toEqual([
      6, 6, 3,
    ]);
  });
});

describe('noise on texts', () => {
  const data = 't,y\n"one two  three four five",a\n今天 天气很好,a\nsingle,b\n,b\n';

  it('leaves tokens out, never all, and makes no spaces', async () => {
    const step = { step: 'textDropout', columns: ['t'], probability: 0.5, copies: 20 } as const;
    const rows = made(await runRecipe(data, [{ ...step, columns: ['t'] }]));
    const texts = (y: string): (Cell | undefined)[] =>
      rows.filter(({ cells }) => cells['y'] === y).map(({ cells }) => cells['t']);
    const words = texts('a').filter((text) => /[a-z]/.test(String(text)));
    for (const text of words) {
      const left = String(text).split(/ +/);
      expect(left.length).toBeGreaterThan(0);
      let at = -1;
      for (const word of left) {
        const next = ['one', 'two', 'three', 'four', 'five'].indexOf(word);
        expect(next).toBeGreaterThan(at);
        at = next;
      }
    }
    expect(new Set(words).size).toBeGreaterThan(5);
    const chinese = texts('a').filter((text) => !/[a-z]/.test(String(text)));
    for (const text of chinese) expect(text).toMatch(/^[今天气很好]+( [今天气很好]+)?$/);
    expect(new Set(texts('b'))).toEqual(new Set(['single', null]));
  });

  it('swaps neighbours: the same tokens in another order', async () => {
    const rows = made(await runRecipe(data, [{ step: 'textSwap', columns: ['t'], share: 0.2, copies: 10 }]));
    for (const { cells } of rows.filter(({ cells: { t } }) => /one/.test(String(t)))) {
      const words = String(cells['t']).split(/ +/);
      expect([...words].sort()).toEqual(['five', 'four', 'one', 'three', 'two']);
      // One swap of five tokens: two places differ.
      const moved = words.filter((word, i) => word !== ['one', 'two', 'three', 'four', 'five'][i]);
      expect(moved).toHaveLength(2);
    }
    expect(rows.filter(({ cells }) => cells['t'] === 'single')).toHaveLength(10);
  });

  it('refuses numbers', async () => {
    const aggregate: RecipeStepInput = {
      step: 'groupAggregate',
      by: ['y'],
      aggregates: [{ column: 't', function: 'count', name: 'n' }],
    };
    await expect(runRecipe(data, [aggregate, { step: 'textSwap', columns: ['n'] }])).rejects.toMatchObject({
      code: 'recipe.notText',
    });
  });
});
