import { describe, expect, it } from 'vitest';
import { parameterLayout, type ModelPlan } from '../../../src/core/model/plan';
import { IntegratedGradients, type Explained } from '../../../src/core/report/integratedGradients';
import type { OriginalColumn } from '../../../src/core/report/originalColumns';
import { randomStream } from '../../../src/shared/random';
import { ACTIVATION_CASES, LAYER_CASES } from '../train/network/cases';
import {
  MIXED,
  MIXED_WIDTH,
  mixedRows,
  planOf,
  someParameters,
  type PlanInput,
} from '../train/network/support';
import { breathe } from './support';

const number = (name: string, start: number): OriginalColumn => ({
  name,
  start,
  width: 1,
  encoder: undefined,
});
const NUMBER_COLUMNS = [number('a', 0), number('b', 1), number('c', 2)];
const MIXED_COLUMNS = [
  ...NUMBER_COLUMNS,
  number('city', 3),
  { name: 'review', start: 4, width: 5, encoder: undefined },
];
const REFERENCE = [0.25, -0.5, 1];

async function explain(
  plan: ModelPlan,
  parameters: Float64Array,
  row: Float64Array,
  weights = Float64Array.from({ length: plan.outputWidth }, (_, i) => (i === 0 ? 1 : 0)),
): Promise<Explained> {
  const columns = plan.inputWidth === MIXED_WIDTH ? MIXED_COLUMNS : NUMBER_COLUMNS;
  const reference = Float64Array.from({ length: plan.inputWidth }, (_, i) => REFERENCE[i] ?? 0);
  return new IntegratedGradients({ plan, parameters, columns, reference }).explain(
    { row, weights },
    { breathe },
  );
}

/** What is missing from the sum, as a share of the difference that is explained. */
function gapOf({ contributions, output, reference }: Explained): number {
  const sum = contributions.reduce((total, value) => total + value, 0);
  const missing = Math.abs(sum - (output - reference));
  return missing === 0 ? 0 : missing / Math.abs(output - reference);
}

/** Moving variances are not negative. */
function sensible(plan: ModelPlan): Float64Array {
  const parameters = someParameters(plan);
  for (const { trainable, offset, size } of parameterLayout(plan)) {
    for (let i = offset; i < offset + size && !trainable; i++) parameters[i] = Math.abs(parameters[i]!);
  }
  return parameters;
}

describe('integrated gradients', () => {
  it('are weight * (value - mean) for a linear model, whatever its intercept', async () => {
    const plan = planOf({ model: { layers: [] }, task: 'regression' });
    const row = Float64Array.of(2, 1, -3);
    const found = await explain(plan, Float64Array.of(0.5, -2, 0.125, 7), row);
    expect(found.contributions[0]).toBeCloseTo(0.5 * (2 - 0.25), 12);
    expect(found.contributions[1]).toBeCloseTo(-2 * (1 + 0.5), 12);
    expect(found.contributions[2]).toBeCloseTo(0.125 * (-3 - 1), 12);
    expect(found.output).toBeCloseTo(0.5 * 2 - 2 * 1 + 0.125 * -3 + 7, 12);
    expect(found.reference).toBeCloseTo(0.5 * 0.25 + 2 * 0.5 + 0.125 * 1 + 7, 12);
  });

  it('give a category what its vector adds, and a text what its words add', async () => {
    const model = {
      inputs: { categories: { dimensions: 2 }, text: { dimensions: 2, layers: [{ type: 'pool' }] } },
      layers: [],
    };
    const plan = planOf({ model, inputs: MIXED, task: 'regression' });
    const parameters = someParameters(plan);
    const row = mixedRows(6, MIXED_WIDTH).slice(3 * MIXED_WIDTH, 4 * MIXED_WIDTH);
    const found = await explain(plan, parameters, row);
    const part = (name: string): Float64Array => {
      const slice = parameterLayout(plan).find((other) => other.name === name);
      if (slice === undefined) throw new Error(name);
      return parameters.subarray(slice.offset, slice.offset + slice.size);
    };
    const kernel = part('output/kernel');
    const vector = (table: string, id: number): number[] => [
      ...part(`${table}/table`).subarray(2 * id, 2 * id + 2),
    ];
    const city = vector('category:city', row[3]!);
    expect(found.contributions[3]).toBeCloseTo(city[0]! * kernel[3]! + city[1]! * kernel[4]!, 10);
    const words = [...row.subarray(4)].filter((id) => id > 0).map((id) => vector('text:review', id));
    const mean = [0, 1].map((d) => words.reduce((sum, word) => sum + word[d]!, 0) / words.length);
    expect(found.contributions[4]).toBeCloseTo(mean[0]! * kernel[5]! + mean[1]! * kernel[6]!, 10);
  });

  it('are of the class that is asked for', async () => {
    const plan = planOf({ model: { layers: [] }, task: 'multiclass' });
    const parameters = Float64Array.from({ length: 12 }, (_, i) => i);
    const found = await explain(plan, parameters, Float64Array.of(2, 1, -3), Float64Array.of(0, 0, 1));
    // Kernel [3, 3], row-major: of class 2 the weights 2, 5, 8.
    for (const [i, expected] of [2 * 1.75, 5 * 1.5, 8 * -4].entries()) {
      expect(found.contributions[i]).toBeCloseTo(expected, 10);
    }
  });

  const cases: [string, PlanInput][] = [...Object.entries(LAYER_CASES), ...ACTIVATION_CASES];
  it.each(cases)('sum to output - reference within 1 %%: %s', async (_name, input) => {
    const plan = planOf(input);
    const parameters = sensible(plan);
    const stream = randomStream(3, 'rows');
    const rows = mixedRows(6, plan.inputWidth);
    for (const i of [1, 5]) {
      const row = rows.slice(i * plan.inputWidth, (i + 1) * plan.inputWidth);
      for (let j = 0; j < 3; j++) row[j] = 2 * stream.nextNormal();
      const found = await explain(plan, parameters, row);
      expect(gapOf(found), JSON.stringify(found)).toBeLessThan(0.01);
    }
  });
});
