// Owns what the nodes of a network say of its training: units that never fire, gradients that fade or burst on the way.
import * as l10n from '@vscode/l10n';
import type { Finding, Remedy } from '../../shared/schema/diagnosis';
import type { Experiment } from '../../shared/schema/experiment';
import type { NodeReport } from '../train/engine';
import { layersOf, learningRate, setting } from './changes';
import type { TrainingTrace } from '../train/trainingTrace';
import { formatPercent, formatValue } from './words';

const DEAD_SHARE = 0.5;

/** Units of relu layers that gave 0 for each inspected row: no gradient reaches their weights. */
export function deadUnits(trace: TrainingTrace): Finding[] {
  const relus = new Set(
    trace.plan.nodes.flatMap((node) => ('activation' in node && node.activation === 'relu' ? [node.id] : [])),
  );
  const found = trace.after.filter(
    ({ id, deadUnits: dead, units }) => relus.has(id) && dead > DEAD_SHARE * units,
  );
  const worst = found.reduce<NodeReport | undefined>(
    (most, node) =>
      most === undefined || node.deadUnits / node.units > most.deadUnits / most.units ? node : most,
    undefined,
  );
  if (worst === undefined) return [];
  const share = worst.deadUnits / worst.units;
  const start = trace.before.find(({ id }) => id === worst.id);
  return [
    {
      code: 'deadUnits',
      severity: share === 1 ? 'error' : 'warning',
      message: l10n.t(
        'Dead units: {0} of the {1} relu units of "{2}" ({3}) give 0 for every row that was looked at ({4} before the training). They cannot learn any more.',
        worst.deadUnits,
        worst.units,
        worst.id,
        formatPercent(share),
        start?.deadUnits ?? 0,
      ),
      evidence: { dead: worst.deadUnits, units: worst.units, deadBefore: start?.deadUnits ?? 0 },
      remedies: [...leaky(trace.experiment), learningRate(trace.learningRate / 10)],
    },
  ];
}

/** leaky relu everywhere, with He's weights and biases of 0: no unit starts dead, and none stays so. */
function leaky(experiment: Experiment): Remedy[] {
  const layers = experiment.model.layers.map((layer) =>
    layer.type === 'dense' && layer.activation === 'relu'
      ? { ...layer, activation: 'leakyRelu', initializer: 'heNormal', biasInitializer: 'zeros' }
      : layer,
  );
  return [layersOf(l10n.t('Use leaky relu, with weights as He and biases of 0'), layers)];
}

/** How large the first gradient of a node is beside its weights. */
function pullOf({ gradientNorm, weightNorm }: NodeReport): number {
  return gradientNorm / weightNorm;
}

/** A first gradient a hundred times the weights throws them away; about 0.01 to 1 is usual. */
const BURSTING = 100;
const FADED = 1e-3;

/** Of the first weights, before the loss is small everywhere. */
export function fadingOrBursting(trace: TrainingTrace): Finding[] {
  const nodes = trace.before.filter(({ kind, weightNorm }) => kind === 'dense' && weightNorm > 0);
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined || nodes.length < 4) return [];
  const worst = nodes.reduce((most, node) => (pullOf(node) > pullOf(most) ? node : most), first);
  if (pullOf(worst) > BURSTING) return [bursting(trace, worst)];
  const ratio = pullOf(first) / pullOf(last);
  return ratio < FADED ? [fading(trace.experiment, first, last, ratio)] : [];
}

function fading(experiment: Experiment, first: NodeReport, last: NodeReport, ratio: number): Finding {
  const layers = experiment.model.layers.map((layer) =>
    layer.type === 'dense' ? { ...layer, activation: 'relu', initializer: 'heNormal' } : layer,
  );
  return {
    code: 'vanishingGradients',
    severity: 'warning',
    message: l10n.t(
      'Vanishing gradients: at the start the gradient of "{0}" is {1} of its weights, that of "{2}" {3}. The first layers hardly learn.',
      first.id,
      formatValue(pullOf(first)),
      last.id,
      formatValue(pullOf(last)),
    ),
    evidence: { first: pullOf(first), last: pullOf(last), ratio },
    remedies: [
      layersOf(l10n.t('Use relu, with weights as He'), layers),
      layersOf(
        l10n.t('Normalise behind each dense layer'),
        experiment.model.layers.flatMap((layer) =>
          layer.type === 'dense' ? [layer, { type: 'layerNorm' }] : [layer],
        ),
      ),
    ],
  };
}

function bursting({ experiment }: TrainingTrace, worst: NodeReport): Finding {
  const layers = experiment.model.layers.map((layer) =>
    layer.type === 'dense' ? { ...layer, initializer: 'glorotUniform' } : layer,
  );
  return {
    code: 'explodingGradients',
    severity: 'warning',
    message: l10n.t(
      'Exploding gradients: at the start the gradient of "{0}" is {1} times as long as its weights; its outputs reach {2}.',
      worst.id,
      formatValue(pullOf(worst)),
      formatValue(worst.largest),
    ),
    evidence: { pull: pullOf(worst), largest: worst.largest },
    remedies: [
      layersOf(l10n.t('Start the weights as Glorot'), layers),
      setting(l10n.t('Clip the gradients to a length of 1'), ['training', 'clipping'], {
        type: 'globalNorm',
        limit: 1,
      }),
    ],
  };
}
