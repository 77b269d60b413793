// Owns the architecture as a graph that can be drawn and counted. Pure: no tf, no data, only the widths.
import * as l10n from '@vscode/l10n';
import type { Architecture, ArchitectureNode } from '../../shared/schema/architecture';
import type { LossName } from '../../shared/schema/training';
import { planModel, type LayerPlan, type PlanOptions } from './plan';

export { resolveLoss } from './plan';

/**
 * Nodes in forward order (input, the config's layers, output, loss), joined in a chain. FLOPs are 2 per
 * multiply-add of the matrix products, forward, one row; biases and activations are not counted.
 * @throws BenchError 'config.lossForTask'
 */
export function describeArchitecture(options: PlanOptions): Architecture {
  const plan = planModel(options);
  const nodes: ArchitectureNode[] = [
    {
      id: 'input',
      kind: 'input',
      label: l10n.t('Input {0}', plan.inputWidth),
      outputShape: [plan.inputWidth],
      parameters: 0,
      flops: 0,
      notes: [],
    },
    ...plan.layers.map((layer, index) => describeLayer(layer, index, index === plan.layers.length - 1)),
    {
      id: 'loss',
      kind: 'loss',
      label: lossLabel(plan.loss),
      outputShape: [],
      parameters: 0,
      flops: 0,
      notes: [],
    },
  ];
  const parameters = nodes.reduce((sum, node) => sum + node.parameters, 0);
  return {
    nodes,
    edges: nodes.slice(1).map((node, i) => ({ from: nodes[i]?.id ?? '', to: node.id })),
    totals: {
      parameters,
      flops: nodes.reduce((sum, node) => sum + node.flops, 0),
      weightBytes: parameters * Float32Array.BYTES_PER_ELEMENT,
    },
  };
}

function describeLayer(layer: LayerPlan, layerIndex: number, isOutput: boolean): ArchitectureNode {
  if (layer.kind === 'dropout') {
    return {
      id: layer.id,
      kind: 'dropout',
      label: l10n.t('Dropout {0}', layer.rate),
      outputShape: [layer.width],
      parameters: 0,
      flops: 0,
      layerIndex,
      notes: [],
    };
  }
  const notes: string[] = [];
  if (layer.l2 > 0) notes.push(l10n.t('L2 {0}', layer.l2));
  if (!layer.useBias) notes.push(l10n.t('no bias'));
  return {
    id: layer.id,
    kind: isOutput ? 'output' : 'dense',
    label: isOutput ? l10n.t('Output {0}', layer.units) : l10n.t('Dense {0}', layer.units),
    activation: layer.activation,
    outputShape: [layer.units],
    parameters: layer.inputs * layer.units + (layer.useBias ? layer.units : 0),
    flops: 2 * layer.inputs * layer.units,
    ...(isOutput ? {} : { layerIndex }),
    notes,
  };
}

/** The loss as a person reads it. */
export function lossLabel(loss: LossName): string {
  switch (loss) {
    case 'meanSquaredError':
      return l10n.t('Mean squared error');
    case 'meanAbsoluteError':
      return l10n.t('Mean absolute error');
    case 'binaryCrossEntropy':
      return l10n.t('Binary cross-entropy');
    case 'categoricalCrossEntropy':
      return l10n.t('Categorical cross-entropy');
  }
}
