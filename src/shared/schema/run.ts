// Owns what a run leaves behind: its events (the truth, in order) and run.json (a summary made from them).
import * as z from 'zod';
import { errorDataSchema } from '../errors';
import { jsonNumberSchema } from '../numbers';
import { findingSchema } from './diagnosis';
import { metricNameSchema, taskSchema } from './experiment';
import { dataIssueSchema } from './profile';
import { backendChoiceSchema, backendNameSchema, lossNameSchema } from './training';

export const splitNameSchema = z.enum(['train', 'validation', 'test']);
export type SplitName = z.infer<typeof splitNameSchema>;

/** Metric name -> value, e.g. {loss: 0.31, accuracy: 0.88}. */
export const scoresSchema = z.partialRecord(metricNameSchema, jsonNumberSchema);
export type Scores = z.infer<typeof scoresSchema>;

/** As core/baselines has them; `constant` is the mean of a number, the shares of the classes. */
export const baselineKindSchema = z.enum(['constant', 'linear', 'nearest', 'boostedTrees']);

/** What the report says in short; whole it is in report.json. */
const reportedFields = {
  /** The metric that decides. */
  primary: metricNameSchema.optional(),
  /** The network against the best baseline in one sentence, and what to keep in mind. Translated. */
  verdict: z.string().optional(),
  /** The primary and the headline metrics of each simple model that was fitted. */
  baselines: z
    .array(
      z.object({
        kind: baselineKindSchema,
        name: z.string(),
        validation: scoresSchema.optional(),
        test: scoresSchema.optional(),
      }),
    )
    .optional(),
};

/** One rung of the backend ladder and why it was, or was not, taken. */
export const rungSchema = z.object({
  backend: backendNameSchema,
  state: z.enum(['chosen', 'available', 'rejected', 'notTried']),
  /** In the reader's language; never empty. */
  reason: z.string(),
});
export type Rung = z.infer<typeof rungSchema>;

export const runPhaseSchema = z.enum(['starting', 'reading', 'fitting', 'training', 'evaluating']);
export type RunPhase = z.infer<typeof runPhaseSchema>;

/**
 * completed: ran all epochs or stopped early by its own rule. stopped: by the user. failed: ended itself
 * with an error. crashed: the process died without saying why.
 */
export const runStateSchema = z.enum(['running', 'completed', 'stopped', 'failed', 'crashed']);
export type RunState = z.infer<typeof runStateSchema>;

/** budget: the minutes or steps of the config are used up. stopped: by the user. paused: by the user, without scores. */
export const endReasonSchema = z.enum(['allEpochs', 'earlyStopping', 'budget', 'stopped', 'paused']);
export type EndReason = z.infer<typeof endReasonSchema>;

/** What happened while training. Times are milliseconds since the epoch. */
export const trainEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), timeMs: z.number(), pid: z.int(), node: z.string() }),
  /** A run that had ended goes on from a checkpoint: what was told of later steps counts no more. */
  z.object({
    type: z.literal('resumed'),
    timeMs: z.number(),
    /** Whole epochs and steps done at the checkpoint; 0 when it starts anew. */
    epoch: z.int(),
    step: z.int(),
    /** Epochs in all, from now on. */
    epochs: z.int(),
    /** In place of the config's, when the user chose one. */
    learningRate: z.number().optional(),
  }),
  z.object({ type: z.literal('phase'), timeMs: z.number(), phase: runPhaseSchema }),
  z.object({
    type: z.literal('backend'),
    timeMs: z.number(),
    requested: backendChoiceSchema,
    chosen: backendNameSchema,
    rungs: z.array(rungSchema),
  }),
  z.object({
    type: z.literal('data'),
    timeMs: z.number(),
    rows: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
    /** Rows left out because the target is missing. */
    droppedRows: z.int(),
    features: z.int(),
    outputs: z.int(),
    fingerprint: z.string().optional(),
    issues: z.array(dataIssueSchema),
  }),
  z.object({
    type: z.literal('model'),
    timeMs: z.number(),
    parameters: z.int(),
    loss: lossNameSchema,
    batchSize: z.int(),
    stepsPerEpoch: z.int(),
    epochs: z.int(),
  }),
  /** Metrics of single steps, batched to one record per report (10 Hz at most). Columns of equal length. */
  z.object({
    type: z.literal('steps'),
    timeMs: z.number(),
    /** Optimizer updates so far, 1-based. */
    step: z.array(z.int()),
    /** Epochs done at that step, fractional. */
    epoch: z.array(z.number()),
    wallTimeMs: z.array(z.number()),
    loss: z.array(jsonNumberSchema),
    /** Length of all gradients together before clipping, of the last of these steps. */
    gradientNorm: jsonNumberSchema.optional(),
  }),
  z.object({
    type: z.literal('epoch'),
    timeMs: z.number(),
    /** 1-based. */
    epoch: z.int(),
    step: z.int(),
    train: scoresSchema,
    validation: scoresSchema,
    learningRate: z.number(),
    samplesPerSecond: z.number(),
    /** True when this is the best epoch so far by validation loss. */
    best: z.boolean(),
  }),
  z.object({
    type: z.literal('checkpoint'),
    timeMs: z.number(),
    kind: z.enum(['best', 'last']),
    epoch: z.int(),
    step: z.int(),
  }),
  z.object({ type: z.literal('warning'), timeMs: z.number(), code: z.string(), message: z.string() }),
  /** The one look at the sealed test rows, and the baseline's on the same rows. */
  z.object({
    type: z.literal('evaluation'),
    timeMs: z.number(),
    /** Epoch of the weights that were scored. */
    epoch: z.int(),
    train: scoresSchema,
    validation: scoresSchema,
    test: scoresSchema.optional(),
    baseline: z.object({ kind: z.enum(['majority', 'mean']), test: scoresSchema }).optional(),
    ...reportedFields,
  }),
  z.object({ type: z.literal('diagnosis'), timeMs: z.number(), findings: z.array(findingSchema) }),
  z.object({
    type: z.literal('finished'),
    timeMs: z.number(),
    reason: endReasonSchema,
    epoch: z.int(),
    bestEpoch: z.int(),
  }),
  z.object({ type: z.literal('failed'), timeMs: z.number(), error: errorDataSchema }),
]);
export type TrainEvent = z.infer<typeof trainEventSchema>;
export type TrainEventOf<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;

/** run.json: a summary of the events, replaced atomically; rebuilt from the log when it is behind. */
export const runSummarySchema = z.object({
  version: z.literal(1),
  runId: z.string(),
  name: z.string(),
  state: runStateSchema,
  phase: runPhaseSchema,
  createdMs: z.number(),
  updatedMs: z.number(),
  endedMs: z.number().optional(),
  /** Absolute path of the config the run was started from, when it was a file. */
  experimentPath: z.string().optional(),
  dataPath: z.string(),
  target: z.string(),
  task: taskSchema,
  seed: z.int(),
  /** Checksum of the encoded train and validation rows: a run goes on with the same ones only. */
  fingerprint: z.string().optional(),
  backend: z
    .object({ requested: backendChoiceSchema, chosen: backendNameSchema, rungs: z.array(rungSchema) })
    .optional(),
  rows: z.object({ train: z.int(), validation: z.int(), test: z.int() }).optional(),
  parameters: z.int().optional(),
  loss: lossNameSchema.optional(),
  stepsPerEpoch: z.int().optional(),
  epochs: z.int(),
  epoch: z.int(),
  step: z.int(),
  bestEpoch: z.int().optional(),
  /** Epoch of the weights that were scored: the best one, or the last when the best are not restored. */
  scoredEpoch: z.int().optional(),
  samplesPerSecond: z.number().optional(),
  learningRate: z.number().optional(),
  /** Of the last epoch while running; of the scored weights once evaluated. */
  train: scoresSchema.optional(),
  validation: scoresSchema.optional(),
  test: scoresSchema.optional(),
  baseline: z.object({ kind: z.enum(['majority', 'mean']), test: scoresSchema }).optional(),
  ...reportedFields,
  endReason: endReasonSchema.optional(),
  /** What the diagnosis found; empty for a run without fault, absent before it. */
  findings: z.array(findingSchema).optional(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  error: errorDataSchema.optional(),
  /** Last lines of the trainer's stderr, for a run that crashed. */
  stderrTail: z.string().optional(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** live.json: how to reach a training process; exists only while one should be alive. Owner-readable only. */
export const liveSchema = z.object({
  pid: z.int(),
  /** When the process started, as the system tells it; guards against a pid that was reused. Empty if unknown. */
  processStart: z.string(),
  endpoint: z.string(),
  token: z.string(),
});
export type Live = z.infer<typeof liveSchema>;

/** How a run goes on. */
export const resumeSchema = z.object({
  kind: z.enum(['best', 'last', 'none']).describe('none: there is no checkpoint, it starts anew.'),
  epochs: z.int(),
  learningRate: z.number().optional(),
  /** The end by early stopping is forgotten: patience counts anew. */
  newPatience: z.boolean(),
});
export type Resume = z.infer<typeof resumeSchema>;

/** launch.json: what a training process needs to know beyond its config. Owner-readable only. */
export const launchSchema = z.object({
  endpoint: z.string(),
  token: z.string(),
  dataPath: z.string(),
  /** The CSV as it was when the run was started; another size or time after reading is told as a warning. */
  dataSizeBytes: z.int(),
  dataModifiedMs: z.number(),
  /** Where the WebAssembly files of the backend lie. */
  wasmFolder: z.string(),
  /** Translations, as l10n.config takes them; empty for English. */
  l10nBundle: z.record(z.string(), z.string()),
  /** Goes on from the run's newest checkpoint. */
  resume: resumeSchema.optional(),
});
export type Launch = z.infer<typeof launchSchema>;
