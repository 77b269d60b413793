import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRecipe } from '../../../support/recipe';
import { openStepTables, type StepTables } from '../../../support/stepTables';
import { bestLambda } from '../../../../src/core/recipe/steps/powerTransform';
import { BenchError } from '../../../../src/shared/errors';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import '../../../support/properties';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

async function rejection(work: Promise<unknown>): Promise<BenchError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BenchError) return error;
  throw new Error(`Expected a BenchError, got ${String(error)}`);
}

const x = ['x'];
/** Steps that give a number for a number. */
const scaling: readonly RecipeStepInput[] = [
  { step: 'standardise', columns: x },
  { step: 'minMaxScale', columns: x },
  { step: 'robustScale', columns: x },
  { step: 'powerTransform', columns: x },
  { step: 'quantileTransform', columns: x },
  { step: 'quantileTransform', columns: x, output: 'normal' },
  { step: 'bin', columns: x },
  { step: 'bin', columns: x, strategy: 'uniform' },
  { step: 'bin', columns: x, strategy: 'edges', edges: [1, 2] },
  { step: 'clip', columns: x },
  { step: 'clip', columns: x, unit: 'value', low: 0, high: 2 },
  { step: 'logTransform', columns: x },
];

describe('standardise', () => {
  it('learns mean and population sd from train rows and scales all rows', async () => {
    const csv = 'x,y\n1,a\n3,b\n100,c\n';
    const { values, steps } = await runRecipe(csv, [{ step: 'standardise', columns: ['x'] }], {
      parts: [0, 0, 2],
    });
    // mean 2, sd 1 of the first two
    expect(values['x']).toEqual([-1, 1, 98]);
    expect(steps[0]?.fit).toEqual({ rows: 2, state: [{ column: 'x', offset: 2, divisor: 1 }] });
    const { values: later } = await runRecipe('x,y\n5,z\n', [], { fitted: steps });
    expect(later['x']).toEqual([3]);
  });

  it('keeps all digits of a spread that is tiny beside the mean', async () => {
    const { steps } = await tables.fit({ x: [1e9, 1e9 + 0.25, 1e9 + 0.5] }, [
      { step: 'standardise', columns: x },
    ]);
    // sd of 0, 1/4, 1/2
    expect(steps[0]?.fit?.state).toEqual([{ column: 'x', offset: 1e9 + 0.25, divisor: Math.sqrt(1 / 24) }]);
  });

  it('takes a spread that is only rounding for none, as scikit-learn', async () => {
    // np.full(1000, 0.1) + [0, 1] * 1e-17 stays constant; StandardScaler().fit(...).scale_ is 1.
    const { steps } = await tables.fit(
      { x: Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0.1 + 2 ** -56 : 0.1)) },
      [{ step: 'standardise', columns: x }],
    );
    expect(steps[0]?.fit?.state).toMatchObject([{ divisor: 1 }]);
  });
});

describe('steps on numbers', () => {
  it.each(scaling)('give finite numbers for a constant column: $step', async (step) => {
    const { values } = await tables.fit({ x: [3, 3, 3] }, [step]);
    expect(values['x']?.every(Number.isFinite)).toBe(true);
    expect(new Set(values['x']).size).toBe(1);
  });

  it.each(scaling)('leave a column without numbers missing: $step', async (step) => {
    const parts = [0, 0, 2];
    const { values, kinds, steps } = await tables.fit({ x: [null, null, null], y: [1, 2, 3] }, [step], {
      parts,
    });
    expect(values['x']).toEqual([null, null, null]);
    expect(kinds[0]).toBe('number');
    const later = await tables.predict({ x: ['', null], y: [1, 2] }, steps);
    expect(later.values['x']).toEqual([null, null]);
  });

  it('tell that a column has no value to learn from', async () => {
    const { issues, values } = await tables.fit({ x: [null, '5'] }, [{ step: 'standardise', columns: x }], {
      parts: [0, 2],
    });
    expect(issues).toMatchObject([{ code: 'recipe.noValues', column: 'x', severity: 'warning' }]);
    expect(values['x']).toEqual([null, null]);
  });

  it.each(scaling)('take a single row: $step', async (step) => {
    const { values } = await tables.fit({ x: [1.5] }, [step]);
    expect(values['x']?.every(Number.isFinite)).toBe(true);
  });

  it.each(scaling)('keep missing cells missing: $step', async (step) => {
    const { values } = await tables.fit({ x: [1, null, 2, 4] }, [step]);
    expect(values['x']?.map((value) => value === null)).toEqual([false, true, false, false]);
  });

  it('take text for numbers and tell of cells that are none', async () => {
    const { values, issues } = await tables.fit({ x: [' 1 ', '1_0', 'n.a.', 'three', '3'] }, [
      { step: 'standardise', columns: x },
    ]);
    expect(values['x']).toEqual([-1, null, null, null, 1]);
    expect(issues).toMatchObject([{ code: 'recipe.notNumber', column: 'x', count: 2 }]);
    expect(issues[0]?.message).toContain('"1_0"');
  });

  it('tell of new rows whose cells are no numbers', async () => {
    const { steps } = await tables.fit({ x: ['1', '3'] }, [{ step: 'standardise', columns: x }]);
    const { values, issues } = await tables.predict({ x: ['5', 'many'] }, steps);
    expect(values['x']).toEqual([3, null]);
    expect(issues).toMatchObject([{ code: 'recipe.notNumber', count: 1 }]);
  });

  it.each<RecipeStepInput>([
    { step: 'standardise', columns: x },
    { step: 'bin', columns: x, bins: 2 },
    { step: 'quantileTransform', columns: x },
    { step: 'fillMissing', columns: x, with: 'mean' },
    { step: 'knnImpute', columns: x },
  ])('tell of validation and test rows whose cells are no numbers: $step', async (step) => {
    const csv = 'x,y\n1,1\n3,2\n5,3\nmany,4\n?,5\nfew,6\n';
    const { issues } = await runRecipe(csv, [step], { parts: [0, 0, 0, 1, 2, 2] });
    expect(issues).toMatchObject([{ code: 'recipe.notNumber', column: 'x', count: 2 }]);
    expect(issues[0]?.message).toMatch(/"many".*validation or test rows/);
    const { issues: clean } = await runRecipe(csv.replace('many', '7').replace('few', ''), [step], {
      parts: [0, 0, 0, 1, 2, 2],
    });
    expect(clean).toEqual([]);
  });

  it('take a column that is named twice once', async () => {
    const { values, steps } = await tables.fit({ x: [1, 3] }, [{ step: 'standardise', columns: ['x', 'x'] }]);
    expect(values['x']).toEqual([-1, 1]);
    expect(steps[0]?.fit?.state).toHaveLength(1);
  });

  it.each(scaling)('give a finite number or none for the largest there are: $step', async (step) => {
    const column = [1.7e308, -1.7e308, 1e300, -1e300, 5e-324, 0, 1, 2];
    const { values, steps } = await tables.fit({ x: column }, [step]);
    expect(values['x']?.every((value) => value === null || Number.isFinite(value))).toBe(true);
    expect(JSON.stringify(steps[0]?.fit?.state ?? [])).not.toMatch(/null|NaN|Infinity/);
    const small = await tables.predict({ x: column.map((value) => -value) }, steps);
    expect(small.values['x']?.every((value) => value === null || Number.isFinite(value))).toBe(true);
  });

  it('scale columns named like parts of SQL or of objects', async () => {
    const names = ['__proto__', '"; --', 'постоянный', 'x]', ''];
    const columns = Object.fromEntries(names.map((name) => [name, [1, 3]]));
    const { values } = await tables.fit(columns, [
      { step: 'standardise', columns: names.filter((name) => name !== '') },
    ]);
    for (const name of names) expect(values[name]).toEqual(name === '' ? [1, 3] : [-1, 1]);
  });

  it('give the same for rows in another order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        async (column, random) => {
          const shuffled = [...column];
          for (let i = shuffled.length - 1; i > 0; i--) {
            const j = Number(random.next().value) % (i + 1);
            [shuffled[i], shuffled[j]] = [shuffled[j] ?? 0, shuffled[i] ?? 0];
          }
          const steps: RecipeStepInput[] = [
            { step: 'standardise', columns: ['a'] },
            { step: 'robustScale', columns: ['b'] },
            { step: 'bin', columns: ['c'] },
          ];
          const copies = (values: number[]) => ({ a: values, b: values, c: values });
          const [first, second] = [
            await tables.fit(copies(column), steps),
            await tables.fit(copies(shuffled), steps),
          ];
          expect(second.steps).toEqual(first.steps);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('minMaxScale', () => {
  it('puts the train rows between the bounds, and lets others lie beyond', async () => {
    const { values } = await tables.fit(
      { x: [2, 4, 6] },
      [{ step: 'minMaxScale', columns: x, low: -1, high: 1 }],
      {
        parts: [0, 0, 2],
      },
    );
    expect(values['x']).toEqual([-1, 1, 3]);
  });

  it('asks for bounds in order', async () => {
    const error = await rejection(
      tables.fit({ x: [1] }, [{ step: 'minMaxScale', columns: x, low: 1, high: 1 }]),
    );
    expect(error.code).toBe('recipe.bounds');
  });
});

describe('clip', () => {
  it('brings numbers to bounds that are given', async () => {
    const step = { step: 'clip', columns: x, unit: 'value', low: 0, high: null } as const;
    const { values, steps } = await tables.fit({ x: [-5, 0, null, 1e300] }, [step]);
    expect(values['x']).toEqual([0, 0, null, 1e300]);
    expect(steps[0]?.fit?.rows).toBe(0);
  });

  it('brings numbers to quantiles of the train rows', async () => {
    const column = Array.from({ length: 11 }, (_, i) => i);
    const { values } = await tables.fit(
      { x: [...column, 99] },
      [{ step: 'clip', columns: x, low: 0.2, high: 0.75 }],
      {
        parts: [...column.map(() => 0), 2],
      },
    );
    // np.quantile(np.arange(11), [0.2, 0.75]) is [2, 7.5]
    expect(values['x']).toEqual([2, 2, 2, 3, 4, 5, 6, 7, 7.5, 7.5, 7.5, 7.5]);
  });

  it('asks for shares, and for bounds in order', async () => {
    const shares = await rejection(tables.fit({ x: [1] }, [{ step: 'clip', columns: x, low: 0, high: 5 }]));
    expect(shares.code).toBe('recipe.shares');
    const bounds = await rejection(
      tables.fit({ x: [1] }, [{ step: 'clip', columns: x, low: 0.9, high: 0.1 }]),
    );
    expect(bounds.code).toBe('recipe.bounds');
  });
});

describe('bin', () => {
  it('counts the edges that are not above', async () => {
    const step: RecipeStepInput = { step: 'bin', columns: x, strategy: 'edges', edges: [0, 10.5, 20] };
    const { values } = await tables.fit({ x: [-1, 0, 10, 10.5, 20, 1e300, null] }, [step]);
    expect(values['x']).toEqual([0, 1, 1, 2, 3, 3, null]);
  });

  it('finds the same bins with few edges and with many', async () => {
    const edges = Array.from({ length: 100 }, (_, i) => i * i);
    const column = Array.from({ length: 300 }, (_, i) => i * 35 - 100);
    const step = { step: 'bin', columns: x, strategy: 'edges', edges } as const;
    const { values } = await tables.fit({ x: column }, [step]);
    expect(values['x']).toEqual(column.map((value) => edges.filter((edge) => edge <= value).length));
  });

  it('takes equal quantiles for one edge', async () => {
    const { values, steps } = await tables.fit({ x: [0, 0, 0, 0, 0, 0, 0, 1, 2] }, [
      { step: 'bin', columns: x, bins: 4 },
    ]);
    // np.percentile(..., [0, 25, 50, 75, 100]) is [0, 0, 0, 0, 2]: KBinsDiscretizer keeps 0 and 2
    expect(steps[0]?.fit?.state).toEqual([{ column: 'x', edges: [] }]);
    expect(new Set(values['x'])).toEqual(new Set([0]));
  });

  it('asks for edges in order', async () => {
    for (const edges of [[], [1, 1], [2, 1]]) {
      const error = await rejection(
        tables.fit({ x: [1] }, [{ step: 'bin', columns: x, strategy: 'edges', edges }]),
      );
      expect(error.code).toBe('recipe.edges');
    }
  });
});

describe('logTransform', () => {
  it('keeps the digits of small numbers, and has nothing for -1 and less', async () => {
    const column = [1e-12, -1e-12, 0, 0.5, -0.999, 1e300, -1, -2];
    const { values, issues } = await tables.fit({ x: column }, [{ step: 'logTransform', columns: x }]);
    for (const [i, value] of column.slice(0, 6).entries()) {
      expect(values['x']?.[i]).toBeCloseTo(
        Math.log1p(value),
        14 - Math.floor(Math.log10(Math.abs(value) || 1)),
      );
    }
    expect(values['x']?.slice(6)).toEqual([null, null]);
    expect(issues).toMatchObject([{ code: 'recipe.noLogarithm', count: 2 }]);
  });
});

describe('powerTransform', () => {
  it('has Box-Cox ask for numbers above 0', async () => {
    const step = { step: 'powerTransform', columns: x, method: 'boxCox' } as const;
    const error = await rejection(tables.fit({ x: [1, 0] }, [step]));
    expect(error.code).toBe('recipe.boxCox');
    expect(error.message).toContain('"x" has 0');
    const { values } = await tables.fit({ x: [1, 2, 3, 0] }, [step], { parts: [0, 0, 0, 2] });
    expect(values['x']?.[3]).toBeNull();
  });

  it('is Box-Cox of x + 1 for numbers above 0, also where the likelihood is flat', async () => {
    const column = Float64Array.from({ length: 275 }, (_, i) => 172 + ((i * 7919) % 60));
    const lambda = await bestLambda('yeoJohnson', column, undefined);
    const shifted = await bestLambda(
      'boxCox',
      column.map((value) => value + 1),
      undefined,
    );
    expect(lambda).toBeCloseTo(shifted, 6);
  });

  it('is Yeo-Johnson of the mirrored numbers for negative ones', async () => {
    const column = Float64Array.from([0.5, 1, 2, 4, 9, 30]);
    const lambda = await bestLambda('yeoJohnson', column, undefined);
    const mirrored = await bestLambda(
      'yeoJohnson',
      column.map((value) => -value),
      undefined,
    );
    expect(mirrored).toBeCloseTo(2 - lambda, 6);
  });

  it('can be cancelled', async () => {
    const column = new Float64Array(200_000).map((_, i) => i);
    await expect(bestLambda('yeoJohnson', column, AbortSignal.abort())).rejects.toThrow();
  });
});
