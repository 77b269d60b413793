// Owns what passes between the extension host (the server, the truth) and its pages. Pages keep only what the user arranged.
import * as z from 'zod';
import { architectureSchema } from '../schema/architecture';
import { datasetProfileSchema, previewSchema } from '../schema/profile';
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

export const preprocessContract = {
  name: 'model-bench/preprocess-view',
  version: 1,
  requests: {
    ready: { params: z.object({}), result: done },
    reload: { params: z.object({}), result: done },
    cancel: { params: z.object({}), result: done },
    train: { params: z.object({ target: z.string().optional() }), result: done },
    newExperiment: { params: z.object({ target: z.string().optional() }), result: done },
    openFile: { params: z.object({ line: z.int().optional() }), result: done },
  },
  events: {
    /** The first rows come before the profile is done. */
    preview: z.object({ fileName: z.string(), preview: previewSchema }),
    profile: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('working'), fraction: z.number().optional() }),
      z.object({ kind: z.literal('ready'), profile: datasetProfileSchema }),
      z.object({ kind: z.literal('cancelled') }),
      z.object({ kind: z.literal('failed'), message: z.string() }),
    ]),
  },
} satisfies Contract;
export type PreprocessContract = typeof preprocessContract;
