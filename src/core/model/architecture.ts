// Owns the architecture as a graph that can be drawn and counted. Pure: no tf, no data, only the widths.
import * as l10n from '@vscode/l10n';
import { layerKindLabel, lossLabel } from '../../shared/modelTexts';
import type { Architecture, ArchitectureKind, ArchitectureNode } from '../../shared/schema/architecture';
import { sizeOf, type NodeKind, type PlanNode } from './nodes';
import { planModel, type ModelPlan, type PlanOptions } from './plan';

/**
 * Nodes in forward order, the loss last. FLOPs are 2 per multiply-add of the matrix products, forward, one row; biases,
 * activations and normalisations are not counted.
 * @throws BenchError of the area config
 */
export function describeArchitecture(options: PlanOptions): Architecture {
  const plan = planModel(options);
  const nodes = plan.nodes.map((node) => describeNode(node, plan));
  const edges = plan.nodes.flatMap((node) => node.inputs.map((from) => ({ from, to: node.id })));
  nodes.push(lossNode(plan));
  edges.push({ from: 'output', to: 'loss' });
  const total = (of: (node: ArchitectureNode) => number): number =>
    nodes.reduce((sum, node) => sum + of(node), 0);
  const parameters = total((node) => node.parameters);
  return {
    nodes,
    edges,
    totals: {
      parameters,
      trainable: total((node) => node.trainable),
      flops: total((node) => node.flops),
      weightBytes: parameters * Float32Array.BYTES_PER_ELEMENT,
    },
  };
}

function lossNode({ loss }: ModelPlan): ArchitectureNode {
  return {
    id: 'loss',
    kind: 'loss',
    label: lossLabel(loss.type),
    outputShape: [],
    parameters: 0,
    trainable: 0,
    flops: 0,
    notes: [],
  };
}

const KINDS = {
  columns: 'input',
  embedding: 'embedding',
  numberTokens: 'tokens',
  summaryToken: 'tokens',
  step: 'tokens',
  dense: 'dense',
  activation: 'activation',
  dropout: 'dropout',
  batchNorm: 'batchNorm',
  layerNorm: 'layerNorm',
  conv1d: 'conv1d',
  lstm: 'lstm',
  gru: 'gru',
  attention: 'attention',
  positions: 'positions',
  pool: 'pool',
  flatten: 'flatten',
  concat: 'concat',
  add: 'add',
} as const satisfies Record<NodeKind, ArchitectureKind>;

function describeNode(node: PlanNode, plan: ModelPlan): ArchitectureNode {
  const isOutput = node.id === 'output';
  const kind = isOutput ? 'output' : KINDS[node.kind];
  const sizes = node.parameters.map(({ shape, trainable }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return { size, trainable: trainable ? size : 0 };
  });
  const detail = detailOf(node);
  const activation = isOutput ? plan.outputActivation : 'activation' in node ? node.activation : undefined;
  const [, list, index] = node.path ?? [];
  return {
    id: node.id,
    kind,
    label: detail === '' ? layerKindLabel(kind) : `${layerKindLabel(kind)} ${detail}`,
    ...(activation === undefined ? {} : { activation }),
    outputShape: [...node.shape],
    parameters: sizes.reduce((sum, { size }) => sum + size, 0),
    trainable: sizes.reduce((sum, { trainable }) => sum + trainable, 0),
    flops: flopsOf(node),
    ...(list === 'layers' && typeof index === 'number' ? { layerIndex: index } : {}),
    ...(node.path === undefined ? {} : { path: [...node.path] }),
    notes: notesOf(node),
  };
}

/** What stands behind the kind in the label: the number that tells one layer from another. */
function detailOf(node: PlanNode): string {
  switch (node.kind) {
    case 'columns':
      return String(node.shape[0]);
    case 'embedding':
      return l10n.t('{0} of "{1}"', node.dimensions, node.column);
    case 'dense':
      return String(node.units);
    case 'dropout':
      return String(node.rate);
    case 'conv1d':
      return `${node.shape[1]} × ${node.kernelSize}`;
    case 'lstm':
    case 'gru':
      return node.reverse ? l10n.t('{0}, backwards', node.units) : String(node.units);
    case 'attention':
      return l10n.t('{0} heads', node.heads);
    case 'pool':
      return node.method;
    default:
      return '';
  }
}

function notesOf(node: PlanNode): string[] {
  const notes: string[] = [];
  for (const { name, l1, l2, maxNorm } of node.parameters) {
    if (name !== 'kernel' && name !== 'table') continue;
    if (l1 > 0) notes.push(l10n.t('L1 {0}', l1));
    if (l2 > 0) notes.push(l10n.t('L2 {0}', l2));
    if (maxNorm !== undefined) notes.push(l10n.t('max-norm {0}', maxNorm));
  }
  if (node.kind === 'dense' && !node.useBias) notes.push(l10n.t('no bias'));
  if (node.kind === 'embedding') notes.push(l10n.t('{0} ids', node.size));
  return notes;
}

function flopsOf(node: PlanNode): number {
  const [first, width = 0] = node.shape;
  switch (node.kind) {
    case 'dense':
      return 2 * node.inputWidth * sizeOf(node.shape);
    case 'conv1d': {
      const [kernel] = node.parameters;
      const taps = kernel === undefined ? 0 : kernel.fanIn;
      return 2 * taps * sizeOf(node.shape);
    }
    case 'lstm':
    case 'gru': {
      const products = node.parameters.filter(({ name }) => name === 'kernel' || name === 'recurrentKernel');
      return 2 * node.steps * products.reduce((sum, { fanIn, fanOut }) => sum + fanIn * fanOut, 0);
    }
    case 'attention':
      // Three projections and one back; scores and their sums over the values.
      return 2 * first * width * 4 * width + 2 * 2 * first * first * width;
    case 'numberTokens':
      return 2 * sizeOf(node.shape);
    default:
      return 0;
  }
}
