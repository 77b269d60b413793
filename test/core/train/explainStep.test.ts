// One step on one row, told number by number: against a network worked by hand, and for every layer that there is.
import { describe, expect, it } from 'vitest';
import type { ModelPlan } from '../../../src/core/model/plan';
import { explainStep, type ExplainStepInput } from '../../../src/core/train/explainStep';
import { MAX_CHECKED } from '../../../src/core/train/finiteDifferences';
import { UpdateRule } from '../../../src/core/train/update/updateRule';
import { parameterLayout } from '../../../src/core/model/plan';
import { trainingSchema } from '../../../src/shared/schema/training';
import type { StepExplanation } from '../../../src/shared/schema/explainedStep';
import { ACTIVATION_CASES, LAYER_CASES, LOSS_CASES } from './network/cases';
import { mixedRows, planOf, someParameters, targetsOf } from './network/support';

const work = { breathe: (): Promise<void> => Promise.resolve() };
const SGD = trainingSchema.parse({ optimizer: { type: 'sgd', learningRate: 0.1 } });

/** Two neurons with three inputs each; kernels are [inputs, units]. */
const TEXTBOOK: ModelPlan = planOf({ model: { layers: [{ type: 'dense', units: 2 }] } });
const WEIGHTS = Float64Array.of(0.1, 0.4, 0.2, 0.5, 0.3, 0.6, 0.1, 0.2, 0.7, 0.8, 0.3);

const textbook = (changes: Partial<ExplainStepInput> = {}): Promise<StepExplanation> =>
  explainStep(
    {
      plan: TEXTBOOK,
      parameters: WEIGHTS,
      update: SGD,
      learningRate: 0.1,
      x: Float64Array.of(1, 0, 0),
      y: Float64Array.of(1),
      weight: 1,
      seed: 1,
      ...changes,
    },
    work,
  );

function close(actual: readonly number[] | undefined, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual?.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-12));
}

describe('a network worked by hand', () => {
  const p = 1 / (1 + Math.exp(-0.92));
  /** d loss / d raw of binary cross-entropy with y = 1. */
  const d = p - 1;
  const node = (step: StepExplanation, id: string) => step.nodes.find((one) => one.id === id);
  const parameter = (step: StepExplanation, name: string) => step.parameters.find((one) => one.name === name);

  it('goes forward: 0.1 + 0.1, 0.4 + 0.2, then 0.7 * 0.2 + 0.8 * 0.6 + 0.3', async () => {
    const step = await textbook();
    close(node(step, 'input')?.values, [1, 0, 0]);
    close(node(step, 'layer0')?.values, [0.2, 0.6]);
    close(node(step, 'output')?.values, [0.92]);
    close(step.output.raw, [0.92]);
    close(step.output.prediction, [p]);
    expect(step.output.activation).toBe('sigmoid');
    close([step.loss.ofRow, step.loss.total, step.loss.penalties], [-Math.log(p), -Math.log(p), 0]);
  });

  it('goes back: sigmoid - 1, along the weights, times the inputs', async () => {
    const step = await textbook();
    close(step.output.gradients, [d]);
    close(node(step, 'layer0')?.gradients, [0.7 * d, 0.8 * d]);
    close(node(step, 'input')?.gradients, [
      0.1 * 0.7 * d + 0.4 * 0.8 * d,
      0.2 * 0.7 * d + 0.5 * 0.8 * d,
      0.3 * 0.7 * d + 0.6 * 0.8 * d,
    ]);
    close(parameter(step, 'layer0/kernel')?.gradients, [0.7 * d, 0.8 * d, 0, 0, 0, 0]);
    close(parameter(step, 'layer0/bias')?.gradients, [0.7 * d, 0.8 * d]);
    close(parameter(step, 'output/kernel')?.gradients, [0.2 * d, 0.6 * d]);
    close(parameter(step, 'output/bias')?.gradients, [d]);
  });

  it('takes one SGD step of 0.1', async () => {
    const step = await textbook();
    expect(step.optimizer).toMatchObject({ type: 'sgd', learningRate: 0.1, updates: 0, updated: true });
    close(parameter(step, 'layer0/kernel')?.after, [0.1 - 0.07 * d, 0.4 - 0.08 * d, 0.2, 0.5, 0.3, 0.6]);
    close(parameter(step, 'layer0/bias')?.after, [0.1 - 0.07 * d, 0.2 - 0.08 * d]);
    close(parameter(step, 'output/kernel')?.after, [0.7 - 0.02 * d, 0.8 - 0.06 * d]);
    close(parameter(step, 'output/bias')?.after, [0.3 - 0.1 * d]);
  });

  it('has each gradient beside its finite difference', async () => {
    const { differences, parameters } = await textbook();
    expect(differences).toMatchObject({ passed: true, checked: 11, of: 11, kinks: 0, limit: 1e-4 });
    expect(differences.largest).toBeLessThan(1e-9);
    expect(parameters.flatMap(({ checks }) => checks)).toHaveLength(11);
  });

  it('weighs the row and adds the penalties', async () => {
    const plan = planOf({ model: { layers: [{ type: 'dense', units: 2, l1: 0.01, l2: 0.1 }] } });
    const step = await textbook({ plan, weight: 3 });
    const penalty = 0.01 * 2.1 + 0.1 * (0.01 + 0.16 + 0.04 + 0.25 + 0.09 + 0.36);
    close([step.loss.total, step.loss.penalties], [penalty - 3 * Math.log(p), penalty]);
    close(step.output.gradients, [3 * d]);
    close(
      parameter(step, 'layer0/kernel')?.gradients,
      [3 * 0.7 * d + 0.02, 3 * 0.8 * d + 0.08, 0.04, 0.1, 0.06, 0.12].map((g) => g + 0.01),
    );
    expect(step.differences.passed).toBe(true);
  });

  it("shows Adam's slots before and after: (1 - beta) of the gradient and of its square", async () => {
    const { optimizer, parameters } = await textbook({
      update: trainingSchema.parse({}),
      learningRate: 0.001,
    });
    const bias = parameters.find(({ name }) => name === 'output/bias');
    expect(optimizer.type).toBe('adam');
    expect(bias?.slots.map(({ name, before }) => [name, before])).toEqual([
      ['m', [0]],
      ['v', [0]],
    ]);
    close(bias?.slots[0]?.after, [0.1 * d]);
    close(bias?.slots[1]?.after, [0.001 * d * d]);
    // m / (1 - b1) / (sqrt(v / (1 - b2)) + eps'): the sign of the gradient but for epsilon.
    expect(bias?.after[0]).toBeCloseTo(0.3 + 0.001, 7);
  });

  it('goes on from the slots of the updates before', async () => {
    const update = trainingSchema.parse({ optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9 } });
    const slices = parameterLayout(TEXTBOOK);
    const rule = new UpdateRule({ ...update, slices, length: WEIGHTS.length });
    rule.apply(
      Float32Array.from(WEIGHTS),
      Float32Array.from(WEIGHTS, () => 0.5),
      0.1,
    );
    const { optimizer, parameters } = await textbook({ update, optimizer: rule.save() });
    expect(optimizer.updates).toBe(1);
    const bias = parameters.find(({ name }) => name === 'output/bias');
    // velocity = momentum * velocity - rate * gradient; -0.05 is a float32 in the saved state.
    const velocity = 0.9 * Math.fround(-0.05) - 0.1 * d;
    close(bias?.slots[0]?.after, [velocity]);
    close(bias?.after, [0.3 + velocity]);
  });

  it('tells what clipping left, and changes nothing of what it was given', async () => {
    const parameters = WEIGHTS.slice();
    const update = trainingSchema.parse({
      optimizer: { type: 'sgd' },
      clipping: { type: 'value', limit: 0.1 },
    });
    const step = await textbook({ parameters, update });
    close(parameter(step, 'output/bias')?.gradients, [d]);
    close(parameter(step, 'output/bias')?.clipped, [-0.1]);
    close(parameter(step, 'output/bias')?.after, [0.31]);
    expect(parameters).toEqual(WEIGHTS);
  });

  it('tells a bend from a wrong gradient: a relu exactly at 0', async () => {
    const parameters = WEIGHTS.slice();
    // 0.1 - 0.1 = 0
    parameters[6] = -0.1;
    const { differences, parameters: told } = await textbook({ parameters });
    expect(differences).toMatchObject({ passed: true, kinks: 2 });
    const kernel = told.find(({ name }) => name === 'layer0/kernel');
    expect(kernel?.checks[0]).toMatchObject({ gradient: 0, kink: true });
  });

  it('looks closer where a bend is near', async () => {
    const parameters = WEIGHTS.slice();
    parameters[6] = -0.1 + 1e-4;
    const { differences, parameters: told } = await textbook({ parameters });
    expect(differences).toMatchObject({ passed: true, kinks: 0 });
    const bias = told.find(({ name }) => name === 'layer0/bias');
    expect(bias?.checks[0]?.width).toBeLessThan(2 ** -10);
  });

  it('leaves the weights as they are when a number is not finite', async () => {
    const step = await textbook({ x: Float64Array.of(Infinity, 0, 0) });
    expect(step.optimizer.updated).toBe(false);
    expect(step.differences.passed).toBe(false);
    expect(step.parameters.every(({ before, after }) => before.join() === after.join())).toBe(true);
  });
});

const CASES = [...Object.entries(LAYER_CASES), ...ACTIVATION_CASES, ...LOSS_CASES];

describe('any network', () => {
  it.each(CASES)('agrees with its differences: %s', async (_, one) => {
    const plan = planOf(one);
    const parameters = someParameters(plan);
    for (const { trainable, offset, size } of parameterLayout(plan)) {
      // Moving variances are not below 0.
      if (!trainable) for (let i = offset; i < offset + size; i++) parameters[i] = Math.abs(parameters[i]!);
    }
    const step = await explainStep(
      {
        plan,
        parameters,
        update: SGD,
        learningRate: 0.1,
        x: mixedRows(4, plan.inputWidth).subarray(3 * plan.inputWidth),
        y: targetsOf(plan, 1),
        weight: 0.5,
        seed: 1,
      },
      work,
    );
    expect(step.differences).toMatchObject({ passed: true });
    expect(step.nodes.map(({ id }) => id)).toEqual(plan.nodes.map(({ id }) => id));
    for (const { id, shape, values } of step.nodes) {
      expect([id, values.length]).toEqual([id, shape.reduce((product, n) => product * n, 1)]);
    }
  });

  it('checks a sample of a large tensor, the same with the same seed', async () => {
    const plan = planOf({ model: { layers: [{ type: 'dense', units: 128 }] } });
    const explain = (seed: number): Promise<StepExplanation> =>
      explainStep(
        {
          plan,
          parameters: someParameters(plan),
          update: SGD,
          learningRate: 0.1,
          x: mixedRows(1, 3),
          y: Float64Array.of(1),
          weight: 1,
          seed,
        },
        work,
      );
    const [first, again, other] = [await explain(1), await explain(1), await explain(2)];
    const indices = (step: StepExplanation): number[] => step.parameters[0]!.checks.map(({ index }) => index);
    expect(indices(first)).toHaveLength(MAX_CHECKED);
    expect(indices(again)).toEqual(indices(first));
    expect(indices(other)).not.toEqual(indices(first));
    expect(first.differences).toMatchObject({ checked: 200 + 128 + 128 + 1, of: 384 + 128 + 128 + 1 });
  });
});
