// Owns the experiment config: one schema that is the TypeScript type, the JSON Schema and the parser.
import * as z from 'zod';
import { modelSchema } from './model';
import { readingSchema } from './reading';
import { recipeStepsSchema } from './recipeSteps';
import { trainingSchema } from './training';

export const EXPERIMENT_FILE_SUFFIX = '.experiment.json';

const description = z
  .string()
  .optional()
  .describe('Why this value: written by the scaffold, kept and never read by the training. Yours to edit.');

export const taskSchema = z.enum(['regression', 'binary', 'multiclass']);
export type Task = z.infer<typeof taskSchema>;

export const featureTypeSchema = z.enum(['number', 'category', 'boolean', 'datetime', 'text', 'id']);
export type FeatureType = z.infer<typeof featureTypeSchema>;

const column = z.string().min(1).describe('The column name, exactly as in the CSV header.');
const use = z.boolean().default(true).describe('false leaves the column out without forgetting it.');

export const numberFeatureSchema = z.strictObject({
  column,
  type: z.literal('number'),
  use,
  missing: z
    .enum(['median', 'mean', 'zero'])
    .default('median')
    .describe(
      'What fills a missing value. Fitted on train rows; a 0/1 indicator is added when train rows miss any.',
    ),
  scale: z
    .enum(['standard', 'minMax', 'none'])
    .default('standard')
    .describe('standard: (x - mean) / sd. minMax: (x - min) / (max - min). Fitted on train rows.'),
  description,
});
export const categoryFeatureSchema = z.strictObject({
  column,
  type: z.literal('category'),
  use,
  maxCategories: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe('The most frequent values of the train rows are told apart; the rest share "other".'),
  encode: z
    .enum(['oneHot', 'embedding'])
    .default('oneHot')
    .describe(
      'oneHot: a 0/1 column for each category. embedding: the network learns a vector for each, good for many categories.',
    ),
  description,
});
export const booleanFeatureSchema = z.strictObject({ column, type: z.literal('boolean'), use, description });
export const datetimeFeatureSchema = z.strictObject({
  column,
  type: z.literal('datetime'),
  use,
  description,
});
export const textFeatureSchema = z.strictObject({
  column,
  type: z.literal('text'),
  use,
  maxTerms: z
    .int()
    .min(1)
    .max(50_000)
    .default(500)
    .describe('How many of the most frequent terms of the train rows are known.'),
  encode: z
    .enum(['tfidf', 'tokens'])
    .default('tfidf')
    .describe(
      'tfidf: a number for each term, the order of words is lost. tokens: the words in order, each a learned vector; model.inputs.text says what becomes of them.',
    ),
  maxTokens: z
    .int()
    .min(2)
    .max(4096)
    .default(64)
    .describe('With "tokens": words of a text that are read; what is behind them is cut off.'),
  description,
});
export const idFeatureSchema = z.strictObject({
  column,
  type: z.literal('id'),
  description,
});

export const featureSchema = z.discriminatedUnion('type', [
  numberFeatureSchema,
  categoryFeatureSchema,
  booleanFeatureSchema,
  datetimeFeatureSchema,
  textFeatureSchema,
  idFeatureSchema,
]);
export type Feature = z.infer<typeof featureSchema>;
export type UsedFeature = Exclude<Feature, { type: 'id' }>;

const share = (name: string): z.ZodDefault<z.ZodNumber> =>
  z.number().gt(0).lt(0.9).default(0.15).describe(`Share of the rows for ${name}.`);
const splitSeed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(1)
  .describe('The same seed gives the same split on every machine.');

export const splitSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('random'),
    validation: share('validation'),
    test: share('test'),
    seed: splitSeed,
    description,
  }),
  z.strictObject({
    method: z.literal('stratified').describe('Random, with the same share of every class in each part.'),
    validation: share('validation'),
    test: share('test'),
    seed: splitSeed,
    description,
  }),
  z.strictObject({
    method: z.literal('column'),
    column: z
      .string()
      .min(1)
      .describe('A column whose values are train, validation (or val, valid, dev) and test.'),
    description,
  }),
  z.strictObject({
    method: z.literal('group').describe('Random, with all rows of a group (a person, a device) in one part.'),
    column: z.string().min(1).describe('The column that says which group a row belongs to.'),
    validation: share('validation'),
    test: share('test'),
    seed: splitSeed,
    description,
  }),
  z.strictObject({
    method: z.literal('time').describe('The latest rows are the test, those before them the validation.'),
    column: z
      .string()
      .min(1)
      .describe('The column with the time: numbers or dates. Equal times stay together.'),
    validation: share('validation'),
    test: share('test'),
    description,
  }),
  z.strictObject({
    method: z
      .literal('kFold')
      .describe('The rest behind the test in folds, one of which is the validation: train a run for each.'),
    kind: z
      .enum(['plain', 'stratified', 'group', 'time'])
      .default('plain')
      .describe(
        'stratified: the same share of every class in each fold. group: no group in two folds. time: train is all before the fold; what is later is left out.',
      ),
    column: z.string().min(1).optional().describe('The column of the group or the time.'),
    folds: z.int().min(2).max(50).default(5).describe('How many folds.'),
    fold: z.int().min(1).max(50).default(1).describe('The fold that is the validation, from 1.'),
    test: share('test').describe('Share of the rows for test: the same rows for every fold.'),
    seed: splitSeed,
    description,
  }),
]);
export type Split = z.infer<typeof splitSchema>;

/** Scalar scores; what each is: metricCatalogue.ts. Charts come in this order. */
export const metricNameSchema = z.enum([
  'loss',
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'rocAuc',
  'prAuc',
  'precision',
  'recall',
  'specificity',
  'f1',
  'precisionMacro',
  'recallMacro',
  'precisionMicro',
  'recallMicro',
  'f1Micro',
  'precisionWeighted',
  'recallWeighted',
  'f1Weighted',
  'rocAucWeighted',
  'mcc',
  'kappa',
  'logLoss',
  'brier',
  'ece',
  'mce',
  'top3Accuracy',
  'top5Accuracy',
  'rmse',
  'mae',
  'r2',
  'mape',
  'medianAbsoluteError',
  'maxError',
  'explainedVariance',
  'meanBias',
  'subsetAccuracy',
  'hammingLoss',
  'f1Samples',
  'labelRankingAveragePrecision',
  'coverageError',
  'rankingLoss',
  'ndcg',
  'mrr',
]);
export type MetricName = z.infer<typeof metricNameSchema>;

export const evaluationSchema = z.strictObject({
  testOnce: z
    .boolean()
    .default(true)
    .describe('Score the sealed test rows once, after training, with the restored weights.'),
  baseline: z
    .boolean()
    .default(true)
    .describe(
      'Fit simple models on the same train rows (majority or mean, linear, nearest rows, boosted trees) and score them on the same rows, so that the score has something to beat.',
    ),
  metric: z
    .enum(['auto', ...metricNameSchema.options])
    .default('auto')
    .describe(
      'The metric that decides: comparison with the baselines, importance, slices. auto: ROC AUC of two classes (PR AUC under 10 % positives), accuracy of several (macro F1 when one is rare), RMSE of numbers.',
    ),
  costs: z
    .strictObject({
      falsePositive: z.number().min(0).default(1).describe('Of a negative that is said to be positive.'),
      falseNegative: z.number().min(0).default(1).describe('Of a positive that is missed.'),
      description,
    })
    .optional()
    .describe('What errors cost, in any unit; the report finds the cheapest threshold. Two classes only.'),
  description,
});

export const targetSchema = z.strictObject({
  column: z.string().min(1).describe('The column to predict.'),
  task: taskSchema.describe('regression: a number. binary: one of two. multiclass: one of several.'),
  description,
});
export type Target = z.infer<typeof targetSchema>;

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1).default(1).describe('Version of this file format.'),
    name: z.string().min(1).max(100).describe('Names the runs.'),
    description,
    data: z
      .strictObject({
        path: z.string().min(1).describe('The CSV file, relative to this config. It is read, never written.'),
        reading: readingSchema.prefault({}).describe('How the file is read, where the detection is wrong.'),
        target: targetSchema.describe('What is to be predicted.'),
        weights: z
          .string()
          .min(1)
          .optional()
          .describe(
            'A column with how much each train row counts in the loss: numbers of 0 and more. It is no feature.',
          ),
        description,
      })
      .describe('The table and the column to predict.'),
    recipe: recipeStepsSchema.default([]),
    features: z.array(featureSchema).min(1).describe('What the model sees: one entry a column.'),
    split: splitSchema.describe(
      'Who learns, who is watched, who is sealed. Fitted values come from train rows only.',
    ),
    model: modelSchema,
    training: trainingSchema,
    evaluation: evaluationSchema.prefault({}).describe('What is scored at the end.'),
  })
  .describe('A Model Bench experiment.');
export type Experiment = z.infer<typeof experimentSchema>;
/** What may be written: fields with a default may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;
