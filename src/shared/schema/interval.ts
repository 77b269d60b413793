// Owns what a value with its interval is, as it is kept and sent: how sure a score is.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';

export const intervalMethodSchema = z.enum(['bootstrap', 'wilson', 'studentT', 'correctedT']);
export type IntervalMethod = z.infer<typeof intervalMethodSchema>;

export const intervalSchema = z.object({
  /** Of the rows as they are; NaN where the metric is not defined on them. */
  value: jsonNumberSchema,
  low: jsonNumberSchema,
  high: jsonNumberSchema,
  /** Two-sided, e.g. 0.95. */
  level: z.number().gt(0).lt(1),
  method: intervalMethodSchema,
  /** Resamples on which the metric was defined; 0 for a formula. */
  resamples: z.int(),
});
export type Interval = z.infer<typeof intervalSchema>;
