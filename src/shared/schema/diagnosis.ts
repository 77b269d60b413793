// Owns what a diagnosis of a run says: findings that cite their numbers, each with a changed config to try.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';

export const findingCodeSchema = z.enum([
  'overfitting',
  'underfitting',
  'learningRateTooHigh',
  'learningRateTooLow',
  'deadUnits',
  'vanishingGradients',
  'explodingGradients',
  'labelNoise',
  'classNeverPredicted',
  'squaredErrorOfClasses',
  'moreColumnsThanRows',
  'stoppedTooSoon',
]);
export type FindingCode = z.infer<typeof findingCodeSchema>;

/** Sets one value of the config; the path leads to it, e.g. ['training', 'optimizer', 'learningRate']. */
export const configChangeSchema = z.object({
  path: z.array(z.union([z.string(), z.int()])).min(1),
  value: z.json(),
});
export type ConfigChange = z.infer<typeof configChangeSchema>;

/** A changed config, to run beside this one on the same seeds. */
export const remedySchema = z.object({
  /** What it does, translated, e.g. `Lower the learning rate to 0.0001`. */
  label: z.string(),
  changes: z.array(configChangeSchema).min(1),
});
export type Remedy = z.infer<typeof remedySchema>;

export const findingSchema = z.object({
  code: findingCodeSchema,
  severity: z.enum(['warning', 'error']),
  /** One sentence with the numbers it rests on, translated. */
  message: z.string(),
  /** Those numbers by name. */
  evidence: z.record(z.string(), jsonNumberSchema),
  remedies: z.array(remedySchema),
});
export type Finding = z.infer<typeof findingSchema>;
