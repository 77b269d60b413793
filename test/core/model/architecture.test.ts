import { describe, expect, it } from 'vitest';
import { describeArchitecture } from '../../../src/core/model/architecture';
import { resolveLoss } from '../../../src/core/model/resolveLoss';
import { parameterLayout, planModel } from '../../../src/core/model/plan';
import { architectureSchema } from '../../../src/shared/schema/architecture';
import { experimentSchema, type Experiment } from '../../../src/shared/schema/experiment';

function experiment(task: string, layers: unknown[], training: Record<string, unknown> = {}): Experiment {
  return experimentSchema.parse({
    name: 'test',
    data: { path: 'a.csv', target: { column: 'y', task } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    model: { layers },
    training,
  });
}

describe('describeArchitecture', () => {
  it('counts parameters and FLOPs of a dense stack as by hand', () => {
    const architecture = describeArchitecture({
      experiment: experiment('binary', [
        { type: 'dense', units: 128 },
        { type: 'dropout', rate: 0.2 },
        { type: 'dense', units: 64, useBias: false, l2: 0.001 },
      ]),
      inputWidth: 30,
      outputWidth: 1,
    });
    expect(() => architectureSchema.parse(architecture)).not.toThrow();
    expect(architecture.nodes.map((node) => [node.id, node.kind, node.label, node.parameters])).toEqual([
      ['input', 'input', 'Input 30', 0],
      ['layer0', 'dense', 'Dense 128', 30 * 128 + 128],
      ['layer1', 'dropout', 'Dropout 0.2', 0],
      ['layer2', 'dense', 'Dense 64', 128 * 64],
      ['output', 'output', 'Output 1', 64 + 1],
      ['loss', 'loss', 'Binary cross-entropy', 0],
    ]);
    expect(architecture.totals.flops).toBe(2 * (30 * 128 + 128 * 64 + 64));
    expect(architecture.totals.weightBytes).toBe(4 * architecture.totals.parameters);
    expect(architecture.nodes[3]?.notes).toEqual(['L2 0.001', 'no bias']);
    expect(architecture.nodes.map((node) => node.layerIndex)).toEqual([
      undefined,
      0,
      1,
      2,
      undefined,
      undefined,
    ]);
    expect(architecture.edges).toHaveLength(5);
    expect(architecture.edges[0]).toEqual({ from: 'input', to: 'layer0' });
    expect(architecture.edges[4]).toEqual({ from: 'output', to: 'loss' });
  });

  it('fits the output to the task', () => {
    const output = (task: string, outputWidth: number): unknown =>
      describeArchitecture({ experiment: experiment(task, []), inputWidth: 4, outputWidth }).nodes[1];
    expect(output('regression', 1)).toMatchObject({ activation: 'linear', outputShape: [1] });
    expect(output('binary', 1)).toMatchObject({ activation: 'sigmoid', outputShape: [1] });
    expect(output('multiclass', 3)).toMatchObject({ activation: 'softmax', outputShape: [3] });
  });
});

describe('resolveLoss', () => {
  it('takes the loss that fits the task for "auto"', () => {
    expect(resolveLoss(experiment('regression', [])).type).toBe('meanSquaredError');
    expect(resolveLoss(experiment('binary', [])).type).toBe('binaryCrossEntropy');
    expect(resolveLoss(experiment('multiclass', [])).type).toBe('categoricalCrossEntropy');
    expect(resolveLoss(experiment('regression', [], { loss: 'meanAbsoluteError' })).type).toBe(
      'meanAbsoluteError',
    );
  });

  it('refuses a loss that does not fit the task', () => {
    expect(() => resolveLoss(experiment('binary', [], { loss: 'meanAbsoluteError' }))).toThrow(
      expect.objectContaining({ code: 'config.lossForTask' }),
    );
  });
});

describe('parameterLayout', () => {
  it('lays kernels and biases end to end', () => {
    const plan = planModel({
      experiment: experiment('multiclass', [{ type: 'dense', units: 5, useBias: false }]),
      inputWidth: 2,
      outputWidth: 3,
    });
    expect(parameterLayout(plan)).toMatchObject([
      { name: 'layer0/kernel', shape: [2, 5], offset: 0, size: 10, stream: 'weights/layer0', decays: true },
      { name: 'output/kernel', shape: [5, 3], offset: 10, size: 15, stream: 'weights/output', decays: true },
      { name: 'output/bias', shape: [3], offset: 25, size: 3, decays: false, trainable: true },
    ]);
  });
});
