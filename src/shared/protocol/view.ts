// Owns what passes between the extension host (the server, the truth) and its pages. Pages keep only what the user arranged.
import * as z from 'zod';
import { architectureSchema } from '../schema/architecture';
import { featureTypeSchema, splitSchema } from '../schema/experiment';
import { dataIssueSchema, datasetProfileSchema, dialectSchema, previewSchema } from '../schema/profile';
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
import { runSummarySchema } from '../schema/run';
import type { Contract } from './channel';

const runIdParams = z.object({ runId: z.string() });
const done = z.object({});

const float64Array = z.custom<Float64Array>((value) => value instanceof Float64Array);

/** Typed arrays pass through postMessage as they are, NaN included. */
const seriesChunkSchema = z.object({
  metric: z.string(),
  split: z.enum(['train', 'validation']),
  resolution: z.enum(['step', 'epoch']),
  step: float64Array,
  epoch: float64Array,
  wallTimeMs: float64Array,
  value: float64Array,
});

/** The Metrics view (side panel) and the dashboard (editor area): the same page in two widths. */
export const metricsContract = {
  name: 'model-bench/metrics-view',
  version: 1,
  requests: {
    /** The page is up: answers after `run` and a full `series` were sent. */
    ready: { params: z.object({}), result: done },
    stop: { params: runIdParams, result: done },
    pause: { params: runIdParams, result: done },
    resume: { params: runIdParams, result: done },
    /** Trains a config changed by a remedy of the run's diagnosis; both by their places. */
    tryRemedy: {
      params: z.object({ runId: z.string(), finding: z.int().min(0), remedy: z.int().min(0) }),
      result: done,
    },
    openDashboard: { params: z.object({}), result: done },
    showArchitecture: { params: runIdParams, result: done },
    openFolder: { params: runIdParams, result: done },
    showLog: { params: runIdParams, result: done },
    openConfig: { params: runIdParams, result: done },
    train: { params: z.object({}), result: done },
    openSample: { params: z.object({}), result: done },
  },
  events: {
    /** null: no run to show. `timeLeftMs` is absent while unknown. */
    run: z.object({ run: runSummarySchema.nullable(), timeLeftMs: z.number().optional() }),
    /** reset: forget all points of earlier chunks first. */
    series: z.object({ runId: z.string(), reset: z.boolean(), chunks: z.array(seriesChunkSchema) }),
  },
} satisfies Contract;
export type MetricsContract = typeof metricsContract;

export const architectureContract = {
  name: 'model-bench/architecture-view',
  version: 1,
  requests: {
    ready: { params: z.object({}), result: done },
    /** Shows the layer's line in the config. */
    revealLayer: { params: z.object({ layerIndex: z.int() }), result: done },
    copyText: { params: z.object({ text: z.string(), what: z.string() }), result: done },
  },
  events: {
    architecture: z.object({
      title: z.string(),
      state: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('loading') }),
        z.object({ kind: z.literal('ready'), architecture: architectureSchema }),
        z.object({ kind: z.literal('failed'), message: z.string() }),
      ]),
    }),
  },
} satisfies Contract;
export type ArchitectureContract = typeof architectureContract;

/** A recipe as the page edits it. */
export const draftSchema = z.object({
  steps: recipeStepsSchema,
  /** How rows are parted for steps that learn, and for the experiment; absent: random, 70/15/15, seed 1. */
  split: splitSchema.optional(),
  /** Name of the column to predict. */
  target: z.string().optional(),
  /** Weighs the classes in training; absent: as the scaffold sees fit. */
  classWeights: z.boolean().optional(),
  /** Columns after the recipe that stay in the table but are not learnt from. */
  ignored: z.array(z.string()).optional(),
  reading: readingSchema,
});
export type RecipeDraft = z.infer<typeof draftSchema>;

/** The data tab: the host reads files and keeps the draft, the page edits it. */
export const preprocessContract = {
  name: 'model-bench/preprocess-view',
  version: 2,
  requests: {
    /** The page is up: answers after `draft` was sent; then `head`, `profile` and `quality` come as they are ready. */
    ready: { params: z.object({}), result: done },
    reload: { params: z.object({}), result: done },
    /** Ends whatever is at work: reading, counting, exporting. */
    cancel: { params: z.object({}), result: done },
    /** Keeps the draft, so that a reload of the window loses nothing. A new reading or target is read again. */
    keepDraft: { params: z.object({ draft: draftSchema }), result: done },
    page: {
      params: z.object({
        offset: z.int().min(0),
        limit: z.int().min(1).max(2000),
        filter: z.string().optional(),
        sort: z.object({ column: z.string(), order: z.enum(['ascending', 'descending']) }).optional(),
      }),
      result: tablePageSchema,
    },
    /** The draft's steps on a sample. @see dataContract.recipePreview */
    preview: {
      params: z.object({ draft: draftSchema, show: z.int().min(-1), limit: z.int().min(1).max(2000) }),
      result: recipePreviewSchema,
    },
    /** Counts on the whole file: `stepCounted` events as they arrive, then the answer. */
    counts: {
      params: z.object({ draft: draftSchema, token: z.string() }),
      result: z.object({ rows: z.int() }),
    },
    /** Asks where to, writes a *.recipe.json. */
    saveRecipe: { params: z.object({ draft: draftSchema }), result: done },
    /** Asks for a *.recipe.json; null: none was chosen. */
    openRecipe: {
      params: z.object({}),
      result: z.object({ steps: recipeStepsSchema }).nullable(),
    },
    /** Asks where to and shows progress; null: cancelled. */
    export: {
      params: z.object({ draft: draftSchema, options: exportOptionsSchema }),
      result: exportResultSchema.nullable(),
    },
    copyAs: { params: z.object({ draft: draftSchema, language: z.enum(['sql', 'pandas']) }), result: done },
    /** Scaffolds a config with the recipe in it, and trains or opens it. */
    train: { params: z.object({ draft: draftSchema }), result: done },
    newExperiment: { params: z.object({ draft: draftSchema }), result: done },
    openFile: { params: z.object({ line: z.int().optional() }), result: done },
  },
  events: {
    draft: z.object({
      fileName: z.string(),
      draft: draftSchema,
      /** The text of an editor with unsaved changes is shown, not the file. */
      isUnsaved: z.boolean(),
    }),
    /** From the head of the file, at once. */
    head: z.object({
      dialect: dialectSchema,
      sizeBytes: z.int(),
      preview: previewSchema,
      /** Of the columns, as the first rows have them: until the profile says it. */
      types: z.array(featureTypeSchema),
      issues: z.array(dataIssueSchema),
    }),
    profile: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('working'), fraction: z.number().optional() }),
      z.object({ kind: z.literal('ready'), profile: datasetProfileSchema }),
      z.object({ kind: z.literal('cancelled') }),
      z.object({ kind: z.literal('failed'), message: z.string() }),
    ]),
    quality: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('working') }),
      z.object({ kind: z.literal('ready'), report: qualityReportSchema }),
      z.object({ kind: z.literal('cancelled') }),
      z.object({ kind: z.literal('failed'), message: z.string() }),
    ]),
    stepCounted: z.object({ token: z.string(), summary: stepSummarySchema }),
    /** The data process ended: what was asked fails with this message, and it starts anew at the next request. */
    problem: z.object({ message: z.string() }),
  },
} satisfies Contract;
export type PreprocessContract = typeof preprocessContract;
