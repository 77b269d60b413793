import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables } from '../../../support/stepTables';
import { invertStep } from '../../../../src/core/recipe/steps/invert';
import { fittedStepSchema, type FittedStep } from '../../../../src/shared/schema/fittedSteps';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import '../../../support/properties';

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

const columns = ['x'];
const steps: readonly RecipeStepInput[] = [
  { step: 'standardise', columns },
  { step: 'minMaxScale', columns, low: -2, high: 3 },
  { step: 'robustScale', columns },
  { step: 'logTransform', columns },
  { step: 'powerTransform', columns },
  { step: 'powerTransform', columns, standardise: false },
  { step: 'powerTransform', columns, method: 'boxCox' },
  { step: 'quantileTransform', columns },
  { step: 'quantileTransform', columns, quantiles: 5, output: 'normal' },
];

const number = (values: readonly unknown[]) => ({
  name: 'x',
  kind: 'number' as const,
  values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN)),
});

function fittedOf(found: FittedStep | undefined): FittedStep {
  return fittedStepSchema.parse(found);
}

describe('the way back through a step', () => {
  it.each(steps)('leads to where it came from: $step', async (step) => {
    // Powers bend far enough to lose digits when numbers lie orders of magnitude apart.
    const column = fc.array(fc.double({ noNaN: true, min: 1, max: 50 }), { minLength: 5, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(column, async (values) => {
        fc.pre(Math.max(...values) - Math.min(...values) > 1);
        const { values: made, steps: fitted } = await tables.fit({ x: values }, [step]);
        const back = invertStep(fittedOf(fitted[0]), number(made['x'] ?? []));
        const spread = Math.max(...values);
        for (const [row, value] of values.entries()) {
          expect(Math.abs(Number(back?.values[row]) - value)).toBeLessThanOrEqual(2e-5 * spread);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('leads from a number to its category', async () => {
    const { values, steps: fitted } = await tables.fit({ x: ['b', 'a', null, 'c'] }, [
      { step: 'ordinalEncode', columns },
    ]);
    const step = fittedOf(fitted[0]);
    expect(invertStep(step, number(values['x'] ?? []))).toEqual({
      name: 'x',
      kind: 'text',
      values: ['b', 'a', null, 'c'],
    });
    expect(invertStep(step, number([-1, 7, 0.5]))?.values).toEqual([null, null, null]);
  });

  it('leaves other columns as they are, and knows where there is none', async () => {
    const { steps: fitted } = await tables.fit({ x: [1, 2, 3], y: [1, 2, 3] }, [
      { step: 'standardise', columns },
      { step: 'bin', columns },
    ]);
    const other = { name: 'y', kind: 'number' as const, values: Float64Array.from([5]) };
    expect(invertStep(fittedOf(fitted[0]), other)).toBe(other);
    expect(invertStep(fittedOf(fitted[1]), number([0]))).toBeUndefined();
  });

  it('gives nothing where no number leads', async () => {
    const { steps: fitted } = await tables.fit({ x: [1, 2, 4, 8, 400] }, [
      { step: 'powerTransform', columns, standardise: false },
    ]);
    const step = fittedOf(fitted[0]);
    // With lambda < 0 the transform stays below -1 / lambda.
    expect(invertStep(step, number([1e6, NaN]))?.values).toEqual(Float64Array.from([NaN, NaN]));
  });
});
