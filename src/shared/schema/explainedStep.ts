// Owns what one training step on one row is told as: every number of the way forward, back and to the new weights.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { activationSchema } from './model';
import { lossNameSchema } from './training';

const numbers = z.array(jsonNumberSchema).describe('Row-major, float64.');

const namedNumberSchema = z.object({ name: z.string(), value: jsonNumberSchema });

const explainedNodeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  inputs: z.array(z.string()),
  /** [width] or [steps, width]. */
  shape: z.array(z.int()),
  values: numbers,
  /** d loss / d value; absent where the loss does not depend on it. */
  gradients: numbers.optional(),
});
export type ExplainedNode = z.infer<typeof explainedNodeSchema>;

const differenceSchema = z.object({
  /** In the tensor, row-major. */
  index: z.int(),
  gradient: jsonNumberSchema,
  /** Central finite difference of the loss. */
  difference: jsonNumberSchema,
  /** |gradient - difference| / max(|gradient|, |difference|, floor). */
  relative: jsonNumberSchema,
  /** Half the distance of the inner two places it was taken at. */
  width: z.number(),
  /** The loss bends here (a relu at 0): the slopes of its sides differ, and the gradient is between them. */
  kink: z.boolean(),
});
export type ExplainedDifference = z.infer<typeof differenceSchema>;

const explainedParameterSchema = z.object({
  name: z.string(),
  shape: z.array(z.int()),
  /** false: a moving statistic, which no optimizer touches. */
  trainable: z.boolean(),
  before: numbers,
  after: numbers,
  /** d loss / d weight, the penalties in it; absent when it is not trainable. */
  gradients: numbers.optional(),
  /** What the optimizer took, when clipping changed it. */
  clipped: numbers.optional(),
  /** E.g. Adam's m and v. */
  slots: z.array(z.object({ name: z.string(), before: numbers, after: numbers })),
  /** Those of the numbers that were checked, ascending. */
  checks: z.array(differenceSchema),
});
export type ExplainedParameter = z.infer<typeof explainedParameterSchema>;

const differenceSummarySchema = z.object({
  /** Largest relative difference, kinks apart, and where. */
  largest: jsonNumberSchema,
  at: z.string().optional(),
  limit: z.number(),
  passed: z.boolean(),
  /** What a relative difference is measured by at the least. */
  floor: z.number(),
  checked: z.int(),
  /** Trainable numbers in all: of a large tensor only a sample is checked. */
  of: z.int(),
  kinks: z.int(),
});

export const stepExplanationSchema = z.object({
  nodes: z.array(explainedNodeSchema),
  output: z.object({
    raw: numbers,
    activation: activationSchema,
    /** Behind the activation. */
    prediction: numbers,
    target: numbers,
    /** d loss / d raw. */
    gradients: numbers,
  }),
  loss: z.object({
    type: lossNameSchema,
    /** Of the row without its weight. */
    ofRow: jsonNumberSchema,
    /** Of its class, or 1. */
    weight: z.number(),
    penalties: jsonNumberSchema,
    /** weight * ofRow + penalties: what the gradients are of. */
    total: jsonNumberSchema,
  }),
  optimizer: z.object({
    type: z.string(),
    learningRate: jsonNumberSchema,
    /** Updates done before this one. */
    updates: z.int(),
    /** Length of all gradients together, before clipping. */
    gradientNorm: jsonNumberSchema,
    /** false: a number would not have been finite, and nothing was changed. */
    updated: z.boolean(),
  }),
  parameters: z.array(explainedParameterSchema),
  differences: differenceSummarySchema,
});
export type StepExplanation = z.infer<typeof stepExplanationSchema>;

export const explainedStepSchema = z
  .object({
    version: z.literal(1),
    runId: z.string(),
    /** 1-based data row of the file. */
    row: z.int(),
    /** 1-based. */
    step: z.int(),
    /** Where the weights before the step come from. */
    origin: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('initial') }),
      z.object({ kind: z.literal('checkpoint'), checkpoint: z.enum(['best', 'last']) }),
      z.object({
        kind: z.literal('replay'),
        backend: z.string(),
        /** Steps that were trained again, from the one behind `fromStep`. */
        fromStep: z.int(),
        steps: z.int(),
        /** Of the last of them, as replayed and as the run had told it. */
        loss: jsonNumberSchema.optional(),
        loggedLoss: jsonNumberSchema.optional(),
      }),
    ]),
    cells: z.array(z.object({ column: z.string(), text: z.string().nullable() })),
    features: z.array(namedNumberSchema).describe('As encoded: what the network sees.'),
    notes: z.array(z.string()),
    ...stepExplanationSchema.shape,
  })
  .describe('One training step on one row, number by number.');
export type ExplainedStep = z.infer<typeof explainedStepSchema>;
