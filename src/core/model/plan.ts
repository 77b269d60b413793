// Owns the plan of a network: every node with its shape, before any numbers. Engines build from it, the architecture
// view draws it, the checkpoint names its tensors after it. Knows no tf and no data.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Experiment, Task } from '../../shared/schema/experiment';
import type { Activation, InputsConfig } from '../../shared/schema/model';
import type { LossConfig } from '../../shared/schema/training';
import { inputsSchema } from '../../shared/schema/model';
import { numbersOnly, type InputSlice } from './inputSlice';
import type { ParameterSlice } from './parameterSlice';
import type { PlanNode, Shape } from './nodes';
import { offset, PlanBuilder, weight, type Flow } from './planBuilder';
import { resolveLoss, resolveOutputActivation } from './resolveLoss';

export interface ModelPlan {
  readonly task: Task;
  readonly loss: LossConfig;
  /** Turns raw outputs into predictions; part of the loss while training. */
  readonly outputActivation: Activation;
  /** Columns of the encoded matrix. */
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** Each behind those it takes from; the last one is the dense output layer, which gives raw outputs. */
  readonly nodes: readonly PlanNode[];
}

export interface PlanOptions {
  readonly experiment: Experiment;
  /** Encoded feature columns. */
  readonly inputWidth: number;
  /** What they are; absent: plain numbers. */
  readonly inputs?: readonly InputSlice[] | undefined;
  /** Encoded target columns: 1 for regression and binary, the number of classes for multiclass. */
  readonly outputWidth: number;
}

/** @throws BenchError of the area config, for a layer that cannot stand where it stands or a loss that does not fit */
export function planModel({ experiment, inputWidth, inputs, outputWidth }: PlanOptions): ModelPlan {
  const loss = resolveLoss(experiment);
  const { model, data } = experiment;
  const builder = new PlanBuilder();
  const entry = planInputs(builder, inputs ?? numbersOnly(inputWidth), model.inputs);
  const hidden = builder.stack(model.layers, entry, 'layer', ['model', 'layers']);
  const flat = requireVector(hidden);
  const { initializer, biasInitializer, useBias, l1, l2, maxNorm } = model.output;
  const kernel = {
    shape: [flat, outputWidth],
    initializer,
    fanIn: flat,
    fanOut: outputWidth,
    l1,
    l2,
    maxNorm,
  };
  const parameters = [weight({ name: 'kernel', ...kernel })];
  if (useBias) parameters.push(offset({ name: 'bias', shape: [outputWidth], initializer: biasInitializer }));
  builder.add({
    kind: 'dense',
    id: 'output',
    inputs: [hidden.id],
    shape: [outputWidth],
    inputWidth: flat,
    units: outputWidth,
    activation: 'linear',
    useBias,
    parameters,
  });
  return {
    task: data.target.task,
    loss,
    outputActivation: resolveOutputActivation(experiment, loss),
    inputWidth,
    outputWidth,
    nodes: builder.nodes,
  };
}

function requireVector({ shape }: Flow): number {
  if (shape.length === 1) return shape[0];
  throw new BenchError(
    'config.sequenceAtOutput',
    l10n.t(
      'model.layers: expected one vector before the output, found a sequence of {0}. End with a pool or flatten layer.',
      shape[0],
    ),
  );
}

/** The parts of the input, each as a vector, side by side. */
function planInputs(
  builder: PlanBuilder,
  slices: readonly InputSlice[],
  config: InputsConfig | undefined,
): Flow {
  const inputs = config ?? inputsSchema.parse({});
  const ends: Flow[] = [];
  const numbers = slices.filter((slice) => slice.kind === 'numbers');
  const ranges = numbers.map(({ start, width }) => [start, width] as const);
  const count = ranges.reduce((sum, [, width]) => sum + width, 0);
  const columns = (): Flow =>
    builder.add({ kind: 'columns', id: 'input', inputs: [], shape: [count], parameters: [], ranges });
  if (inputs.columnsAsTokens !== undefined) {
    const tokens = planColumnsAsTokens(
      builder,
      slices,
      inputs.columnsAsTokens,
      count > 0 ? columns() : undefined,
    );
    if (tokens !== undefined) ends.push(tokens);
  } else {
    if (count > 0) ends.push(columns());
    ends.push(...planCategories(builder, slices, inputs.categories ?? {}));
  }
  ends.push(...planTexts(builder, slices, inputs.text));
  return builder.merge(ends, 'concat', 'inputs');
}

function planCategories(
  builder: PlanBuilder,
  slices: readonly InputSlice[],
  { dimensions = 'auto', dropout = 0, l2 = 0 }: Partial<NonNullable<InputsConfig['categories']>>,
): Flow[] {
  const path = ['model', 'inputs', 'categories'];
  return slices.flatMap((slice) => {
    if (slice.kind !== 'ids') return [];
    const width = dimensions === 'auto' ? autoDimensions(slice.size) : dimensions;
    const flow = embed(
      builder,
      { ...slice, steps: 1, padded: false },
      { id: `category:${slice.column}`, width, l2, path },
    );
    return [dropBehind(builder, flow, dropout, path)];
  });
}

/** The rule of thumb of fastai, from trials on Kaggle tables. */
export function autoDimensions(size: number): number {
  return Math.min(50, Math.round(1.6 * size ** 0.56));
}

function planTexts(
  builder: PlanBuilder,
  slices: readonly InputSlice[],
  config: InputsConfig['text'],
): Flow[] {
  const { dimensions, dropout, layers } = config ?? inputsSchema.shape.text.unwrap().parse({});
  const path = ['model', 'inputs', 'text'];
  return slices.flatMap((slice) => {
    if (slice.kind !== 'tokens') return [];
    const id = `text:${slice.column}`;
    const embedded = embed(
      builder,
      { ...slice, steps: slice.width, padded: true },
      { id, width: dimensions, l2: 0, path },
    );
    const dropped = dropBehind(builder, embedded, dropout, path);
    const end = builder.stack(layers, dropped, `${id}.`, [...path, 'layers']);
    if (end.shape.length === 1) return [end];
    throw new BenchError(
      'config.textNotPooled',
      l10n.t(
        'model.inputs.text.layers: expected one vector at the end, found a sequence of {0}. End with a pool layer, or lstm or gru without "sequence".',
        end.shape[0],
      ),
    );
  });
}

function planColumnsAsTokens(
  builder: PlanBuilder,
  slices: readonly InputSlice[],
  { dimensions: width, layers }: NonNullable<InputsConfig['columnsAsTokens']>,
  numbers: Flow | undefined,
): Flow | undefined {
  const path = ['model', 'inputs', 'columnsAsTokens'];
  const limit = 1 / Math.sqrt(width);
  // As the reference implementation of FT-Transformer.
  const initializer = { type: 'uniform', minimum: -limit, maximum: limit } as const;
  const steps: Flow[] = [];
  const token = (name: string, rows: number) =>
    weight({ name, shape: [rows, width], initializer, fanIn: width, fanOut: width });
  if (numbers !== undefined) {
    const count = numbers.shape[0];
    const parameters = [token('weights', count), { ...token('bias', count), stream: 'bias', decays: false }];
    const shape: Shape = [count, width];
    steps.push(
      builder.add({ kind: 'numberTokens', id: 'tokens', inputs: [numbers.id], shape, parameters, path }),
    );
  }
  for (const slice of slices) {
    if (slice.kind !== 'ids') continue;
    const id = `category:${slice.column}`;
    const flow = embed(builder, { ...slice, steps: 1, padded: false }, { id, width, l2: 0, path });
    steps.push(
      builder.add({
        kind: 'step',
        id: `${id}.step`,
        inputs: [flow.id],
        shape: [1, width],
        parameters: [],
        path,
      }),
    );
  }
  if (steps.length === 0) return undefined;
  steps.unshift(
    builder.add({
      kind: 'summaryToken',
      id: 'summary',
      inputs: [],
      shape: [1, width],
      parameters: [token('token', 1)],
      path,
    }),
  );
  const shape: Shape = [steps.reduce((sum, flow) => sum + flow.shape[0], 0), width];
  const inputs = steps.map((flow) => flow.id);
  const sequence = builder.add({
    kind: 'concat',
    axis: 'steps',
    id: 'columns',
    inputs,
    shape,
    parameters: [],
    path,
  });
  const end = builder.stack(layers, sequence, 'columns.', [...path, 'layers']);
  if (end.shape.length === 1) return end;
  throw new BenchError(
    'config.columnsNotPooled',
    l10n.t(
      'model.inputs.columnsAsTokens.layers: expected one vector at the end, found a sequence of {0}. End with a pool layer.',
      end.shape[0],
    ),
  );
}

interface Embed {
  readonly id: string;
  readonly width: number;
  readonly l2: number;
  readonly path: readonly string[];
}

function embed(
  builder: PlanBuilder,
  {
    column,
    start,
    size,
    steps,
    padded,
  }: { column: string; start: number; size: number; steps: number; padded: boolean },
  { id, width, l2, path }: Embed,
): Flow {
  // As keras.layers.Embedding.
  const initializer = { type: 'uniform', minimum: -0.05, maximum: 0.05 } as const;
  const table = weight({ name: 'table', shape: [size, width], initializer, fanIn: size, fanOut: width, l2 });
  const shape: Shape = steps === 1 && !padded ? [width] : [steps, width];
  const lookUp = { column, start, steps, size, dimensions: width, padded };
  const flow = builder.add({
    kind: 'embedding',
    id,
    inputs: [],
    shape,
    parameters: [table],
    path,
    ...lookUp,
  });
  return padded ? { ...flow, mask: id } : flow;
}

function dropBehind(builder: PlanBuilder, flow: Flow, rate: number, path: readonly string[]): Flow {
  if (rate === 0) return flow;
  const id = `${flow.id}.dropout`;
  const dropped = builder.add({
    kind: 'dropout',
    id,
    inputs: [flow.id],
    shape: flow.shape,
    parameters: [],
    rate,
    path,
  });
  return { ...dropped, ...(flow.mask === undefined ? {} : { mask: flow.mask }) };
}

/** Where each tensor lies in the flat parameter vector: node by node, in the order of each node's parameters. */
export function parameterLayout(plan: Pick<ModelPlan, 'nodes'>): ParameterSlice[] {
  const slices: ParameterSlice[] = [];
  let at = 0;
  for (const node of plan.nodes) {
    for (const { name, stream, ...wish } of node.parameters) {
      const size = wish.shape.reduce((product, n) => product * n, 1);
      const own = stream === undefined ? `weights/${node.id}` : `weights/${node.id}/${stream}`;
      slices.push({ ...wish, name: `${node.id}/${name}`, stream: own, offset: at, size });
      at += size;
    }
  }
  return slices;
}

/** Numbers in the flat vector, moving statistics too. */
export function countParameters(plan: Pick<ModelPlan, 'nodes'>): number {
  return parameterLayout(plan).reduce((sum, slice) => sum + slice.size, 0);
}

/** Those that training changes by gradient. */
export function countTrainable(plan: Pick<ModelPlan, 'nodes'>): number {
  return parameterLayout(plan).reduce((sum, slice) => sum + (slice.trainable ? slice.size : 0), 0);
}
