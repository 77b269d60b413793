// Owns what a recipe has learnt, as data: per step its state, every number of it from train rows. JSON safe. With
// the steps themselves it is all that is needed to do the same to new rows.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { recipeStepSchema, type StepKind } from './recipeSteps';

const perColumn = <S extends z.core.$ZodShape>(shape: S) =>
  z.array(z.object({ column: z.string(), ...shape }));

/** A text, or null for a missing cell, which is a category of its own. */
const category = z.string().nullable();
// Always finite, and "Infinity" is a text like another.
const fill = z.union([z.number(), z.string()]).nullable();

/**
 * One entry per fitted step; a step that is not here learns nothing. Where a state has an entry a column, a column
 * without one had no value in the train rows.
 */
export const fittedStates = {
  /** (x - offset) / divisor; divisor is never 0. */
  standardise: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  minMaxScale: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  robustScale: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  clip: perColumn({ low: jsonNumberSchema.nullable(), high: jsonNumberSchema.nullable() }),
  /** The power first, then (x - offset) / divisor. */
  powerTransform: perColumn({
    lambda: jsonNumberSchema,
    offset: jsonNumberSchema,
    divisor: jsonNumberSchema,
  }),
  /** At equal steps of rank from 0 to 1, ascending, with repetitions. */
  quantileTransform: perColumn({ quantiles: z.array(jsonNumberSchema) }),
  /** Inner edges, ascending: a number is in the bin of as many edges as are not above it. */
  bin: perColumn({ edges: z.array(jsonNumberSchema) }),
  /** Group keys are texts; null is a missing key. */
  fillMissing: z.array(
    z.object({
      column: z.string(),
      /** Over all train rows: for groups that train never had. null: train has no value. */
      value: fill,
      groups: z.array(z.object({ key: z.array(category), value: fill })),
    }),
  ),
  /** Rows of numbers, in the order of `columns`; null is missing. */
  knnImpute: z.object({
    columns: z.array(z.string()),
    /** For a row that shares no value with any donor. null: train has no value. */
    means: z.array(z.number().nullable()),
    donors: z.array(z.array(z.number().nullable())),
  }),
  groupRare: perColumn({ kept: z.array(z.string()) }),
  /** A 0/1 column a category; `names` in the same order. */
  oneHot: perColumn({ categories: z.array(category), names: z.array(z.string()) }),
  /** The place in the list is the number. */
  ordinalEncode: perColumn({ categories: z.array(z.string()) }),
  frequencyEncode: perColumn({ categories: z.array(category), shares: z.array(jsonNumberSchema) }),
  /** Outputs: one for regression and binary, one a class for multiclass. */
  targetEncode: z.object({
    /** For multiclass, which names the columns; for binary [negative, positive]; none for regression. */
    classes: z.array(z.string()),
    /** Overall, per output: for a category that train never had. */
    means: z.array(jsonNumberSchema),
    /** `values` per category, then per output. */
    columns: perColumn({ categories: z.array(category), values: z.array(z.array(jsonNumberSchema)) }),
  }),
  /** By code point. idf: ln((1 + n) / (1 + df)) + 1, as scikit-learn's smooth_idf. */
  tfIdf: z.object({
    column: z.string(),
    terms: z.array(z.string()),
    idf: z.array(jsonNumberSchema),
    names: z.array(z.string()),
  }),
} satisfies Partial<Record<StepKind, z.ZodType>>;

export type FittedStates = { [K in keyof typeof fittedStates]: z.infer<(typeof fittedStates)[K]> };
export type FittedKind = keyof FittedStates;

/** A step as it was applied, in order; `fit` only for steps that learn. */
export const fittedStepSchema = z.object({
  step: recipeStepSchema,
  fit: z
    .object({
      /** Train rows it was fitted on. */
      rows: z.int(),
      state: z.unknown(),
    })
    .optional(),
});
export type FittedStep = z.infer<typeof fittedStepSchema>;
