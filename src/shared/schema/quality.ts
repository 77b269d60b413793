// Owns what a quality check says of a table: named checks, each with its evidence, rows and remedies. JSON safe.
import * as z from 'zod';
import { splitSchema } from './experiment';
import { recipeStepSchema } from './recipeSteps';

export const QUALITY_CHECKS = [
  'constant',
  'nearlyConstant',
  'allMissing',
  'highMissing',
  'idLike',
  'duplicateRows',
  'nearDuplicatesAcrossSplits',
  'mixedTypes',
  'outliers',
  'skew',
  'rareCategories',
  'highCardinality',
  'classImbalance',
  'targetMissing',
  'targetProxy',
  'futureInformation',
  'groupOverlap',
  'textInNumbers',
  'inconsistentSpelling',
  'personalData',
] as const;
export const qualityCheckSchema = z.enum(QUALITY_CHECKS);
export type QualityCheckId = z.infer<typeof qualityCheckSchema>;

export const qualityStatusSchema = z.enum(['pass', 'note', 'warn', 'fail']);
export type QualityStatus = z.infer<typeof qualityStatusSchema>;

/** What one click does about a finding. */
export const remedySchema = z.discriminatedUnion('kind', [
  /** Steps to put into the recipe: at its start (they repair what the file says) or its end. */
  z.object({
    kind: z.literal('steps'),
    label: z.string(),
    steps: z.array(recipeStepSchema).min(1),
    at: z.enum(['start', 'end']),
  }),
  z.object({ kind: z.literal('split'), label: z.string(), split: splitSchema }),
  /** Weighs the classes in training. */
  z.object({ kind: z.literal('classWeights'), label: z.string() }),
  /** Leaves the column out of the features. */
  z.object({ kind: z.literal('ignoreFeature'), label: z.string(), column: z.string() }),
]);
export type Remedy = z.infer<typeof remedySchema>;

export const qualityFindingSchema = z.object({
  check: qualityCheckSchema,
  status: qualityStatusSchema,
  /** Translated, one sentence or two, with the numbers that are the evidence. */
  message: z.string(),
  /** What it is about; empty for the table as a whole. */
  columns: z.array(z.string()),
  /** Rows or cells concerned; absent where that is no count. */
  count: z.int().optional(),
  /** The first of them: 1-based line of the file, 0-based data row, and the cell. */
  rows: z.array(
    z.object({
      row: z.int(),
      line: z.int().optional(),
      column: z.string().optional(),
      text: z.string().optional(),
    }),
  ),
  remedies: z.array(remedySchema),
});
export type QualityFinding = z.infer<typeof qualityFindingSchema>;

export const qualityReportSchema = z.object({
  path: z.string(),
  modifiedMs: z.number(),
  rows: z.int(),
  /** Every check, in the order of QUALITY_CHECKS; one that could not be made says why instead of passing. */
  checks: z.array(
    z.object({
      check: qualityCheckSchema,
      title: z.string(),
      status: z.enum([...qualityStatusSchema.options, 'skipped']),
      /** For skipped: what it would need, such as a target. */
      reason: z.string().optional(),
      findings: z.array(qualityFindingSchema),
    }),
  ),
});
export type QualityReport = z.infer<typeof qualityReportSchema>;
