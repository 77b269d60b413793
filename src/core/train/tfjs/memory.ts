// Owns how much memory a network takes on tfjs, before any of it is asked for: a WebAssembly memory that is full
// aborts without a word, and one of the machine ends the process. Pure: knows plans, no tensor.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { BackendName } from '../../../shared/schema/training';
import { sizeOf, type PlanNode } from '../../model/nodes';
import { countParameters, type ModelPlan } from '../../model/plan';

const FLOAT_BYTES = 4;
/** A WebAssembly memory has 32-bit addresses; a quarter is left to rows in work and to fragments. */
const WASM_WEIGHT_BYTES = 3 * 2 ** 30;
/**
 * Vectors as long as the weights: the weights, their gradients, two slots of Adam; the best checkpoint holds three
 * and the one that is being written another three.
 */
const VECTORS_PER_WEIGHT = 10;
/** 512 MB of tensors in work. */
const MAX_FLOATS_ALIVE = 2 ** 27;
/** Of one row and one node, alive at the end of a step: forward z, a and mask; backward dA, dZ and a transpose. */
const TENSORS_PER_NODE = 6;

/**
 * Rows that are computed at once.
 * @param maxFloatsPerTensor bound for one tensor; all tensors of a step together stay below 512 MB
 */
export function rowsPerBlock(plan: ModelPlan, maxFloatsPerTensor: number): number {
  const widths = plan.nodes.map(floatsOf);
  const widest = Math.max(plan.inputWidth, ...widths);
  const floatsPerRow = TENSORS_PER_NODE * widths.reduce((sum, width) => sum + width, plan.inputWidth);
  return Math.max(1, Math.floor(Math.min(maxFloatsPerTensor / widest, MAX_FLOATS_ALIVE / floatsPerRow)));
}

/** Of one row: its output, or what it takes on the way there when that is more. */
function floatsOf(node: PlanNode): number {
  const size = sizeOf(node.shape);
  switch (node.kind) {
    case 'attention':
      return Math.max(3 * size, node.heads * node.shape[0] ** 2);
    case 'conv1d': {
      const [kernel] = node.parameters;
      const [taps = 1, width = 1] = kernel?.shape ?? [];
      return Math.max(size, node.shape[0] * taps * width);
    }
    case 'lstm':
    case 'gru': {
      // Every step keeps its gates.
      const gates = node.kind === 'lstm' ? 4 : 3;
      return node.steps * gates * node.units;
    }
    default:
      return size;
  }
}

/**
 * @param memoryBytes of the machine
 * @throws BenchError 'config.modelTooLarge'
 */
export function requireFits(plan: ModelPlan, backend: BackendName, memoryBytes: number): void {
  const parameters = countParameters(plan);
  const needed = parameters * FLOAT_BYTES * VECTORS_PER_WEIGHT;
  if (needed > memoryBytes) {
    throw tooLarge(parameters, needed, l10n.t('this machine has {0} GB', gigabytes(memoryBytes)));
  }
  if (backend !== 'wasm') return;
  const largest = Math.max(...plan.nodes.map(largestMatrix));
  // Each weight once; of the largest layer also its transpose and its gradient.
  const inWasm = (parameters + 2 * largest) * FLOAT_BYTES;
  if (inWasm > WASM_WEIGHT_BYTES) {
    throw tooLarge(parameters, inWasm, l10n.t('WebAssembly holds {0} GB', gigabytes(WASM_WEIGHT_BYTES)));
  }
}

/** A table of embeddings stays outside. */
function largestMatrix(node: PlanNode): number {
  if (node.kind === 'embedding') return 0;
  return Math.max(0, ...node.parameters.map(({ shape }) => shape.reduce((product, n) => product * n, 1)));
}

function tooLarge(parameters: number, needed: number, limit: string): BenchError {
  return new BenchError(
    'config.modelTooLarge',
    l10n.t(
      'model.layers: {0} weights need about {1} GB of memory, but {2}. Use fewer units.',
      parameters.toLocaleString('en'),
      gigabytes(needed),
      limit,
    ),
    { details: { parameters } },
  );
}

function gigabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 29) / 2;
}
