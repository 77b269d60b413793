// Owns the architecture as a graph: what is drawn, counted and built, before any training.
import * as z from 'zod';

export const architectureNodeSchema = z.object({
  id: z.string(),
  kind: z.enum(['input', 'dense', 'dropout', 'output', 'loss']),
  /** What the box says, e.g. `Dense 128`. */
  label: z.string(),
  /** e.g. `relu`. */
  activation: z.string().optional(),
  /** Without the batch dimension. */
  outputShape: z.array(z.int()),
  parameters: z.int(),
  /** Multiply-adds count as 2; forward pass, one row. */
  flops: z.int(),
  /** Index into model.layers, for what comes from the config. */
  layerIndex: z.int().optional(),
  /** e.g. `dropout 0.2`, `l2 0.001`. */
  notes: z.array(z.string()),
});
export type ArchitectureNode = z.infer<typeof architectureNodeSchema>;

export const architectureSchema = z.object({
  nodes: z.array(architectureNodeSchema),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
  totals: z.object({
    parameters: z.int(),
    flops: z.int(),
    /** Weights as float32. */
    weightBytes: z.int(),
  }),
});
export type Architecture = z.infer<typeof architectureSchema>;
