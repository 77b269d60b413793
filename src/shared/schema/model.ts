// Owns the declarative model: how each part of the input enters, the hidden layers, the output layer's options. Widths
// follow from data and task.
import * as z from 'zod';

const description = z.string().optional();

export const activationSchema = z.enum([
  'linear',
  'relu',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'silu',
  'sigmoid',
  'tanh',
  'softplus',
  'softmax',
  'exponential',
]);
export type Activation = z.infer<typeof activationSchema>;

/** Those that need no number, or have a usual one. */
export const initializerNameSchema = z.enum([
  'zeros',
  'ones',
  'normal',
  'uniform',
  'truncatedNormal',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
  'orthogonal',
]);
export const initializerObjectSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), value: z.number(), description }),
  z.strictObject({
    type: z.literal('normal'),
    mean: z.number().default(0),
    sd: z.number().gt(0).default(0.05),
    description,
  }),
  z.strictObject({
    type: z.literal('uniform'),
    minimum: z.number().default(-0.05),
    maximum: z.number().default(0.05),
    description,
  }),
  z.strictObject({
    type: z.literal('truncatedNormal').describe('Redrawn beyond two sd.'),
    mean: z.number().default(0),
    sd: z.number().gt(0).default(0.05),
    description,
  }),
  z.strictObject({
    type: z.literal('orthogonal').describe('Orthonormal rows or columns, times gain (Saxe et al. 2014).'),
    gain: z.number().gt(0).default(1),
    description,
  }),
]);
export const initializerSchema = z.union([initializerNameSchema, initializerObjectSchema]);
export type Initializer = z.infer<typeof initializerSchema>;

const initializer = (value: z.infer<typeof initializerNameSchema>): z.ZodDefault<typeof initializerSchema> =>
  initializerSchema
    .default(value)
    .describe('How the weights start. He suits relu, LeCun suits selu, Glorot is the common default.');
const biasInitializer = initializerSchema.default('zeros').describe('How the biases start.');
const l1 = z
  .number()
  .min(0)
  .default(0)
  .describe('L1 penalty: adds l1 * sum(|w|) of this layer to the training loss.');
const l2 = z
  .number()
  .min(0)
  .default(0)
  .describe('L2 penalty: adds l2 * sum(w^2) of this layer to the training loss.');
const maxNorm = z
  .number()
  .gt(0)
  .optional()
  .describe('After each update the weights into each neuron are shrunk to at most this length.');
const rate = (value: number): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).lt(1).default(value).describe('Share of the inputs set to zero in each training step.');
const units = z.int().min(1).max(65_536).describe('Number of neurons.');

export const denseLayerSchema = z.strictObject({
  type: z.literal('dense').describe('Every neuron sees every input.'),
  units,
  activation: activationSchema.default('relu'),
  initializer: initializer('glorotUniform'),
  useBias: z.boolean().default(true),
  biasInitializer,
  l1,
  l2,
  maxNorm,
  description,
});
export const dropoutLayerSchema = z.strictObject({
  type: z.literal('dropout'),
  rate: rate(0.2),
  description,
});
const activationLayerSchema = z.strictObject({
  type: z.literal('activation'),
  activation: activationSchema.default('relu'),
  description,
});
const batchNormLayerSchema = z.strictObject({
  type: z
    .literal('batchNorm')
    .describe('Centres and scales each feature over the batch (Ioffe & Szegedy 2015).'),
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0.99)
    .describe('Of the moving mean and variance that prediction uses.'),
  epsilon: z.number().gt(0).default(0.001),
  description,
});
const layerNormLayerSchema = z.strictObject({
  type: z.literal('layerNorm').describe('Centres and scales each row over its features (Ba et al. 2016).'),
  epsilon: z.number().gt(0).default(0.001),
  description,
});
const conv1dLayerSchema = z.strictObject({
  type: z.literal('conv1d').describe('A window slides along the sequence.'),
  filters: z.int().min(1).max(8192).default(64),
  kernelSize: z.int().min(1).max(255).default(3).describe('Length of the window.'),
  padding: z.enum(['same', 'valid', 'causal']).default('same').describe('same keeps the length.'),
  dilation: z.int().min(1).max(255).default(1).describe('Distance between the places a window sees.'),
  activation: activationSchema.default('relu'),
  initializer: initializer('glorotUniform'),
  l2,
  description,
});
const recurrentFields = {
  units: units.default(32),
  /** false: the state after the last step. */
  sequence: z.boolean().default(false).describe('true gives the state of each step, false the last one.'),
  bidirectional: z.boolean().default(false).describe('Also reads backwards; both are put side by side.'),
  l2,
  description,
};
const lstmLayerSchema = z.strictObject({
  type: z.literal('lstm').describe('Hochreiter & Schmidhuber 1997; forget bias 1.'),
  ...recurrentFields,
});
const gruLayerSchema = z.strictObject({
  type: z.literal('gru').describe('Cho et al. 2014, with the reset gate after the product, as Keras.'),
  ...recurrentFields,
});
const transformerLayerSchema = z.strictObject({
  type: z
    .literal('transformer')
    .describe(
      'An encoder block: normalise, attend, add; normalise, two dense layers, add (Vaswani et al. 2017).',
    ),
  heads: z.int().min(1).max(64).default(4).describe('Must divide the width of the sequence.'),
  feedForward: z.int().min(1).max(65_536).default(64).describe('Width of the inner dense layer.'),
  activation: activationSchema.default('gelu'),
  dropout: rate(0.1),
  description,
});
const positionsLayerSchema = z.strictObject({
  type: z
    .literal('positions')
    .describe('Adds where in the sequence each step is; attention needs it for text.'),
  kind: z.enum(['learned', 'sinusoidal']).default('learned'),
  description,
});
const poolLayerSchema = z.strictObject({
  type: z.literal('pool').describe('A sequence becomes one vector; padding is left out.'),
  method: z.enum(['mean', 'max', 'first', 'last']).default('mean'),
  description,
});
const flattenLayerSchema = z.strictObject({
  type: z.literal('flatten').describe('A sequence becomes one vector, step beside step.'),
  description,
});

const plainLayerSchemas = [
  denseLayerSchema,
  dropoutLayerSchema,
  activationLayerSchema,
  batchNormLayerSchema,
  layerNormLayerSchema,
  conv1dLayerSchema,
  lstmLayerSchema,
  gruLayerSchema,
  transformerLayerSchema,
  positionsLayerSchema,
  poolLayerSchema,
  flattenLayerSchema,
] as const;

/** The layers that may stand inside a branch: no branch in a branch, so that a config stays readable. */
export const plainLayerSchema = z.discriminatedUnion('type', plainLayerSchemas);
export type PlainLayer = z.infer<typeof plainLayerSchema>;

const residualLayerSchema = z.strictObject({
  type: z
    .literal('residual')
    .describe(
      'Adds its input to what its layers make of it (He et al. 2016); a dense layer without activation fits the widths where they differ.',
    ),
  layers: z.array(plainLayerSchema).min(1).max(100),
  description,
});
const parallelLayerSchema = z.strictObject({
  type: z
    .literal('parallel')
    .describe(
      'Branches side by side from the same input. An empty branch passes it on: wide and deep (Cheng et al. 2016).',
    ),
  branches: z.array(z.array(plainLayerSchema).max(100)).min(2).max(16),
  merge: z.enum(['concat', 'add']).default('concat').describe('Side by side, or summed (equal widths).'),
  description,
});

export const layerSchema = z.discriminatedUnion('type', [
  ...plainLayerSchemas,
  residualLayerSchema,
  parallelLayerSchema,
]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerOf<T extends Layer['type']> = Extract<Layer, { type: T }>;

const dimensions = z.int().min(1).max(4096);

const categoriesInputSchema = z.strictObject({
  dimensions: z
    .union([z.literal('auto'), dimensions])
    .default('auto')
    .describe('Length of the vector each category learns; auto: min(50, round(1.6 * categories^0.56)).'),
  dropout: rate(0),
  l2,
  description,
});
const textInputSchema = z.strictObject({
  dimensions: dimensions.default(32).describe('Length of the vector each word learns.'),
  dropout: rate(0),
  layers: z
    .array(plainLayerSchema)
    .max(50)
    .prefault([{ type: 'pool' }])
    .describe('From the sequence of word vectors to one vector: pooling, conv1d, gru, lstm, transformer.'),
  description,
});
const tokensInputSchema = z.strictObject({
  dimensions: dimensions.default(32).describe('Length of the vector of each column.'),
  layers: z
    .array(plainLayerSchema)
    .max(50)
    .prefault([
      { type: 'transformer' },
      { type: 'transformer' },
      { type: 'layerNorm' },
      { type: 'pool', method: 'first' },
    ])
    .describe('From the sequence of columns to one vector; the first step is a learned summary token.'),
  description,
});

export const inputsSchema = z
  .strictObject({
    categories: categoriesInputSchema
      .optional()
      .describe('For category features with "encode": "embedding".'),
    text: textInputSchema.optional().describe('For text features with "encode": "tokens"; each has its own.'),
    columnsAsTokens: tokensInputSchema
      .optional()
      .describe(
        'Every number and category becomes a vector of its own and attention mixes them (FT-Transformer: Gorishniy et al. 2021).',
      ),
    description,
  })
  .describe('How what is not a plain number enters the network. What comes out is put side by side.');
export type InputsConfig = z.infer<typeof inputsSchema>;

export const outputLayerSchema = z.strictObject({
  activation: z
    .enum(['auto', ...activationSchema.options])
    .default('auto')
    .describe('auto: linear, sigmoid or softmax, as the loss asks.'),
  initializer: initializer('glorotUniform'),
  biasInitializer,
  useBias: z.boolean().default(true),
  l1,
  l2,
  maxNorm,
  description,
});
export type OutputLayer = z.infer<typeof outputLayerSchema>;

export const modelSchema = z
  .strictObject({
    inputs: inputsSchema.optional(),
    layers: z
      .array(layerSchema)
      .max(300)
      .describe('Hidden layers, first to last. None at all is a linear or logistic model.'),
    output: outputLayerSchema.prefault({}).describe('The last layer; its width follows from the target.'),
    description,
  })
  .describe('The network: its hidden layers, first to last. The output layer follows from the task.');
export type ModelConfig = z.infer<typeof modelSchema>;
