// Owns the declarative model: a list of hidden layers. Input and output layers follow from data and task.
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
]);
export type HiddenActivation = z.infer<typeof activationSchema>;
/** softmax exists for the output layer only. */
export type Activation = HiddenActivation | 'softmax';

export const initializerSchema = z.enum([
  'zeros',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
]);
export type Initializer = z.infer<typeof initializerSchema>;

export const denseLayerSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1).max(65_536).describe('Number of neurons.'),
  activation: activationSchema.default('relu'),
  initializer: initializerSchema
    .default('glorotUniform')
    .describe('How the weights start. He suits relu, LeCun suits selu, Glorot is the common default.'),
  useBias: z.boolean().default(true),
  l2: z
    .number()
    .min(0)
    .default(0)
    .describe('L2 penalty: adds l2 * sum(w^2) of this layer to the training loss.'),
  description,
});
export const dropoutLayerSchema = z.strictObject({
  type: z.literal('dropout'),
  rate: z
    .number()
    .min(0)
    .lt(1)
    .default(0.2)
    .describe('Share of the inputs set to zero in each training step.'),
  description,
});

export const layerSchema = z.discriminatedUnion('type', [denseLayerSchema, dropoutLayerSchema]);
export type Layer = z.infer<typeof layerSchema>;

export const modelSchema = z
  .strictObject({
    layers: z
      .array(layerSchema)
      .max(300)
      .describe('Hidden layers, first to last. None at all is a linear or logistic model.'),
    description,
  })
  .describe('The network: its hidden layers, first to last. The output layer follows from the task.');
export type ModelConfig = z.infer<typeof modelSchema>;
