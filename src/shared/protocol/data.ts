// Owns what the data process can be asked and tells. It never outlives the process that started it.
import * as z from 'zod';
import { architectureSchema } from '../schema/architecture';
import { experimentSchema, taskSchema } from '../schema/experiment';
import {
  dataIssueSchema,
  datasetProfileSchema,
  previewSchema,
  targetCandidateSchema,
} from '../schema/profile';
import type { Contract } from './channel';

export const dataContract = {
  name: 'model-bench/data',
  version: 1,
  requests: {
    /** One pass over the file; `progress` events carry the same `path`. */
    profile: { params: z.object({ path: z.string() }), result: datasetProfileSchema },
    preview: {
      params: z.object({ path: z.string(), limit: z.int().min(1).max(10_000) }),
      result: previewSchema,
    },
    /** Column names only, from the head of the file. */
    columns: { params: z.object({ path: z.string() }), result: z.array(z.string()) },
    targets: { params: z.object({ path: z.string() }), result: z.array(targetCandidateSchema) },
    /** Writes nothing: returns the config as JSON text with its reasons. */
    scaffold: {
      params: z.object({
        path: z.string(),
        /** What data.path says, relative to where the config will be. */
        relativePath: z.string(),
        target: z.string(),
        task: taskSchema.optional(),
      }),
      result: z.object({ text: z.string(), issues: z.array(dataIssueSchema) }),
    },
    /** The network a config describes, with the widths that this very data gives it. */
    architecture: {
      params: z.object({ experiment: experimentSchema, dataPath: z.string() }),
      result: architectureSchema,
    },
  },
  events: {
    progress: z.object({ path: z.string(), fraction: z.number() }),
  },
} satisfies Contract;
export type DataContract = typeof dataContract;
