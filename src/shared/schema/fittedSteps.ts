// Owns what a recipe has learnt, as data: per step its state, every number of it from train rows. JSON safe. With
// the steps themselves it is all that is needed to do the same to new rows.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { recipeStepSchema, type StepKind } from './recipeSteps';

const perColumn = <S extends z.core.$ZodShape>(shape: S) =>
  z.array(z.object({ column: z.string(), ...shape }));

/** One entry per fitted step; a step that is not here learns nothing. */
export const fittedStates = {
  /** (x - offset) / divisor; divisor is never 0. */
  standardise: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  minMaxScale: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  robustScale: perColumn({ offset: jsonNumberSchema, divisor: jsonNumberSchema }),
  /** A column without an entry has no value in the train rows. Group keys are texts; null is a missing key. */
  fillMissing: z.array(
    z.object({
      column: z.string(),
      /** Over all train rows: for groups that train never had. null: train has no value. */
      value: z.union([jsonNumberSchema, z.string()]).nullable(),
      groups: z.array(
        z.object({
          key: z.array(z.string().nullable()),
          value: z.union([jsonNumberSchema, z.string()]).nullable(),
        }),
      ),
    }),
  ),
  oneHot: perColumn({ categories: z.array(z.string()), names: z.array(z.string()) }),
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
