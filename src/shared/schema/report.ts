// Owns report.json, what every training run ends with: how good, how sure, compared with what, and where it goes wrong.
// Written by core/report, read by views and the command line.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { metricNameSchema, taskSchema } from './experiment';
import { intervalSchema } from './interval';
import { baselineKindSchema, splitNameSchema } from './run';

const count = z.int().min(0);
const column = z.array(jsonNumberSchema);

/** The splits that are reported on; train rows are what was learnt from. */
export const heldOutSchema = splitNameSchema.extract(['validation', 'test']);
export type HeldOutName = z.infer<typeof heldOutSchema>;

/** Metric name -> value and how sure it is; `resamples` 0 and `low` NaN where there was no time for an interval. */
export const intervalScoresSchema = z.partialRecord(metricNameSchema, intervalSchema);
export type IntervalScores = z.infer<typeof intervalScoresSchema>;

export const classRowSchema = z.object({
  name: z.string(),
  /** Rows that are of the class, and rows that are said to be. */
  support: count,
  predicted: count,
  precision: jsonNumberSchema,
  recall: jsonNumberSchema,
  f1: jsonNumberSchema,
});

/** One class against the rest. Columns of equal length within each curve. */
export const classCurvesSchema = z.object({
  className: z.string(),
  roc: z.object({ falsePositiveRate: column, truePositiveRate: column, thresholds: column }),
  precisionRecall: z.object({ precision: column, recall: column, thresholds: column }),
});
export type ClassCurves = z.infer<typeof classCurvesSchema>;

export const thresholdRowSchema = z.object({
  /** Rows with at least this probability are said to be positive; Infinity: none is. */
  threshold: jsonNumberSchema,
  truePositives: count,
  falsePositives: count,
  trueNegatives: count,
  falseNegatives: count,
  precision: jsonNumberSchema,
  recall: jsonNumberSchema,
  specificity: jsonNumberSchema,
  f1: jsonNumberSchema,
  balancedAccuracy: jsonNumberSchema,
  youden: jsonNumberSchema,
  cost: jsonNumberSchema,
});
export type ThresholdRowData = z.infer<typeof thresholdRowSchema>;

export const classificationReportSchema = z.object({
  kind: z.literal('classes'),
  classes: z.array(classRowSchema),
  /** [actual][predicted], in the order of `classes`; absent for more than 100 classes. */
  confusion: z.array(z.array(count)).optional(),
  /** Of the positive class; of several classes each against the rest, the 10 with most rows. */
  curves: z.array(classCurvesSchema),
  /** Of the positive class, or of the likeliest class. */
  calibration: z.object({ observed: column, predicted: column, rows: z.array(count) }),
  /** Binary only. A threshold is to be chosen on validation rows. */
  thresholds: z
    .object({
      costs: z.object({ falsePositive: jsonNumberSchema, falseNegative: jsonNumberSchema }),
      rows: z.array(thresholdRowSchema),
      best: z
        .object({ f1: thresholdRowSchema, youden: thresholdRowSchema, cost: thresholdRowSchema })
        .optional(),
    })
    .optional(),
});

/** In the unit of the target. */
export const regressionReportSchema = z.object({
  kind: z.literal('numbers'),
  /** Of predicted - actual. */
  residuals: z.object({
    mean: jsonNumberSchema,
    sd: jsonNumberSchema,
    skew: jsonNumberSchema,
    min: jsonNumberSchema,
    max: jsonNumberSchema,
    quantiles: z.object({
      q05: jsonNumberSchema,
      q25: jsonNumberSchema,
      q50: jsonNumberSchema,
      q75: jsonNumberSchema,
      q95: jsonNumberSchema,
    }),
  }),
  /** At most 500 rows, evenly picked: to draw. */
  sample: z.object({ actual: column, predicted: column }),
});

export const splitReportSchema = z.object({
  rows: count,
  scores: intervalScoresSchema,
  details: z.discriminatedUnion('kind', [classificationReportSchema, regressionReportSchema]),
});
export type SplitReport = z.infer<typeof splitReportSchema>;

/** Half width about a prediction so that intervals hold the share `level` of rows like the calibration rows. */
export const predictionIntervalSchema = z.object({
  level: z.number(),
  /** In the unit of the target; Infinity when there are too few validation rows for such a promise. */
  halfWidth: jsonNumberSchema,
  calibratedOnRows: count,
  /** Share of the test rows within it; absent when they were not looked at. */
  testCoverage: jsonNumberSchema.optional(),
});

export const baselineReportSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('fitted'),
    kind: baselineKindSchema,
    /** How it is called, and what it is, translated. */
    name: z.string(),
    description: z.string(),
    fittedOnRows: count,
    fitMs: z.number(),
    /** The primary metric has its interval; the others are plain. */
    validation: intervalScoresSchema.optional(),
    test: intervalScoresSchema.optional(),
  }),
  z.object({
    state: z.literal('failed'),
    kind: baselineKindSchema,
    name: z.string(),
    /** Why there is none, translated. */
    reason: z.string(),
  }),
]);
export type BaselineReport = z.infer<typeof baselineReportSchema>;

export const verdictSchema = z.object({
  /** noEvidence: the interval of the difference holds 0. unknown: nothing to compare with, or no score. */
  outcome: z.enum(['better', 'worse', 'noEvidence', 'unknown']),
  /** One sentence, translated. */
  text: z.string(),
  split: heldOutSchema.optional(),
  /** The one it was compared with: best on validation rows. */
  baseline: baselineKindSchema.optional(),
  /** Network less baseline of the primary metric, on the same resamples of the same rows. */
  difference: intervalSchema.optional(),
  /** What to keep in mind, translated. */
  cautions: z.array(z.string()),
  /** Runs with other configs, this one with them, that were scored on these validation rows, and on the test rows. */
  triedConfigs: count,
  testLooks: count,
});
export type Verdict = z.infer<typeof verdictSchema>;

export const contributionSchema = z.object({ column: z.string(), value: jsonNumberSchema });

export const worstRowSchema = z.object({
  /** 0-based data row of the source file. */
  sourceRow: z.int(),
  /** 1-based line of the CSV, where known. */
  line: z.int().optional(),
  actual: z.union([z.string(), jsonNumberSchema]),
  predicted: z.union([z.string(), jsonNumberSchema]),
  /** Of the predicted class, and of the actual one. */
  probability: jsonNumberSchema.optional(),
  actualProbability: jsonNumberSchema.optional(),
  loss: jsonNumberSchema,
  /** Integrated gradients, one a column, largest first; they sum to `output` - `reference`. */
  contributions: z.array(contributionSchema).optional(),
  /** What is explained of the row, and the same of the reference (the mean of the train rows, no category, no word). */
  output: jsonNumberSchema.optional(),
  reference: jsonNumberSchema.optional(),
});
export type WorstRow = z.infer<typeof worstRowSchema>;

export const worstRowsSchema = z.object({
  split: heldOutSchema,
  /** What contributions are of: the logit of the predicted class, or the number as it was scaled, before its activation. */
  explains: z.enum(['logit', 'scaled']),
  rows: z.array(worstRowSchema),
});

export const importanceSchema = z.object({
  split: heldOutSchema,
  metric: metricNameSchema,
  /** How many rows were permuted: a sample of many. */
  rows: count,
  repeats: count,
  /** The metric before. */
  score: jsonNumberSchema,
  /** By how much the metric gets worse when the column is shuffled; largest first. */
  columns: z.array(z.object({ column: z.string(), importance: intervalSchema, repeats: column })),
});
export type ImportanceReport = z.infer<typeof importanceSchema>;

export const dependenceCurveSchema = z.object({
  column: z.string(),
  /** Points of the column: numbers, or texts. */
  points: z.union([z.array(z.number()), z.array(z.string())]),
  /** [output][point]: means over the rows, in the unit of `output`. */
  means: z.array(column),
});
export const dependenceSchema = z.object({
  split: heldOutSchema,
  rows: count,
  /** Class names whose probability is told, or the target whose number is. */
  outputs: z.array(z.string()),
  columns: z.array(dependenceCurveSchema),
});
export type DependenceReport = z.infer<typeof dependenceSchema>;

export const sliceSchema = z.object({
  name: z.string(),
  /** How many small groups are in this one; 0 for one by itself. */
  merged: count,
  rows: count,
  score: intervalSchema,
  /** Score on these rows less score on all others. */
  gap: intervalSchema,
  /** Under 30 rows: an anecdote. */
  small: z.boolean(),
});
export const slicesSchema = z.object({
  split: heldOutSchema,
  metric: metricNameSchema,
  /** Worst gap first within each column. */
  columns: z.array(z.object({ column: z.string(), slices: z.array(sliceSchema) })),
});
export type SlicesReport = z.infer<typeof slicesSchema>;

export const labelNoiseSchema = z.object({
  /** The rule, translated. */
  rule: z.string(),
  trainRows: count,
  suspects: count,
  share: z.number(),
  /** The 50 of the largest loss. */
  rows: z.array(
    z.object({
      sourceRow: z.int(),
      line: z.int().optional(),
      actual: z.string(),
      predicted: z.string(),
      probability: jsonNumberSchema,
      loss: jsonNumberSchema,
    }),
  ),
});
export type LabelNoise = z.infer<typeof labelNoiseSchema>;

export const reportPartSchema = z.enum([
  'intervals',
  'baselines',
  'worstRows',
  'contributions',
  'importance',
  'dependence',
  'slices',
  'labelNoise',
]);
export type ReportPart = z.infer<typeof reportPartSchema>;

export const leftOutSchema = z.object({
  part: reportPartSchema,
  why: z.enum(['time', 'stopped', 'failed', 'notForTask', 'noRows']),
  /** Translated. */
  message: z.string(),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

export const runReportSchema = z.object({
  version: z.literal(1),
  createdMs: z.number(),
  /** What it took to make. */
  tookMs: z.number(),
  task: taskSchema,
  target: z.string(),
  /** The metric that decides, and why that one, translated. */
  primary: z.object({ metric: metricNameSchema, reason: z.string() }),
  verdict: verdictSchema,
  validation: splitReportSchema.optional(),
  /** Only when evaluation.testOnce says so. */
  test: splitReportSchema.optional(),
  predictionIntervals: z.array(predictionIntervalSchema),
  baselines: z.array(baselineReportSchema),
  /**
   * The parts below look at single rows and columns, and are what one acts on: they are of validation rows, so that the
   * test rows stay unseen; of test rows only when there are no validation rows.
   */
  worstRows: worstRowsSchema.optional(),
  importance: importanceSchema.optional(),
  dependence: dependenceSchema.optional(),
  slices: slicesSchema.optional(),
  labelNoise: labelNoiseSchema.optional(),
  /** What is not here, in whole or in part, and why. */
  leftOut: z.array(leftOutSchema),
  /** Translated. */
  notes: z.array(z.string()),
});
export type RunReport = z.infer<typeof runReportSchema>;
