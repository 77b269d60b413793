// Owns one batch's way through a plan, forward and backward, on either kind of tensors. Knows no loss, optimizer or epoch.
import { BenchError } from '../../../shared/errors';
import type { RandomStream } from '../../../shared/random';
import type { PlanNode } from '../../model/nodes';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import { parameterLayout, type ModelPlan } from '../../model/plan';
import type { LayerContext, LayerResult } from './layer';
import { attention } from './layers/attention';
import { add, concat } from './layers/combine';
import { activation, dense, dropout } from './layers/dense';
import { columns, embedding, numberTokens, step, summaryToken } from './layers/inputs';
import { batchNorm, layerNorm } from './layers/normalise';
import { recurrent } from './layers/recurrent';
import { conv1d, flatten, pool, positions } from './layers/sequence';
import type { Numeric } from './numeric';

export interface NetworkOptions<T> {
  readonly plan: ModelPlan;
  readonly numeric: Numeric<T>;
  /** Read in place at every pass; only moving statistics are written. */
  readonly parameters: FloatArray;
  /** Of each dropout layer, by node id; needed for training passes only. */
  readonly streams: ReadonlyMap<string, RandomStream>;
}

export interface PassOptions {
  /** [rows, inputWidth], row-major. */
  readonly x: FloatArray;
  readonly rows: number;
  readonly training: boolean;
  /** false: nothing is dropped although it trains. */
  readonly dropout?: boolean;
  /** The slopes of columns and embeddings are wanted too: `seen` of the way back is told of them. */
  readonly inputSlopes?: boolean;
  /** [rows]: looked-up vectors are taken times this, on a path from nothing to the whole. Absent: 1. */
  readonly embeddingShare?: FloatArray;
}

export interface Pass<T> {
  /** [rows, outputWidth], before the output activation. */
  readonly raw: T;
  /** What each node gave, by id. */
  readonly outputs: ReadonlyMap<string, T>;
  /**
   * @param dRaw d loss / d raw
   * @param gradients as long as the parameters; added to
   * @param seen is told d loss / d output of each node on the way
   */
  backward(dRaw: T, gradients: FloatArray, seen?: (node: PlanNode, dOutput: T) => void): void;
}

export class Network<T> {
  readonly slices: readonly ParameterSlice[];
  private readonly byName: ReadonlyMap<string, ParameterSlice>;
  /** Nodes with something before them, or in them, that learns. */
  private readonly learning = new Set<string>();
  /** Of each node, whether something before it learns. */
  private readonly learningInputs = new Set<string>();

  constructor(private readonly options: NetworkOptions<T>) {
    this.slices = parameterLayout(options.plan);
    this.byName = new Map(this.slices.map((slice) => [slice.name, slice]));
    for (const node of options.plan.nodes) {
      const before = node.inputs.some((id) => this.learning.has(id));
      if (before) this.learningInputs.add(node.id);
      if (before || node.parameters.some(({ trainable }) => trainable)) this.learning.add(node.id);
    }
  }

  /** Tensors of the pass live until the caller's tidy ends. */
  run(pass: PassOptions): Pass<T> {
    const { plan } = this.options;
    const outputs = new Map<string, T>();
    const results: { node: PlanNode; result: LayerResult<T> }[] = [];
    const sink: { gradients: FloatArray | undefined } = { gradients: undefined };
    let raw: T | undefined;
    for (const node of plan.nodes) {
      const inputs = node.inputs.map((id) => outputs.get(id) ?? missing(id));
      const result = forwardNode(node, inputs, this.contextOf(node, pass, sink));
      outputs.set(node.id, result.output);
      results.push({ node, result });
      raw = result.output;
    }
    return {
      raw: raw ?? missing('output'),
      outputs,
      backward: (dRaw, gradients, seen) => {
        sink.gradients = gradients;
        this.backward(results, dRaw, { seen, all: pass.inputSlopes === true });
      },
    };
  }

  private backward(
    results: readonly { node: PlanNode; result: LayerResult<T> }[],
    dRaw: T,
    { seen, all }: { seen: ((node: PlanNode, dOutput: T) => void) | undefined; all: boolean },
  ): void {
    const { numeric: m } = this.options;
    const slopes = new Map<string, T>();
    const last = results.at(-1);
    if (last !== undefined) slopes.set(last.node.id, dRaw);
    for (const { node, result } of [...results].reverse()) {
      const dOutput = slopes.get(node.id);
      if (dOutput === undefined || !(all || this.learning.has(node.id))) continue;
      seen?.(node, dOutput);
      const dInputs = result.backward(dOutput);
      for (const [i, id] of node.inputs.entries()) {
        const dInput = dInputs[i];
        if (dInput === undefined || !(all || this.learning.has(id))) continue;
        const before = slopes.get(id);
        slopes.set(id, before === undefined ? dInput : m.add(before, dInput));
      }
    }
  }

  private contextOf(
    node: PlanNode,
    { x, rows, training, dropout: drops = training, inputSlopes, embeddingShare }: PassOptions,
    sink: { readonly gradients: FloatArray | undefined },
  ): LayerContext<T> {
    const { numeric: m, plan, parameters, streams } = this.options;
    const width = plan.inputWidth;
    const sliceOf = (name: string): ParameterSlice => this.byName.get(`${node.id}/${name}`) ?? missing(name);
    const part = (flat: FloatArray, { offset, size }: ParameterSlice): FloatArray =>
      flat.subarray(offset, offset + size);
    const gradient = (name: string): FloatArray =>
      part(sink.gradients ?? missing('gradients'), sliceOf(name));
    return {
      m,
      rows,
      training,
      drops,
      needsInputGradients: inputSlopes === true || this.learningInputs.has(node.id),
      embeddingShare,
      parameter: (name) => m.tensor(part(parameters, sliceOf(name)), sliceOf(name).shape),
      values: (name) => part(parameters, sliceOf(name)),
      gradient,
      addGradient: (name, t) => {
        const target = gradient(name);
        const values = m.read(t);
        for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + (values[i] ?? 0);
      },
      ids: (start, steps) => idsOf({ x, rows, width }, start, steps),
      columns: (ranges) => columnsOf({ x, rows, width }, ranges),
      mask: () => this.maskOf(node, { x, rows, width }),
      random: () => streams.get(node.id) ?? missing(node.id),
    };
  }

  /** Which steps of the node's input are real: those whose id is not 0. */
  private maskOf(node: PlanNode, batch: Batch): T | undefined {
    const { numeric: m, plan } = this.options;
    const source = plan.nodes.find(({ id }) => id === node.mask);
    if (source?.kind !== 'embedding') return undefined;
    const input = plan.nodes.find(({ id }) => id === node.inputs[0]);
    // A window without padding makes the sequence shorter: its first steps are meant.
    const steps = input?.shape[0] ?? source.steps;
    const ids = idsOf(batch, source.start, steps);
    return m.tensor(
      Float32Array.from(ids, (id) => (id === 0 ? 0 : 1)),
      [batch.rows, steps],
    );
  }
}

interface Batch {
  readonly x: FloatArray;
  readonly rows: number;
  readonly width: number;
}

function idsOf({ x, rows, width }: Batch, start: number, steps: number): Uint32Array {
  const ids = new Uint32Array(rows * steps);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < steps; i++) ids[row * steps + i] = x[row * width + start + i] ?? 0;
  }
  return ids;
}

function columnsOf({ x, rows, width }: Batch, ranges: readonly (readonly [number, number])[]): FloatArray {
  const [first] = ranges;
  if (ranges.length === 1 && first?.[0] === 0 && first[1] === width) return x;
  const total = ranges.reduce((sum, [, count]) => sum + count, 0);
  const values = new Float64Array(rows * total);
  for (let row = 0, at = 0; row < rows; row++) {
    for (const [start, count] of ranges) {
      for (let i = 0; i < count; i++) values[at++] = x[row * width + start + i] ?? 0;
    }
  }
  return values;
}

function forwardNode<T>(node: PlanNode, inputs: readonly T[], context: LayerContext<T>): LayerResult<T> {
  switch (node.kind) {
    case 'columns':
      return columns(node, inputs, context);
    case 'embedding':
      return embedding(node, inputs, context);
    case 'numberTokens':
      return numberTokens(node, inputs, context);
    case 'summaryToken':
      return summaryToken(node, inputs, context);
    case 'dense':
      return dense(node, inputs, context);
    case 'activation':
      return activation(node, inputs, context);
    case 'dropout':
      return dropout(node, inputs, context);
    case 'batchNorm':
      return batchNorm(node, inputs, context);
    case 'layerNorm':
      return layerNorm(node, inputs, context);
    case 'conv1d':
      return conv1d(node, inputs, context);
    case 'attention':
      return attention(node, inputs, context);
    case 'positions':
      return positions(node, inputs, context);
    case 'pool':
      return pool(node, inputs, context);
    case 'flatten':
      return flatten(node, inputs, context);
    case 'step':
      return step(node, inputs, context);
    case 'concat':
      return concat(node, inputs, context);
    case 'add':
      return add(node, inputs, context);
    case 'lstm':
    case 'gru':
      return recurrent(node, inputs, context);
  }
}

function missing(what: string): never {
  throw new BenchError('internal.network', `The plan has no "${what}".`);
}
