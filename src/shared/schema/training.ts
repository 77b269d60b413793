// Owns how a model is trained: loss, optimizer, schedule, batches, callbacks, backend.
import * as z from 'zod';

const description = z.string().optional();

const learningRate = (value: number): z.ZodDefault<z.ZodNumber> =>
  z.number().gt(0).max(100).default(value).describe('Step size. A schedule starts from it.');
const decayRate = (value: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).lt(1).default(value).describe(text);
const epsilon = z.number().gt(0).default(1e-7).describe('Keeps a division from zero.');
const weightDecay = (value: number): z.ZodDefault<z.ZodNumber> =>
  z
    .number()
    .min(0)
    .max(10)
    .default(value)
    .describe(
      'Decoupled weight decay (Loshchilov & Hutter 2019): each update also takes learningRate * weightDecay * w off each weight, apart from the gradient. Biases and normalisations are left alone.',
    );

export const optimizerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adam').describe('Kingma & Ba 2015.'),
    learningRate: learningRate(0.001),
    beta1: decayRate(0.9, 'Decay of the mean of the gradients.'),
    beta2: decayRate(0.999, 'Decay of the mean of their squares.'),
    epsilon,
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z.literal('adamW').describe('Adam with decoupled weight decay: Loshchilov & Hutter 2019.'),
    learningRate: learningRate(0.001),
    beta1: decayRate(0.9, 'Decay of the mean of the gradients.'),
    beta2: decayRate(0.999, 'Decay of the mean of their squares.'),
    epsilon,
    weightDecay: weightDecay(0.01),
    description,
  }),
  z.strictObject({
    type: z
      .literal('sgd')
      .describe('Stochastic gradient descent; with batchSize "full" it is batch gradient descent.'),
    learningRate: learningRate(0.01),
    momentum: decayRate(0, 'Share of the last move that is kept.'),
    nesterov: z.boolean().default(false).describe('Looks ahead along the momentum.'),
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z.literal('rmsProp').describe('Tieleman & Hinton 2012.'),
    learningRate: learningRate(0.001),
    rho: decayRate(0.9, 'Decay of the mean of the squared gradients.'),
    momentum: decayRate(0, 'Share of the last move that is kept.'),
    centered: z.boolean().default(false).describe('Takes the variance of the gradient, not its square.'),
    epsilon,
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z.literal('adagrad').describe('Duchi et al. 2011.'),
    learningRate: learningRate(0.01),
    initialAccumulator: z.number().min(0).default(0.1).describe('What the sum of squares starts with.'),
    epsilon,
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z.literal('adadelta').describe('Zeiler 2012; its own learning rate is 1.'),
    learningRate: learningRate(1),
    rho: decayRate(0.95, 'Decay of the means of squared gradients and moves.'),
    epsilon,
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z.literal('nadam').describe('Adam with Nesterov momentum: Dozat 2016.'),
    learningRate: learningRate(0.001),
    beta1: decayRate(0.9, 'Decay of the mean of the gradients.'),
    beta2: decayRate(0.999, 'Decay of the mean of their squares.'),
    epsilon,
    weightDecay: weightDecay(0),
    description,
  }),
  z.strictObject({
    type: z
      .literal('lion')
      .describe('Moves by the sign of a momentum: Chen et al. 2023. A small rate suits it.'),
    learningRate: learningRate(0.0001),
    beta1: decayRate(0.9, 'Weighs the momentum against the gradient for the move.'),
    beta2: decayRate(0.99, 'Decay of the momentum.'),
    weightDecay: weightDecay(0),
    description,
  }),
]);
export type OptimizerConfig = z.infer<typeof optimizerSchema>;

const labelSmoothing = z
  .number()
  .min(0)
  .lt(1)
  .default(0)
  .describe('Moves this share of each target evenly to all classes: less sure, better calibrated.');

export const lossSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('meanSquaredError').describe('Mean of (prediction - target)^2.'),
    description,
  }),
  z.strictObject({
    type: z.literal('meanAbsoluteError').describe('Mean of |prediction - target|: outliers weigh less.'),
    description,
  }),
  z.strictObject({
    type: z.literal('huber').describe('Squared near zero, absolute beyond delta.'),
    delta: z.number().gt(0).default(1).describe('Where it turns, in units of the scaled target.'),
    description,
  }),
  z.strictObject({
    type: z.literal('logCosh').describe('log(cosh(prediction - target)): a smooth Huber.'),
    description,
  }),
  z.strictObject({
    type: z
      .literal('poisson')
      .describe('For counts: exp(z) - target * z with the rate exp(z) (log link). The target is not scaled.'),
    description,
  }),
  z.strictObject({
    type: z.literal('quantile').describe('Pinball loss: the prediction is a quantile, not the mean.'),
    quantile: z.number().gt(0).lt(1).default(0.5).describe('Which one: 0.9 is passed by one row in ten.'),
    description,
  }),
  z.strictObject({
    type: z.literal('binaryCrossEntropy').describe('-(y log p + (1 - y) log(1 - p)).'),
    labelSmoothing,
    description,
  }),
  z.strictObject({
    type: z.literal('categoricalCrossEntropy').describe('-log of the probability of the true class.'),
    labelSmoothing,
    description,
  }),
  z.strictObject({
    type: z
      .literal('sparseCategoricalCrossEntropy')
      .describe('The same number, from the index of the class: less memory with many classes.'),
    description,
  }),
  z.strictObject({
    type: z
      .literal('focal')
      .describe(
        'Cross-entropy times (1 - p of the true class)^gamma: easy rows weigh less (Lin et al. 2017).',
      ),
    gamma: z.number().min(0).max(10).default(2).describe('0 is plain cross-entropy.'),
    alpha: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        'Binary: the weight of the positive class; the negative one has 1 - alpha. Left out: no weights.',
      ),
    description,
  }),
  z.strictObject({
    type: z
      .literal('hinge')
      .describe('Margins: max(0, 1 - y z) with y = -1 or 1; of several classes the largest wrong margin.'),
    description,
  }),
]);
export type LossConfig = z.infer<typeof lossSchema>;
export type LossName = LossConfig['type'];
export const lossNameSchema = z.enum([
  'meanSquaredError',
  'meanAbsoluteError',
  'huber',
  'logCosh',
  'poisson',
  'quantile',
  'binaryCrossEntropy',
  'categoricalCrossEntropy',
  'sparseCategoricalCrossEntropy',
  'focal',
  'hinge',
] as const satisfies readonly LossName[]);

const epochs = (value: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().gt(0).max(1_000_000).default(value).describe(text);

export const scheduleSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), description }),
  z.strictObject({
    type: z.literal('step').describe('Times `factor` after every so many epochs.'),
    everyEpochs: epochs(10, 'How often.'),
    factor: z.number().gt(0).lt(1).default(0.5),
    description,
  }),
  z.strictObject({
    type: z.literal('exponential').describe('learningRate * rate^(epochs done), step by step.'),
    rate: z.number().gt(0).lt(1).default(0.95).describe('What is left after an epoch.'),
    description,
  }),
  z.strictObject({
    type: z.literal('cosine').describe('Down half a cosine over all epochs (Loshchilov & Hutter 2017).'),
    minimum: z.number().min(0).lt(1).default(0).describe('Share of learningRate it ends with.'),
    description,
  }),
  z.strictObject({
    type: z.literal('cosineRestarts').describe('Cosine after cosine, each from the start again (SGDR).'),
    firstEpochs: epochs(10, 'Length of the first.'),
    lengthFactor: z.number().min(1).default(2).describe('Each is so much longer than the last.'),
    heightFactor: z.number().gt(0).max(1).default(1).describe('Each starts so much lower than the last.'),
    minimum: z.number().min(0).lt(1).default(0).describe('Share of learningRate each ends with.'),
    description,
  }),
  z.strictObject({
    type: z
      .literal('oneCycle')
      .describe('Up to learningRate and far down again over all epochs (Smith 2018).'),
    rise: z.number().gt(0).lt(1).default(0.3).describe('Share of the steps that go up.'),
    startFactor: z.number().gt(0).max(1).default(0.04).describe('Share of learningRate it starts with.'),
    endFactor: z.number().gt(0).max(1).default(4e-6).describe('Share of learningRate it ends with.'),
    description,
  }),
  z.strictObject({
    type: z.literal('plateau').describe('Times `factor` when the validation loss no longer improves.'),
    factor: z.number().gt(0).lt(1).default(0.5),
    patience: z.int().min(1).default(5).describe('Epochs without improvement before that.'),
    minDelta: z.number().min(0).default(0.0001).describe('A smaller decrease does not count.'),
    cooldown: z.int().min(0).default(0).describe('Epochs after a cut in which none is counted.'),
    minimum: z.number().min(0).default(0).describe('Never below this learning rate.'),
    description,
  }),
]);
export type ScheduleConfig = z.infer<typeof scheduleSchema>;

export const clippingSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('value').describe('Each gradient into [-limit, limit].'),
    limit: z.number().gt(0).default(1),
    description,
  }),
  z.strictObject({
    type: z.literal('norm').describe('Each tensor of gradients to at most this length.'),
    limit: z.number().gt(0).default(1),
    description,
  }),
  z.strictObject({
    type: z
      .literal('globalNorm')
      .describe('All gradients together to at most this length (Pascanu et al. 2013).'),
    limit: z.number().gt(0).default(1),
    description,
  }),
]);
export type ClippingConfig = z.infer<typeof clippingSchema>;

export const averagingSchema = z.strictObject({
  momentum: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.99)
    .describe('average = momentum * average + (1 - momentum) * weights, after each update.'),
  description,
});
export type AveragingConfig = z.infer<typeof averagingSchema>;

/** cuda: tfjs-node-gpu. native: tfjs-node. wasm: WebAssembly SIMD. cpu: plain JavaScript, the reference. */
export const backendNameSchema = z.enum(['cuda', 'native', 'wasm', 'cpu']);
export type BackendName = z.infer<typeof backendNameSchema>;
export const backendChoiceSchema = z.enum(['auto', ...backendNameSchema.options]);
export type BackendChoice = z.infer<typeof backendChoiceSchema>;

/** Of the validation rows, each epoch. */
export const monitorSchema = z.enum([
  'loss',
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'rocAuc',
  'prAuc',
  'rmse',
  'mae',
  'r2',
]);
export type Monitor = z.infer<typeof monitorSchema>;

export const earlyStoppingSchema = z.strictObject({
  monitor: monitorSchema
    .default('loss')
    .describe('What is watched on the validation rows: the best epoch is its best.'),
  patience: z.int().min(1).default(15).describe('Epochs without improvement before stopping.'),
  minDelta: z.number().min(0).default(0).describe('A smaller improvement does not count.'),
  startFromEpoch: z.int().min(0).default(0).describe('Epochs before it watches at all: a warm-up.'),
  restoreBest: z.boolean().default(true).describe('End with the weights of the best epoch.'),
  description,
});
export type EarlyStoppingConfig = z.infer<typeof earlyStoppingSchema>;

export const trainingSchema = z
  .strictObject({
    loss: z
      .union([z.enum(['auto', ...lossNameSchema.options]), lossSchema])
      .default('auto')
      .describe(
        'auto: mean squared error, binary or categorical cross-entropy, as the task asks. A name, or an object with its numbers, e.g. {"type": "huber", "delta": 1}.',
      ),
    optimizer: optimizerSchema.prefault({ type: 'adam' }),
    schedule: scheduleSchema.prefault({ type: 'constant' }).describe('How the learning rate changes.'),
    warmupEpochs: z
      .number()
      .min(0)
      .max(10_000)
      .default(0)
      .describe('The learning rate first rises from 0 over so many epochs; the schedule follows.'),
    clipping: z
      .union([clippingSchema, z.literal(false)])
      .default(false)
      .describe('Bounds the gradients before each update.'),
    averaging: z
      .union([averagingSchema, z.literal(false)])
      .default(false)
      .describe('Keeps a moving average of the weights; it is what is validated, kept and scored.'),
    accumulateBatches: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .describe('Gradients of so many batches are averaged for one update: a large batch in little memory.'),
    batchSize: z
      .union([z.int().min(1).max(1_000_000), z.literal('full')])
      .default(32)
      .describe('Rows per step; "full" takes all train rows in one step (batch gradient descent).'),
    epochs: z.int().min(1).max(1_000_000).default(100).describe('Passes over the train rows, at most.'),
    maxMinutes: z.number().gt(0).optional().describe('Ends the training after so many minutes.'),
    maxSteps: z.int().min(1).optional().describe('Ends the training after so many steps.'),
    earlyStopping: z
      .union([earlyStoppingSchema, z.literal(false)])
      .prefault({})
      .describe('Stops when the validation rows no longer improve; false trains all epochs.'),
    spikes: z
      .union([
        z.strictObject({
          factor: z.number().gt(1).default(10),
          window: z.int().min(10).max(10_000).default(50),
          description,
        }),
        z.literal(false),
      ])
      .prefault({})
      .describe(
        'Warns of a step whose loss is over `factor` times the median of the last `window` steps, and names its rows.',
      ),
    classWeights: z
      .union([z.enum(['none', 'balanced']), z.record(z.string(), z.number().min(0))])
      .default('none')
      .describe(
        'balanced: each class weighs rows / (classes * its rows), counted on train rows. Or a weight for each class by its name; 1 for one not named.',
      ),
    checkpointSeconds: z
      .number()
      .min(0.1)
      .default(10)
      .describe('How often the last state is kept, so that a training that was killed can go on from it.'),
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
  .describe('How it learns: loss, optimizer, schedule, batches, epochs, early stopping, seed, backend.');
export type TrainingConfig = z.infer<typeof trainingSchema>;
