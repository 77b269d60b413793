// Owns the engine on tfjs: a batch goes through the network on whichever backend is active, its gradients come back to
// plain arrays. Loss and update are the shared plain-JavaScript ones. Must never know epochs, files or events.
import { totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { BenchError } from '../../../shared/errors';
import { randomStream, RandomStream } from '../../../shared/random';
import type { BackendName } from '../../../shared/schema/training';
import { initializeParameters } from '../../model/initializers';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import { parameterLayout, type ModelPlan } from '../../model/plan';
import type {
  EngineOptions,
  EngineState,
  NodeReport,
  StepDone,
  StepsRequest,
  TrainingEngine,
} from '../engine';
import { lossOf } from '../losses';
import { Network, type Pass } from '../network/network';
import { reportNodes } from '../network/report';
import { addPenalties } from '../update/penalties';
import { UpdateRule } from '../update/updateRule';
import { requireFits, rowsPerBlock } from './memory';
import { tfjsNumeric } from './tfjsNumeric';

/**
 * Rows times the widest node that are computed at once: 8 MB a tensor. A larger batch (all rows, say) is summed up
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
  private readonly slices: readonly ParameterSlice[];
  private readonly movingStatistics: readonly ParameterSlice[];
  private readonly parameters: Float32Array;
  private readonly gradients: Float32Array;
  private readonly rule: UpdateRule;
  private readonly streams = new Map<string, RandomStream>();
  private readonly network: Network<tf.Tensor>;
  /** Rows of a batch that are computed at once. */
  private readonly blockRows: number;
  private disposed = false;

  constructor(private readonly options: TfjsEngineOptions) {
    const { plan, backend, seed } = options;
    requireFits(plan, backend, totalmem());
    this.backend = backend;
    this.plan = plan;
    this.slices = parameterLayout(plan);
    this.movingStatistics = this.slices.filter(({ trainable }) => !trainable);
    const length = this.slices.reduce((sum, { size }) => sum + size, 0);
    this.parameters = initializeParameters(this.slices, length, seed);
    this.gradients = new Float32Array(length);
    this.rule = new UpdateRule({ ...options.update, slices: this.slices, length });
    this.blockRows = rowsPerBlock(plan, options.maxFloatsPerTensor ?? MAX_FLOATS_PER_TENSOR);
    for (const node of plan.nodes) {
      if (node.kind === 'dropout') this.streams.set(node.id, randomStream(seed, `dropout/${node.id}`));
    }
    this.network = this.networkOf(this.parameters);
  }

  // Async so that an engine with threads can stand in its place; this one computes before it returns.
  trainSteps(request: StepsRequest): Promise<number> {
    const { order, batchSize } = request;
    let position = request.from;
    let goOn = true;
    while (goOn && position < order.length) {
      const end = Math.min(position + batchSize, order.length);
      goOn = request.afterStep(this.step(order.subarray(position, end), request, position));
      position = end;
    }
    return Promise.resolve(position);
  }

  forward(x: Float32Array, rows: number): Promise<Float32Array> {
    const { average } = this.rule;
    const network = average === undefined ? this.network : this.networkOf(average);
    const outputs = tf.tidy(() => {
      // CPU-GPU sync point: once per block of rows.
      return network.run({ x, rows, training: false }).raw.dataSync<'float32'>();
    });
    // The cpu backend gives its own buffer, which must not be shared with the caller.
    return Promise.resolve(outputs.slice());
  }

  inspect(rows: Uint32Array): Promise<readonly NodeReport[]> {
    const block = rows.subarray(0, this.blockRows);
    const gradients = new Float32Array(this.parameters.length);
    let reports: readonly NodeReport[] = [];
    tf.tidy(() => {
      const { plan, slices } = this;
      // A copy: moving statistics stay as they are.
      const parameters = this.parameters.slice();
      const network = this.networkOf(parameters);
      const { pass } = this.backward(block, { network, dropout: false, gradients });
      reports = reportNodes({ plan, numeric: tfjsNumeric, slices, pass, gradients, parameters });
    });
    return Promise.resolve(reports);
  }

  getParameters(): Float32Array {
    return this.parameters.slice();
  }

  setParameters(parameters: Float32Array): void {
    this.write(parameters);
    this.rule.setAverage(this.parameters);
  }

  save(): EngineState {
    const random = [...this.streams].map(([id, stream]) => [id, stream.save()] as const);
    return {
      parameters: this.getParameters(),
      optimizer: this.rule.save(),
      random: Object.fromEntries(random),
    };
  }

  restore(state: EngineState): void {
    this.write(state.parameters);
    this.rule.restore(state.optimizer);
    for (const id of this.streams.keys()) {
      const saved = state.random[id];
      if (saved === undefined) {
        throw new BenchError('internal.randomState', `No random state for layer "${id}".`);
      }
      this.streams.set(id, new RandomStream(saved));
    }
  }

  dispose(): void {
    // All tensors live within one step; only the data is let go.
    this.disposed = true;
  }

  private networkOf(parameters: FloatArray): Network<tf.Tensor> {
    return new Network({ plan: this.plan, numeric: tfjsNumeric, parameters, streams: this.streams });
  }

  private write(parameters: Float32Array): void {
    if (parameters.length !== this.parameters.length) {
      throw new BenchError(
        'internal.parameterCount',
        `Expected ${this.parameters.length} parameters, found ${parameters.length}.`,
      );
    }
    this.parameters.set(parameters);
  }

  private step(batch: Uint32Array, { outputs, learningRate }: StepsRequest, position: number): StepDone {
    if (this.disposed) throw new BenchError('internal.disposed', 'The engine was disposed.');
    const { gradients, parameters, slices } = this;
    const statistics = this.movingStatistics.map(({ offset, size }) =>
      parameters.slice(offset, offset + size),
    );
    gradients.fill(0);
    let loss = 0;
    for (let from = 0; from < batch.length; from += this.blockRows) {
      const block = batch.subarray(from, from + this.blockRows);
      const share = block.length / batch.length;
      loss += tf.tidy(() => {
        const { raw, value } = this.backward(block, {
          network: this.network,
          dropout: true,
          gradients,
          share,
        });
        outputs.set(raw, (position + from) * this.plan.outputWidth);
        return value;
      });
    }
    loss += addPenalties(slices, parameters, gradients);
    const rows = batch.length;
    const result = Number.isFinite(loss)
      ? this.rule.apply(parameters, gradients, learningRate())
      : { finite: false, gradientNorm: NaN, updated: false };
    if (!result.finite) {
      // The pass moved them already, perhaps to NaN.
      this.movingStatistics.forEach(({ offset }, i) => parameters.set(statistics[i] ?? [], offset));
    }
    return { loss, rows, ...result };
  }

  /**
   * Adds the gradients of a block of rows, each times `share`, to `gradients`. Call it in a tidy.
   * @returns the raw outputs, and the mean loss of the block times `share`
   */
  private backward(
    block: Uint32Array,
    { network, dropout, gradients, share = 1 }: BackwardOptions,
  ): { pass: Pass<tf.Tensor>; raw: Float32Array; value: number } {
    const { data } = this.options;
    const { inputWidth, outputWidth: width } = this.plan;
    const rows = block.length;
    const x = gather(data.x, block, inputWidth);
    const y = gather(data.y, block, width);
    const weights = data.weights === undefined ? undefined : gather(data.weights, block, 1);
    const pass = network.run({ x, rows, training: true, dropout });
    // CPU-GPU sync point: one a block, a few floats a row.
    const raw = pass.raw.dataSync<'float32'>();
    const slope = new Float32Array(rows * width);
    const value = lossOf({ ...this.plan, outputs: raw, y, rows, width, weights }, slope);
    if (share < 1) for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] ?? 0) * share;
    pass.backward(tf.tensor(slope, [rows, width]), gradients);
    return { pass, raw, value: value * share };
  }
}

interface BackwardOptions {
  readonly network: Network<tf.Tensor>;
  readonly dropout: boolean;
  readonly gradients: Float32Array;
  readonly share?: number;
}

function gather(source: Float32Array, rows: Uint32Array, width: number): Float32Array {
  const target = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] ?? 0) * width;
    for (let j = 0, at = i * width; j < width; j++) target[at + j] = source[from + j] ?? 0;
  }
  return target;
}
