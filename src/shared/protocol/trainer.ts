// Owns what a training process can be asked and tells. The event log on disk is the truth; this is its fast echo.
import * as z from 'zod';
import { trainEventSchema } from '../schema/run';
import type { Contract } from './channel';

export const trainerContract = {
  name: 'model-bench/trainer',
  version: 1,
  requests: {
    /** Proves the right to talk and subscribes. `nextSequence` records are in the log already. */
    attach: {
      params: z.object({ token: z.string() }),
      result: z.object({ runId: z.string(), nextSequence: z.int() }),
    },
    /** Ends the run after the current batch, with scores; answers at once. */
    stop: { params: z.object({}), result: z.object({}) },
    /** Ends it after the current batch without scores, to go on another time; answers at once. */
    pause: { params: z.object({}), result: z.object({}) },
  },
  events: {
    /** Records that are on disk already; at most 10 Hz. */
    records: z.object({
      firstSequence: z.int(),
      events: z.array(trainEventSchema),
      /** Bytes of the log up to and with the last of these. */
      endOffset: z.int(),
    }),
  },
} satisfies Contract;
export type TrainerContract = typeof trainerContract;
