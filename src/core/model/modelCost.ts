// Owns what a training step of a planned network about costs: parameters, FLOPs, time on a backend. Time is a rule of thumb
// fitted to measurements on one machine; on another it may be three times as much or a third.
import { assertNever } from '../../shared/errors';
import type { BackendName } from '../../shared/schema/training';
import { describeArchitecture } from './architecture';
import { sizeOf, type PlanNode } from './nodes';
import { planModel, type PlanOptions } from './plan';

export interface ModelCost {
  readonly parameters: number;
  /** Of a step, forward and back: three times the forward pass (Kaplan et al. 2020, section 2.1). */
  readonly flopsPerStep: number;
  readonly stepsPerEpoch: number;
  readonly secondsPerEpoch: number;
}

/**
 * Of 2 cores at 2.5 GHz with the default WebAssembly build, batches of 32 and 256, all presets, 15 and 1,000 columns. native
 * and cuda were not measured: by their matrix products they are about so much faster, and slower to start one.
 */
const SPEEDS: Record<
  BackendName,
  {
    /** Of matrix products, a second. */
    readonly flops: number;
    /** Milliseconds a node, and a step of a recurrent one. */
    readonly perNode: number;
    readonly perRecurrentStep: number;
    /** Milliseconds for 1,000 floats that go from one operation to the next, forward and back. */
    readonly perThousandFloats: number;
    /** Milliseconds for 1,000 weights that the optimizer moves; it is plain JavaScript everywhere. */
    readonly perThousandWeights: number;
  }
> = {
  cuda: {
    flops: 2e12,
    perNode: 0.4,
    perRecurrentStep: 1.5,
    perThousandFloats: 0.0003,
    perThousandWeights: 0.01,
  },
  native: {
    flops: 6e10,
    perNode: 0.1,
    perRecurrentStep: 0.4,
    perThousandFloats: 0.01,
    perThousandWeights: 0.01,
  },
  wasm: {
    flops: 2.5e10,
    perNode: 0.04,
    perRecurrentStep: 0.6,
    perThousandFloats: 0.02,
    perThousandWeights: 0.01,
  },
  cpu: { flops: 1.1e9, perNode: 0.05, perRecurrentStep: 4, perThousandFloats: 0.4, perThousandWeights: 0.01 },
};

/** The validation rows, scores and reports. */
const EPOCH_MS = 5;

export interface CostOptions extends PlanOptions {
  readonly trainRows: number;
  readonly backend: BackendName;
}

/** @throws BenchError of the area config when the network cannot be planned */
export function modelCost(options: CostOptions): ModelCost {
  const { experiment, trainRows, backend } = options;
  const { batchSize } = experiment.training;
  const rows = batchSize === 'full' ? trainRows : Math.min(batchSize, trainRows);
  const { totals } = describeArchitecture(options);
  const { nodes } = planModel(options);
  const speed = SPEEDS[backend];
  const flopsPerStep = 3 * totals.flops * rows;
  const moved = nodes.reduce((sum, node) => sum + floatsMoved(node), 0) * rows;
  const recurrent = nodes.reduce((sum, node) => sum + recurrentSteps(node), 0);
  const milliseconds =
    (1000 * flopsPerStep) / speed.flops +
    speed.perNode * nodes.length +
    // Half of a step is to start it, half is its rows.
    speed.perRecurrentStep * recurrent * (0.5 + rows / 64) +
    (speed.perThousandFloats * moved) / 1000 +
    (speed.perThousandWeights * totals.trainable) / 1000;
  const stepsPerEpoch = Math.ceil(trainRows / rows);
  return {
    parameters: totals.parameters,
    flopsPerStep,
    stepsPerEpoch,
    secondsPerEpoch: (milliseconds * stepsPerEpoch + EPOCH_MS) / 1000,
  };
}

/** Of one row: what a node gives, and what lies between where it is made of several operations. */
function floatsMoved(node: PlanNode): number {
  const size = sizeOf(node.shape);
  const [steps] = node.shape;
  switch (node.kind) {
    case 'attention':
      return 8 * size + 3 * node.heads * steps * steps;
    case 'conv1d':
      // Its windows are laid out side by side, forward and twice on the way back.
      return size + 3 * steps * (node.parameters[0]?.fanIn ?? 0);
    case 'layerNorm':
    case 'batchNorm':
      return 4 * size;
    case 'columns':
    case 'embedding':
    case 'numberTokens':
    case 'summaryToken':
    case 'dense':
    case 'activation':
    case 'dropout':
    case 'positions':
    case 'pool':
    case 'flatten':
    case 'step':
    case 'concat':
    case 'add':
    case 'lstm':
    case 'gru':
      return size;
    default:
      return assertNever(node);
  }
}

function recurrentSteps(node: PlanNode): number {
  return node.kind === 'lstm' || node.kind === 'gru' ? node.steps : 0;
}
