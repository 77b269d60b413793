// Owns how a model is trained: loss, optimizer, batches, stopping, backend.
import * as z from 'zod';

const description = z.string().optional();
const learningRate = (value: number): z.ZodDefault<z.ZodNumber> =>
  z.number().gt(0).max(100).default(value).describe('Step size.');

export const optimizerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adam').describe('Kingma & Ba 2015.'),
    learningRate: learningRate(0.001),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().gt(0).default(1e-7),
    description,
  }),
  z.strictObject({
    type: z
      .literal('sgd')
      .describe('Stochastic gradient descent; with batchSize "full" it is batch gradient descent.'),
    learningRate: learningRate(0.01),
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
    description,
  }),
]);
export type OptimizerConfig = z.infer<typeof optimizerSchema>;

export const lossNameSchema = z.enum([
  'meanSquaredError',
  'meanAbsoluteError',
  'binaryCrossEntropy',
  'categoricalCrossEntropy',
]);
export type LossName = z.infer<typeof lossNameSchema>;

/** cuda: tfjs-node-gpu. native: tfjs-node. wasm: WebAssembly SIMD. cpu: plain JavaScript, the reference. */
export const backendNameSchema = z.enum(['cuda', 'native', 'wasm', 'cpu']);
export type BackendName = z.infer<typeof backendNameSchema>;
export const backendChoiceSchema = z.enum(['auto', ...backendNameSchema.options]);
export type BackendChoice = z.infer<typeof backendChoiceSchema>;

export const earlyStoppingSchema = z.strictObject({
  patience: z
    .int()
    .min(1)
    .default(15)
    .describe('Epochs without improvement of the validation loss before stopping.'),
  minDelta: z
    .number()
    .min(0)
    .default(0)
    .describe('A smaller decrease of the validation loss does not count.'),
  restoreBest: z.boolean().default(true).describe('End with the weights of the best epoch.'),
  description,
});

export const trainingSchema = z
  .strictObject({
    loss: z
      .enum(['auto', ...lossNameSchema.options])
      .default('auto')
      .describe('auto: mean squared error, binary or categorical cross-entropy, as the task asks.'),
    optimizer: optimizerSchema.prefault({ type: 'adam' }),
    batchSize: z
      .union([z.int().min(1).max(1_000_000), z.literal('full')])
      .default(32)
      .describe('Rows per step; "full" takes all train rows in one step (batch gradient descent).'),
    epochs: z.int().min(1).max(1_000_000).default(100).describe('Passes over the train rows, at most.'),
    earlyStopping: z
      .union([earlyStoppingSchema, z.literal(false)])
      .prefault({})
      .describe('Stops when the validation loss no longer improves; false trains all epochs.'),
    classWeights: z
      .enum(['none', 'balanced'])
      .default('none')
      .describe('balanced: each class weighs rows / (classes * its rows), counted on train rows.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe('Seeds the initial weights, the shuffle and dropout.'),
    backend: backendChoiceSchema
      .default('auto')
      .describe('auto takes the first rung that passes its self-test.'),
    description,
  })
  .describe('How it learns: loss, optimizer, batches, epochs, early stopping, seed, backend.');
export type TrainingConfig = z.infer<typeof trainingSchema>;
