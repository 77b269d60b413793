// Owns the named models: what each makes of a config (layers, encodings of features, optimizer), when it fits and what it
// costs. Pure. Never touches the target, the split, the recipe, the seed or how long is trained.
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { BenchError } from '../../shared/errors';
import {
  experimentSchema,
  type Experiment,
  type ExperimentInput,
  type FeatureType,
} from '../../shared/schema/experiment';
import type { modelSchema } from '../../shared/schema/model';
import { presetNameSchema, type PresetName } from '../../shared/schema/modelPreset';
import type { trainingSchema } from '../../shared/schema/training';

type ModelInput = z.input<typeof modelSchema>;
type TextLayers = NonNullable<NonNullable<NonNullable<ModelInput['inputs']>['text']>['layers']>;
type TrainingInput = z.input<typeof trainingSchema>;
type FeatureInput = ExperimentInput['features'][number];

export interface Preset {
  label(): string;
  /** One line. */
  summary(): string;
  /** When it is the one to take. */
  fits(): string;
  /** In time, memory or rows. */
  costs(): string;
  /** It is nothing without a used feature of one of these types. */
  readonly needs: readonly FeatureType[] | undefined;
  readonly categories: 'oneHot' | 'embedding';
  readonly text: 'tfidf' | 'tokens';
  readonly model: ModelInput;
  /** What suits the layers: all of it, so that one preset after another leaves nothing of the first. */
  readonly training: Pick<TrainingInput, 'optimizer' | 'clipping' | 'warmupEpochs'>;
}

const relu = (units: number) => ({ type: 'dense', units, activation: 'relu' }) as const;
const dropout = (rate: number) => ({ type: 'dropout', rate }) as const;

const ADAM: Preset['training'] = {
  optimizer: { type: 'adam', learningRate: 0.001 },
  clipping: false,
  warmupEpochs: 0,
};
/** Recurrent gradients can explode over a long text: Pascanu et al. 2013. */
const CLIPPED_ADAM: Preset['training'] = { ...ADAM, clipping: { type: 'globalNorm', limit: 1 } };
/**
 * Attention is trained with decoupled decay and a warm-up (Vaswani et al. 2017; Gorishniy et al. 2021 take AdamW). Their
 * 1e-4 is for vectors of 192; these are of 32.
 */
const ATTENTION: Preset['training'] = {
  optimizer: { type: 'adamW', learningRate: 0.0005, weightDecay: 0.01 },
  clipping: { type: 'globalNorm', limit: 1 },
  warmupEpochs: 2,
};

/** Residual block of Gorishniy et al. 2021, section 3.2: normalise, widen, drop, narrow, added to its input. */
const residualBlock = (width: number): ModelInput['layers'][number] => ({
  type: 'residual',
  layers: [
    { type: 'batchNorm' },
    { type: 'dense', units: 2 * width, activation: 'relu', initializer: 'heUniform' },
    dropout(0.2),
    { type: 'dense', units: width, activation: 'linear' },
  ],
});

/** Few sentences learn few words well: word vectors are dropped hard, and what was read goes straight to the output. */
const readText = (layers: TextLayers): ModelInput => ({
  inputs: { text: { dimensions: 32, dropout: 0.3, layers } },
  layers: [dropout(0.3)],
});

export const PRESETS = {
  linear: {
    label: () => l10n.t('Linear'),
    summary: () => l10n.t('A weight for each column: linear or logistic regression.'),
    fits: () => l10n.t('Few rows, more columns than rows, or when each weight is to be read.'),
    costs: () => l10n.t('Next to nothing; sees no columns together and no curves.'),
    needs: undefined,
    categories: 'oneHot',
    text: 'tfidf',
    model: { layers: [] },
    training: { ...ADAM, optimizer: { type: 'adam', learningRate: 0.01 } },
  },
  mlp: {
    label: () => l10n.t('MLP 128-64'),
    summary: () => l10n.t('Two hidden layers of 128 and 64 neurons.'),
    fits: () => l10n.t('Most tables: the first network to try, and the one to beat.'),
    costs: () => l10n.t('Seconds for thousands of rows; learns few rows by heart without dropout.'),
    needs: undefined,
    categories: 'oneHot',
    text: 'tfidf',
    model: { layers: [relu(128), relu(64)] },
    training: ADAM,
  },
  wideAndDeep: {
    label: () => l10n.t('Wide and deep'),
    summary: () => l10n.t('A linear model and an MLP side by side, trained together (Cheng et al. 2016).'),
    fits: () => l10n.t('When a linear model is already good and some columns act together.'),
    costs: () => l10n.t('As the MLP; the wide part needs columns that are on one scale.'),
    needs: undefined,
    categories: 'oneHot',
    text: 'tfidf',
    model: { layers: [{ type: 'parallel', branches: [[], [relu(128), relu(64)]] }] },
    training: ADAM,
  },
  residualMlp: {
    label: () => l10n.t('Residual MLP'),
    summary: () =>
      l10n.t('Three residual blocks with batch normalisation (ResNet of Gorishniy et al. 2021).'),
    fits: () => l10n.t('Tens of thousands of rows and more, where an MLP still under-fits.'),
    costs: () => l10n.t('About ten times the MLP a step; small batches disturb its normalisation.'),
    needs: undefined,
    categories: 'oneHot',
    text: 'tfidf',
    model: {
      layers: [
        { type: 'dense', units: 128, activation: 'linear' },
        residualBlock(128),
        residualBlock(128),
        residualBlock(128),
        { type: 'batchNorm' },
        { type: 'activation', activation: 'relu' },
      ],
    },
    training: { ...ADAM, optimizer: { type: 'adamW', learningRate: 0.001, weightDecay: 0.01 } },
  },
  categoryEmbeddings: {
    label: () => l10n.t('Category embeddings'),
    summary: () => l10n.t('Each category learns a vector, beside the numbers, then an MLP.'),
    fits: () => l10n.t('Columns of dozens to thousands of categories, with several rows for each.'),
    costs: () => l10n.t('As the MLP, less than one-hot; rare categories learn little.'),
    needs: ['category'],
    categories: 'embedding',
    text: 'tfidf',
    model: { inputs: { categories: { dropout: 0.1 } }, layers: [relu(128), dropout(0.1), relu(64)] },
    training: ADAM,
  },
  ftTransformer: {
    label: () => l10n.t('FT-Transformer'),
    summary: () => l10n.t('Every column becomes a vector and attention mixes them (Gorishniy et al. 2021).'),
    fits: () => l10n.t('Thousands of rows and more with up to about 100 columns that act together.'),
    costs: () =>
      l10n.t('Ten to a hundred times the MLP; time grows with the square of the number of columns.'),
    needs: ['number', 'category', 'boolean', 'datetime'],
    categories: 'embedding',
    text: 'tokens',
    model: { inputs: { columnsAsTokens: { dimensions: 32 } }, layers: [{ type: 'activation' }] },
    training: ATTENTION,
  },
  textEmbedding: {
    label: () => l10n.t('Text: mean of word vectors'),
    summary: () => l10n.t('Each word learns a vector; a text is their mean (fastText: Joulin et al. 2017).'),
    fits: () => l10n.t('Topics and moods, where single words tell and their order tells little.'),
    costs: () => l10n.t('The cheapest that reads words; blind to their order.'),
    needs: ['text'],
    categories: 'oneHot',
    text: 'tokens',
    model: readText([{ type: 'pool', method: 'mean' }]),
    training: ADAM,
  },
  textConv: {
    label: () => l10n.t('Text: convolution'),
    summary: () =>
      l10n.t('A window of three words slides along the text; the strongest answers count (Kim 2014).'),
    fits: () => l10n.t('Phrases such as "not good", in thousands of texts.'),
    costs: () => l10n.t('A few times the mean of word vectors.'),
    needs: ['text'],
    categories: 'oneHot',
    text: 'tokens',
    model: readText([
      { type: 'conv1d', filters: 64, kernelSize: 3, padding: 'same', activation: 'relu' },
      { type: 'pool', method: 'max' },
    ]),
    training: ADAM,
  },
  textLstm: {
    label: () => l10n.t('Text: LSTM'),
    summary: () => l10n.t('Reads word by word, both ways, with a memory (Hochreiter & Schmidhuber 1997).'),
    fits: () => l10n.t('Tens of thousands of texts whose order matters over many words.'),
    costs: () => l10n.t('Slow: word after word; time grows with the length of the texts.'),
    needs: ['text'],
    categories: 'oneHot',
    text: 'tokens',
    model: readText([{ type: 'lstm', units: 32, bidirectional: true }]),
    training: CLIPPED_ADAM,
  },
  textGru: {
    label: () => l10n.t('Text: GRU'),
    summary: () => l10n.t('Reads word by word, both ways, with fewer gates than an LSTM (Cho et al. 2014).'),
    fits: () => l10n.t('As the LSTM, with fewer texts.'),
    costs: () => l10n.t('Three quarters of the LSTM.'),
    needs: ['text'],
    categories: 'oneHot',
    text: 'tokens',
    model: readText([{ type: 'gru', units: 32, bidirectional: true }]),
    training: CLIPPED_ADAM,
  },
  textTransformer: {
    label: () => l10n.t('Text: small transformer'),
    summary: () => l10n.t('One encoder block: every word looks at every other (Vaswani et al. 2017).'),
    fits: () => l10n.t('Tens of thousands of texts; without pre-training it needs many.'),
    costs: () => l10n.t('Time grows with the square of the length of the texts.'),
    needs: ['text'],
    categories: 'oneHot',
    text: 'tokens',
    model: readText([
      { type: 'positions' },
      { type: 'transformer', heads: 4, feedForward: 64 },
      { type: 'layerNorm' },
      { type: 'pool', method: 'mean' },
    ]),
    training: ATTENTION,
  },
  multiInput: {
    label: () => l10n.t('Text, categories and numbers'),
    summary: () =>
      l10n.t('Word vectors, category vectors and numbers, each in its own way, then a hidden layer.'),
    fits: () => l10n.t('A table that mixes texts with categories and numbers, all of which tell something.'),
    costs: () => l10n.t('As the MLP and the mean of word vectors together.'),
    needs: ['text'],
    categories: 'embedding',
    text: 'tokens',
    model: {
      inputs: {
        categories: { dropout: 0.1 },
        text: { dimensions: 32, dropout: 0.3, layers: [{ type: 'pool', method: 'mean' }] },
      },
      layers: [relu(64), dropout(0.3)],
    },
    training: ADAM,
  },
} satisfies Record<PresetName, Preset>;

export function presetOf(name: PresetName): Preset {
  return PRESETS[name];
}

/** Why a preset has nothing to work on; undefined when it can be taken. */
export function presetProblem(name: PresetName, features: readonly FeatureInput[]): string | undefined {
  const { needs } = presetOf(name);
  if (needs === undefined || features.some((feature) => isUsed(feature) && needs.includes(feature.type))) {
    return undefined;
  }
  const fitting = presetNameSchema.options.filter((other) => presetOf(other).needs === undefined);
  return l10n.t(
    'Preset "{0}": expected a used feature of type {1}, found none. Choose another one, such as {2}.',
    name,
    needs.join(l10n.t(', ')),
    fitting.join(', '),
  );
}

function isUsed(feature: FeatureInput): boolean {
  return feature.type !== 'id' && feature.use !== false;
}

/** @throws BenchError 'config.preset' when no feature is of a kind that it is for */
export function applyPreset(experiment: Experiment, name: PresetName): Experiment {
  return experimentSchema.parse(applyPresetTo(experiment, name));
}

/** The same for a config as it is written, with what goes without saying left out. */
export function applyPresetTo(experiment: ExperimentInput, name: PresetName): ExperimentInput {
  const problem = presetProblem(name, experiment.features);
  if (problem !== undefined) throw new BenchError('config.preset', problem, { details: { preset: name } });
  const preset = presetOf(name);
  const { optimizer, clipping, warmupEpochs } = preset.training;
  const { clipping: _clipping, warmupEpochs: _warmup, ...training } = experiment.training;
  return {
    ...experiment,
    features: experiment.features.map((feature) => encodedFor(feature, preset)),
    model: { ...preset.model, description: `${preset.label()}: ${preset.summary()}` },
    training: {
      ...training,
      optimizer,
      ...(clipping === false ? {} : { clipping }),
      ...(warmupEpochs === 0 ? {} : { warmupEpochs }),
    },
  };
}

function encodedFor(feature: FeatureInput, { categories, text }: Preset): FeatureInput {
  switch (feature.type) {
    case 'category':
      return { ...feature, encode: categories };
    case 'text':
      return { ...feature, encode: text };
    default:
      return feature;
  }
}
