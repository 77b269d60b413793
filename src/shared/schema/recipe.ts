// Owns the fitted recipe: every number learnt from train rows, as data. It is all that prediction needs.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { fittedStepSchema } from './fittedSteps';
import { dialectSchema } from './profile';

/** One fitted encoder per used feature; `names` are the encoded columns it produces, in order. */
export const fittedEncoderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('number'),
    column: z.string(),
    names: z.array(z.string()),
    fill: jsonNumberSchema,
    /** encoded = (x - offset) / divisor; divisor is never 0 (a constant column gets 1). */
    offset: jsonNumberSchema,
    divisor: jsonNumberSchema,
    /** Adds a 0/1 column that says "was missing". */
    indicator: z.boolean(),
  }),
  z.object({
    type: z.literal('category'),
    column: z.string(),
    names: z.array(z.string()),
    /** One-hot order: most frequent first, ties by code point. */
    vocabulary: z.array(z.string()),
    /** A column for values outside the vocabulary, and one for missing; present only when train rows have them. */
    other: z.boolean(),
    missing: z.boolean(),
  }),
  z.object({
    type: z.literal('categoryIds'),
    column: z.string(),
    /** One column of ids: 0 for what train rows do not have, then 1 and on in this order, then missing. */
    names: z.array(z.string()),
    vocabulary: z.array(z.string()),
    /** Whether missing has an id of its own, behind the vocabulary; present only when train rows have it. */
    missing: z.boolean(),
  }),
  z.object({
    type: z.literal('tokens'),
    column: z.string(),
    /** A column of ids for each place in the text: 0 behind its end, 1 for an unknown word, then 2 and on in order. */
    names: z.array(z.string()),
    terms: z.array(z.string()),
  }),
  z.object({
    type: z.literal('boolean'),
    column: z.string(),
    names: z.array(z.string()),
    /** Lower-cased texts that mean true and false. */
    trueTexts: z.array(z.string()),
    falseTexts: z.array(z.string()),
    fill: z.union([z.literal(0), z.literal(1)]),
    indicator: z.boolean(),
  }),
  z.object({
    type: z.literal('datetime'),
    column: z.string(),
    names: z.array(z.string()),
    /** Standardised days since 1970, then sin/cos of the parts listed. */
    fillMs: jsonNumberSchema,
    offsetDays: jsonNumberSchema,
    divisorDays: jsonNumberSchema,
    parts: z.array(z.enum(['month', 'weekday', 'hour'])),
    /** How 03/04/2020 is read; true when some train value can only be so. */
    dayFirst: z.boolean(),
    indicator: z.boolean(),
  }),
  z.object({
    type: z.literal('text'),
    column: z.string(),
    names: z.array(z.string()),
    terms: z.array(z.string()),
    /** ln((1 + n) / (1 + df)) + 1, as scikit-learn's smooth_idf; rows are l2-normalised. */
    idf: z.array(jsonNumberSchema),
  }),
]);
export type FittedEncoder = z.infer<typeof fittedEncoderSchema>;

export const fittedTargetSchema = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('regression'),
    column: z.string(),
    /** The model learns (y - mean) / sd of the train rows; scores are in the target's own unit. */
    mean: jsonNumberSchema,
    sd: jsonNumberSchema,
  }),
  z.object({
    task: z.literal('binary'),
    column: z.string(),
    /** [negative, positive]: the positive class is the model's output 1. */
    classes: z.tuple([z.string(), z.string()]),
  }),
  z.object({
    task: z.literal('multiclass'),
    column: z.string(),
    classes: z.array(z.string()).min(2),
  }),
]);
export type FittedTarget = z.infer<typeof fittedTargetSchema>;

export const fittedRecipeSchema = z.object({
  version: z.literal(1),
  fittedOnRows: z.int(),
  /** How numbers were written in the file: a few new rows may not say it. */
  numbers: dialectSchema.pick({ decimal: true, thousands: true }).optional(),
  /** From the file to the table that is encoded, as they were fitted. */
  steps: z.array(fittedStepSchema).default([]),
  encoders: z.array(fittedEncoderSchema),
  target: fittedTargetSchema,
  /** All encoded feature names, the concatenation of the encoders' names. */
  featureNames: z.array(z.string()),
});
export type FittedRecipe = z.infer<typeof fittedRecipeSchema>;
