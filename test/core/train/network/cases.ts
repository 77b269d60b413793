// Owns a network for every kind of layer, every activation and every loss.
import { activationSchema } from '../../../../src/shared/schema/model';
import { MIXED, type PlanInput } from './support';

const dense = { type: 'dense', units: 4, activation: 'tanh' };
const text = (...layers: unknown[]): unknown => ({ inputs: { text: { dimensions: 3, layers } }, layers: [] });

export const LAYER_CASES: Record<string, PlanInput> = {
  'no hidden layer': { model: { layers: [] } },
  'two dense layers, one without bias': { model: { layers: [dense, { ...dense, useBias: false }] } },
  dropout: { model: { layers: [dense, { type: 'dropout', rate: 0.4 }, dense] } },
  'batch normalisation': { model: { layers: [dense, { type: 'batchNorm' }, dense] } },
  'layer normalisation': { model: { layers: [dense, { type: 'layerNorm' }, dense] } },
  'an activation by itself': { model: { layers: [dense, { type: 'activation', activation: 'silu' }] } },
  residual: {
    model: { layers: [dense, { type: 'residual', layers: [dense, { ...dense, activation: 'linear' }] }] },
  },
  'residual with a projection': { model: { layers: [{ type: 'residual', layers: [dense] }] } },
  'wide and deep': { model: { layers: [{ type: 'parallel', branches: [[], [dense, dense]] }] } },
  'branches that are summed': {
    model: { layers: [{ type: 'parallel', merge: 'add', branches: [[dense], [dense, dense]] }] },
  },
  'numbers, a category and a text': { inputs: MIXED, model: { layers: [dense] } },
  'columns as tokens': {
    inputs: MIXED,
    model: {
      inputs: {
        columnsAsTokens: {
          dimensions: 4,
          layers: [
            { type: 'transformer', heads: 2, feedForward: 3, dropout: 0 },
            { type: 'pool', method: 'first' },
          ],
        },
      },
      layers: [],
    },
  },
  'a transformer over a padded text': {
    inputs: MIXED,
    model: {
      inputs: {
        text: {
          dimensions: 4,
          layers: [
            { type: 'positions' },
            { type: 'transformer', heads: 2, feedForward: 5, dropout: 0.2 },
            { type: 'layerNorm' },
            { type: 'pool' },
          ],
        },
      },
      layers: [],
    },
  },
  'sinusoidal positions': {
    inputs: MIXED,
    model: text({ type: 'positions', kind: 'sinusoidal' }, { type: 'pool', method: 'last' }),
  },
  flatten: { inputs: MIXED, model: text({ type: 'flatten' }) },
  ...Object.fromEntries(
    ['mean', 'max', 'first', 'last'].map((method) => [
      `pool ${method}`,
      {
        inputs: MIXED,
        model: text({ type: 'dense', units: 3, activation: 'tanh' }, { type: 'pool', method }),
      },
    ]),
  ),
  ...Object.fromEntries(
    ['same', 'valid', 'causal'].map((padding) => [
      `conv1d ${padding}`,
      {
        inputs: MIXED,
        model: text(
          { type: 'conv1d', filters: 4, kernelSize: 2, dilation: 2, padding, activation: 'tanh' },
          { type: 'pool' },
        ),
      },
    ]),
  ),
  ...Object.fromEntries(
    ['lstm', 'gru'].flatMap((type) => [
      [type, { inputs: MIXED, model: text({ type, units: 3 }) }],
      [
        `${type}, both ways, over a sequence of states`,
        {
          inputs: MIXED,
          model: text({ type, units: 2, sequence: true, bidirectional: true }, { type, units: 2 }),
        },
      ],
    ]),
  ),
};

export const ACTIVATION_CASES = activationSchema.options.map((activation): [string, PlanInput] => [
  activation,
  {
    model: {
      layers: [
        { ...dense, activation },
        { ...dense, activation },
      ],
    },
  },
]);

export const LOSS_CASES: [string, PlanInput][] = [
  ...['meanSquaredError', 'meanAbsoluteError', 'logCosh', 'poisson'].map((loss): [string, PlanInput] => [
    loss,
    { model: { layers: [dense] }, task: 'regression', loss },
  ]),
  ['huber', { model: { layers: [dense] }, task: 'regression', loss: { type: 'huber', delta: 0.7 } }],
  ['quantile', { model: { layers: [dense] }, task: 'regression', loss: { type: 'quantile', quantile: 0.8 } }],
  [
    'mean squared error behind softplus',
    { model: { layers: [dense], output: { activation: 'softplus' } }, task: 'regression' },
  ],
  [
    'binary cross-entropy, smoothed',
    { model: { layers: [dense] }, loss: { type: 'binaryCrossEntropy', labelSmoothing: 0.1 } },
  ],
  ['binary focal', { model: { layers: [dense] }, loss: { type: 'focal', gamma: 1.5, alpha: 0.3 } }],
  ['binary hinge', { model: { layers: [dense] }, loss: 'hinge' }],
  ['binary squared error', { model: { layers: [dense] }, loss: 'meanSquaredError' }],
  ...['categoricalCrossEntropy', 'sparseCategoricalCrossEntropy', 'focal', 'hinge', 'meanSquaredError'].map(
    (loss): [string, PlanInput] => [
      `${loss} of three classes`,
      { model: { layers: [dense] }, task: 'multiclass', loss },
    ],
  ),
  [
    'sigmoid and squared error of three classes',
    {
      model: { layers: [dense], output: { activation: 'sigmoid' } },
      task: 'multiclass',
      loss: 'meanSquaredError',
    },
  ],
  [
    'smoothed cross-entropy of three classes',
    {
      model: { layers: [dense] },
      task: 'multiclass',
      loss: { type: 'categoricalCrossEntropy', labelSmoothing: 0.2 },
    },
  ],
];
