// Owns what the data process can be asked and tells. It never outlives the process that started it.
import * as z from 'zod';
import { architectureSchema } from '../schema/architecture';
import {
  experimentSchema,
  featureTypeSchema,
  splitSchema,
  targetSchema,
  taskSchema,
} from '../schema/experiment';
import { experimentFindingSchema } from '../schema/experimentFinding';
import {
  dataIssueSchema,
  datasetProfileSchema,
  dialectSchema,
  previewSchema,
  targetCandidateSchema,
} from '../schema/profile';
import { qualityReportSchema } from '../schema/quality';
import { readingSchema } from '../schema/reading';
import {
  exportOptionsSchema,
  exportResultSchema,
  recipePreviewSchema,
  stepSummarySchema,
  tablePageSchema,
} from '../schema/recipeResult';
import { recipeStepsSchema } from '../schema/recipeSteps';
import type { Contract } from './channel';

/** A file and how to read it. */
const fileParams = {
  path: z.string(),
  reading: readingSchema.prefault({}),
  /** VS Code's `files.encoding`: taken when the bytes do not say. */
  defaultEncoding: z.string().optional(),
};
/** A recipe on a file. Without a split a random one is taken where a step learns. */
const recipeParams = {
  ...fileParams,
  steps: recipeStepsSchema.default([]),
  split: splitSchema.optional(),
  target: targetSchema.optional(),
};

/** A config and its table. */
const experimentParams = {
  experiment: experimentSchema,
  dataPath: z.string(),
  defaultEncoding: fileParams.defaultEncoding,
};

export const dataContract = {
  name: 'model-bench/data',
  version: 2,
  requests: {
    /** From the head of the file alone, so within a second for any size: dialect, columns and first rows. */
    head: {
      params: z.object({ ...fileParams, limit: z.int().min(1).max(10_000) }),
      result: z.object({
        dialect: dialectSchema,
        sizeBytes: z.int(),
        modifiedMs: z.number(),
        preview: previewSchema,
        /** Of the columns, as the first rows have them. */
        types: z.array(featureTypeSchema),
        issues: z.array(dataIssueSchema),
      }),
    },
    /** One pass over the file; `progress` events carry the same `path`. */
    profile: {
      params: z.object({ ...fileParams, target: z.string().optional() }),
      result: datasetProfileSchema,
    },
    preview: {
      params: z.object({ ...fileParams, limit: z.int().min(1).max(10_000) }),
      result: previewSchema,
    },
    /** Named checks over the whole file. Those that need a target or a split are skipped without one. */
    quality: {
      params: z.object({
        ...fileParams,
        target: targetSchema.optional(),
        split: splitSchema.optional(),
      }),
      result: qualityReportSchema,
    },
    /** Rows of the file, filtered and sorted for looking at: neither changes the recipe. */
    page: {
      params: z.object({
        ...fileParams,
        offset: z.int().min(0),
        limit: z.int().min(1).max(10_000),
        /** A condition as in the step filterRows. */
        filter: z.string().optional(),
        sort: z.object({ column: z.string(), order: z.enum(['ascending', 'descending']) }).optional(),
      }),
      result: tablePageSchema,
    },
    /** The recipe on a seeded sample. Never fails for a step: says which one and why. */
    recipePreview: {
      params: z.object({
        ...recipeParams,
        /** Index of the step whose before and after are wanted; -1: the file as it is. */
        show: z.int().min(-1),
        sampleRows: z.int().min(1).max(100_000).default(5000),
        seed: z.int().min(0).default(1),
        /** Rows of each page. */
        limit: z.int().min(1).max(10_000).default(200),
      }),
      result: recipePreviewSchema,
    },
    /** The recipe on the whole file, counted step by step; `stepCounted` events carry the same `token`. */
    recipeCounts: {
      params: z.object({ ...recipeParams, token: z.string() }),
      result: z.object({ steps: z.array(stepSummarySchema), rows: z.int() }),
    },
    /** Writes the table after the recipe, under its final name only when it is whole. Never the source. */
    export: {
      params: z.object({ ...recipeParams, output: z.string(), options: exportOptionsSchema }),
      result: exportResultSchema,
    },
    /** The recipe as a script that does the same. */
    recipeText: {
      params: z.object({ ...recipeParams, language: z.enum(['sql', 'pandas']) }),
      result: z.object({ text: z.string(), issues: z.array(dataIssueSchema) }),
    },
    targets: {
      params: z.object(fileParams),
      result: z.array(targetCandidateSchema),
    },
    /** Writes nothing: returns the config as JSON text with its reasons. */
    scaffold: {
      params: z.object({
        ...fileParams,
        steps: recipeStepsSchema.default([]),
        split: splitSchema.optional(),
        /** Columns after the recipe that are no features. */
        ignored: z.array(z.string()).default([]),
        /** What data.path says, relative to where the config will be. */
        relativePath: z.string(),
        target: z.string(),
        task: taskSchema.optional(),
      }),
      result: z.object({ text: z.string(), issues: z.array(dataIssueSchema) }),
    },
    /** Whether a config fits its data: asked before a run is made, and for the squiggles in the config. */
    check: {
      params: z.object(experimentParams),
      result: z.object({
        findings: z.array(experimentFindingSchema),
        /** The config's, with what only the editor's setting says of the encoding written down. */
        reading: readingSchema,
      }),
    },
    /** The network a config describes, with the widths that this very data gives it. */
    architecture: {
      params: z.object(experimentParams),
      result: architectureSchema,
    },
  },
  events: {
    progress: z.object({ path: z.string(), fraction: z.number() }),
    stepCounted: z.object({ token: z.string(), summary: stepSummarySchema }),
  },
} satisfies Contract;
export type DataContract = typeof dataContract;
