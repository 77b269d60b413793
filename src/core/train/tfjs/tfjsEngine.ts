// Owns the engine on tfjs: matrix products and activations on whichever backend is active, forward and backward
// written out by hand (a third of the ops that automatic differentiation dispatches). Loss and optimizer are the
// shared plain-JavaScript ones. Must never know epochs, files or events.
import { totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { BenchError } from '../../../shared/errors';
import { randomStream, RandomStream } from '../../../shared/random';
import type { BackendName } from '../../../shared/schema/training';
import { initializeParameters } from '../../model/initializers';
import { parameterLayout, type DensePlan, type ModelPlan } from '../../model/plan';
import type { EngineOptions, EngineState, StepsRequest, TrainingEngine } from '../engine';
import { lossOf } from '../losses';
import { createOptimizer, type Optimizer } from '../optimizers';
import { requireFits, rowsPerBlock } from './memory';
import { LEAKY_RELU_SLOPE, TF_ACTIVATIONS, type TfActivation } from './activations';

/** Where a dense layer's tensors lie in the flat vectors. */
interface DenseSlots {
  readonly kernel: number;
  readonly kernelSize: number;
  readonly bias: number | undefined;
}

/** What the backward pass needs of one layer's forward pass. */
type Trace =
  | {
      readonly kind: 'dense';
      readonly layer: DensePlan;
      readonly input: tf.Tensor2D;
      readonly kernel: tf.Tensor2D;
      readonly z: tf.Tensor2D;
      readonly a: tf.Tensor2D;
    }
  | { readonly kind: 'dropout'; readonly mask: tf.Tensor2D };

const FLOAT_RANGE = 2 ** 32;

/**
 * Rows times the widest layer that are computed at once: 8 MB a tensor. A larger batch (all rows, say) is summed up
 * block by block: WebAssembly memory ends at 4 GB, and a failed allocation there is not told.
 */
const MAX_FLOATS_PER_TENSOR = 2 ** 21;

export interface TfjsEngineOptions extends EngineOptions {
  readonly backend: BackendName;
  readonly maxFloatsPerTensor?: number;
}

/**
 * The active tfjs backend must be the one named; the ladder sees to it.
 * @throws BenchError 'config.modelTooLarge'; 'internal.parameterCount' from setParameters
 */
export function createTfjsEngine(options: TfjsEngineOptions): TrainingEngine {
  return new TfjsEngine(options);
}

class TfjsEngine implements TrainingEngine {
  readonly backend: BackendName;
  private readonly plan: ModelPlan;
  private readonly parameters: Float32Array;
  private readonly gradients: Float32Array;
  private readonly optimizer: Optimizer;
  private readonly dense = new Map<string, DenseSlots>();
  private readonly dropout = new Map<string, RandomStream>();
  /** Rows of a batch that are computed at once. */
  private readonly blockRows: number;
  private disposed = false;

  constructor(private readonly options: TfjsEngineOptions) {
    requireFits(options.plan, options.backend, totalmem());
    this.backend = options.backend;
    this.plan = options.plan;
    this.parameters = initializeParameters(options.plan, options.seed);
    this.gradients = new Float32Array(this.parameters.length);
    this.optimizer = createOptimizer(options.optimizer, this.parameters.length);
    this.blockRows = rowsPerBlock(this.plan, options.maxFloatsPerTensor ?? MAX_FLOATS_PER_TENSOR);
    const offsets = new Map(parameterLayout(this.plan).map((slice) => [slice.name, slice.offset]));
    for (const layer of this.plan.layers) {
      if (layer.kind === 'dropout') {
        this.dropout.set(layer.id, randomStream(options.seed, `dropout/${layer.id}`));
      } else {
        this.dense.set(layer.id, {
          kernel: offsets.get(`${layer.id}/kernel`) ?? 0,
          kernelSize: layer.inputs * layer.units,
          bias: offsets.get(`${layer.id}/bias`),
        });
      }
    }
  }

  // Async so that an engine with threads can stand in its place; this one computes before it returns.
  trainSteps(request: StepsRequest): Promise<number> {
    const { order, batchSize } = request;
    let position = request.from;
    let goOn = true;
    while (goOn && position < order.length) {
      const end = Math.min(position + batchSize, order.length);
      const { loss, finite } = this.step(order.subarray(position, end), request.outputs, position);
      goOn = request.afterStep(loss, end - position, finite);
      position = end;
    }
    return Promise.resolve(position);
  }

  forward(x: Float32Array, rows: number): Promise<Float32Array> {
    const outputs = tf.tidy(() => {
      let a = matrix(x, rows, this.plan.inputWidth);
      for (const layer of this.plan.layers) {
        if (layer.kind === 'dense') a = this.denseForward(layer, a).a;
      }
      // CPU-GPU sync point: once per block of rows.
      return a.dataSync<'float32'>();
    });
    // The cpu backend gives its own buffer, which must not be shared with the caller.
    return Promise.resolve(outputs.slice());
  }

  getParameters(): Float32Array {
    return this.parameters.slice();
  }

  setParameters(parameters: Float32Array): void {
    if (parameters.length !== this.parameters.length) {
      throw new BenchError(
        'internal.parameterCount',
        `Expected ${this.parameters.length} parameters, found ${parameters.length}.`,
      );
    }
    this.parameters.set(parameters);
  }

  save(): EngineState {
    const random = [...this.dropout].map(([id, stream]) => [id, stream.save()] as const);
    return {
      parameters: this.getParameters(),
      optimizer: this.optimizer.save(),
      random: Object.fromEntries(random),
    };
  }

  restore(state: EngineState): void {
    this.setParameters(state.parameters);
    this.optimizer.restore(state.optimizer);
    for (const id of this.dropout.keys()) {
      const saved = state.random[id];
      if (saved === undefined) {
        throw new BenchError('internal.randomState', `No random state for layer "${id}".`);
      }
      this.dropout.set(id, new RandomStream(saved));
    }
  }

  dispose(): void {
    // All tensors live within one step; only the data is let go.
    this.disposed = true;
  }

  private step(
    batch: Uint32Array,
    outputs: Float32Array,
    position: number,
  ): { loss: number; finite: boolean } {
    if (this.disposed) throw new BenchError('internal.disposed', 'The engine was disposed.');
    this.gradients.fill(0);
    let loss = 0;
    for (let from = 0; from < batch.length; from += this.blockRows) {
      const block = batch.subarray(from, from + this.blockRows);
      loss += this.addGradients(block, block.length / batch.length, outputs, position + from);
    }
    loss += this.addPenalty();
    return { loss, finite: this.optimizer.apply(this.parameters, this.gradients) };
  }

  /**
   * Adds the gradients of a block of rows, each times `share`.
   * @returns the mean loss of the block times `share`
   */
  private addGradients(block: Uint32Array, share: number, outputs: Float32Array, position: number): number {
    const { data } = this.options;
    const rows = block.length;
    const { inputWidth, outputWidth, loss } = this.plan;
    const x = gather(data.x, block, inputWidth);
    const y = gather(data.y, block, outputWidth);
    const weights = data.weights === undefined ? undefined : gather(data.weights, block, 1);
    let value = NaN;
    tf.tidy(() => {
      const traces: Trace[] = [];
      const raw = this.forwardTraced(matrix(x, rows, inputWidth), traces);
      // CPU-GPU sync point: one a block, a few floats a row.
      const rawValues = raw.dataSync<'float32'>();
      outputs.set(rawValues, position * outputWidth);
      const slope = new Float32Array(rows * outputWidth);
      value = lossOf({ loss, outputs: rawValues, y, rows, width: outputWidth, weights }, slope);
      if (share < 1) for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] ?? 0) * share;
      this.backward(matrix(slope, rows, outputWidth), traces, rows);
    });
    return value * share;
  }

  private forwardTraced(x: tf.Tensor2D, traces: Trace[]): tf.Tensor2D {
    let a = x;
    for (const layer of this.plan.layers) {
      if (layer.kind === 'dense') {
        const trace = this.denseForward(layer, a);
        traces.push(trace);
        a = trace.a;
      } else if (layer.rate > 0) {
        const mask = this.dropoutMask(layer.id, layer.rate, a.shape);
        traces.push({ kind: 'dropout', mask });
        a = tf.mul(a, mask);
      }
    }
    return a;
  }

  /** The output layer stays raw: its activation belongs to the loss. */
  private denseForward(layer: DensePlan, input: tf.Tensor2D): Extract<Trace, { kind: 'dense' }> {
    const slots = this.slotsOf(layer);
    const kernel = matrix(this.kernelOf(this.parameters, slots), layer.inputs, layer.units);
    const activation = activationOf(layer);
    const z = tf.fused.matMul({
      a: input,
      b: kernel,
      ...(slots.bias === undefined
        ? {}
        : { bias: vector(this.parameters.subarray(slots.bias, slots.bias + layer.units)) }),
      activation: activation.fused ?? 'linear',
      leakyreluAlpha: LEAKY_RELU_SLOPE,
    }) as tf.Tensor2D;
    return { kind: 'dense', layer, input, kernel, z, a: activation.forward?.(z) ?? z };
  }

  /** Adds to `gradients`. @param dOutputs d loss / d raw outputs */
  private backward(dOutputs: tf.Tensor2D, traces: readonly Trace[], rows: number): void {
    const ones = tf.ones<tf.Rank.R2>([1, rows]);
    let dA = dOutputs;
    for (let i = traces.length - 1; i >= 0; i--) {
      const trace = traces[i];
      if (trace === undefined) continue;
      if (trace.kind === 'dropout') {
        dA = tf.mul(dA, trace.mask);
        continue;
      }
      const { layer, input, kernel, z, a } = trace;
      const slots = this.slotsOf(layer);
      const dZ = activationOf(layer).backward?.(dA, a, z) ?? dA;
      // Transposed first: the wasm backend's product with a transpose flag is a naive loop, ten times slower.
      const dKernel = tf.matMul(tf.transpose(input), dZ);
      add(this.gradients, dKernel.dataSync<'float32'>(), slots.kernel);
      if (slots.bias !== undefined) {
        // As a product it shares the packed dZ; a sum over the first axis would transpose it once more.
        add(this.gradients, tf.matMul(ones, dZ).dataSync<'float32'>(), slots.bias);
      }
      if (traces.slice(0, i).some((earlier) => earlier.kind === 'dense')) {
        dA = tf.matMul(dZ, tf.transpose(kernel));
      }
    }
  }

  /** Adds the gradient of each l2 * sum(kernel^2). @returns the penalty */
  private addPenalty(): number {
    let penalty = 0;
    for (const layer of this.plan.layers) {
      if (layer.kind !== 'dense' || layer.l2 === 0) continue;
      const slots = this.slotsOf(layer);
      const kernel = this.kernelOf(this.parameters, slots);
      const gradient = this.kernelOf(this.gradients, slots);
      let sum = 0;
      for (let i = 0; i < kernel.length; i++) {
        const w = kernel[i] ?? 0;
        sum += w * w;
        gradient[i] = (gradient[i] ?? 0) + 2 * layer.l2 * w;
      }
      penalty += layer.l2 * sum;
    }
    return penalty;
  }

  /** 0 with probability `rate`, else 1 / (1 - rate), so that the expected input stays. */
  private dropoutMask(id: string, rate: number, [rows, width]: [number, number]): tf.Tensor2D {
    const stream = this.dropout.get(id);
    const mask = new Float32Array(rows * width);
    const threshold = rate * FLOAT_RANGE;
    const scale = 1 / (1 - rate);
    if (stream !== undefined) {
      for (let i = 0; i < mask.length; i++) mask[i] = stream.nextUint32() < threshold ? 0 : scale;
    }
    return matrix(mask, rows, width);
  }

  private slotsOf(layer: DensePlan): DenseSlots {
    const slots = this.dense.get(layer.id);
    if (slots === undefined) throw new BenchError('internal.layer', `No layer "${layer.id}".`);
    return slots;
  }

  private kernelOf(flat: Float32Array, slots: DenseSlots): Float32Array {
    return flat.subarray(slots.kernel, slots.kernel + slots.kernelSize);
  }
}

function activationOf(layer: DensePlan): TfActivation {
  // The output's activation is part of the loss, or applied when predicting.
  if (layer.id === 'output' || layer.activation === 'softmax') return TF_ACTIVATIONS.linear;
  return TF_ACTIVATIONS[layer.activation];
}

function gather(source: Float32Array, rows: Uint32Array, width: number): Float32Array {
  const target = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] ?? 0) * width;
    for (let j = 0, at = i * width; j < width; j++) target[at + j] = source[from + j] ?? 0;
  }
  return target;
}

function add(target: Float32Array, values: Float32Array, at: number): void {
  for (let i = 0; i < values.length; i++) target[at + i] = (target[at + i] ?? 0) + (values[i] ?? 0);
}

function matrix(values: Float32Array, rows: number, width: number): tf.Tensor2D {
  return tf.tensor2d(values, [rows, width], 'float32');
}

function vector(values: Float32Array): tf.Tensor1D {
  return tf.tensor1d(values, 'float32');
}
