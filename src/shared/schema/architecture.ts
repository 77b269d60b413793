// Owns the architecture as a graph: what is drawn, counted and built, before any training.
import * as z from 'zod';

export const architectureKindSchema = z.enum([
  'input',
  'embedding',
  'tokens',
  'dense',
  'activation',
  'dropout',
  'batchNorm',
  'layerNorm',
  'conv1d',
  'lstm',
  'gru',
  'attention',
  'positions',
  'pool',
  'flatten',
  'concat',
  'add',
  'output',
  'loss',
]);
export type ArchitectureKind = z.infer<typeof architectureKindSchema>;

export const architectureNodeSchema = z.object({
  id: z.string(),
  kind: architectureKindSchema,
  /** What the box says, e.g. `Dense 128`. */
  label: z.string(),
  /** e.g. `relu`. */
  activation: z.string().optional(),
  /** Without the batch dimension. */
  outputShape: z.array(z.int()),
  /** Moving statistics too. */
  parameters: z.int(),
  /** Those that training changes by gradient. */
  trainable: z.int(),
  /** Multiply-adds count as 2; forward pass, one row. */
  flops: z.int(),
  /** Index into model.layers, for what comes from there. */
  layerIndex: z.int().optional(),
  /** Where it stands in the config, e.g. ['model', 'layers', 2, 'branches', 0, 1]. */
  path: z.array(z.union([z.string(), z.int()])).optional(),
  /** e.g. `dropout 0.2`, `l2 0.001`. */
  notes: z.array(z.string()),
});
export type ArchitectureNode = z.infer<typeof architectureNodeSchema>;

export const architectureSchema = z.object({
  nodes: z.array(architectureNodeSchema),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
  totals: z.object({
    parameters: z.int(),
    trainable: z.int(),
    flops: z.int(),
    /** Weights as float32. */
    weightBytes: z.int(),
  }),
});
export type Architecture = z.infer<typeof architectureSchema>;
