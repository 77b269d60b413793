// Owns what is said of a table: its dialect, and a profile per column. JSON and IPC safe.
import * as z from 'zod';
import { jsonNumberSchema } from '../numbers';
import { featureTypeSchema, taskSchema } from './experiment';

/** A finding about the data. `message` is translated, names file, row or column, and what to do. */
export const dataIssueSchema = z.object({
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  message: z.string(),
  column: z.string().optional(),
  /** 1-based line of the file where it was first seen. */
  line: z.int().optional(),
  count: z.int().optional(),
});
export type DataIssue = z.infer<typeof dataIssueSchema>;

export const dialectSchema = z.object({
  delimiter: z.string(),
  quote: z.string(),
  hasHeader: z.boolean(),
  encoding: z.string(),
  /** Why this encoding, delimiter and header, in the reader's language. */
  reason: z.string().default(''),
  format: z.enum(['csv', 'jsonl', 'parquet']).default('csv'),
  compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
  decimal: z.enum(['.', ',']).default('.'),
  thousands: z.enum(['', ',', '.', ' ', "'"]).default(''),
});
export type Dialect = z.infer<typeof dialectSchema>;

export const histogramSchema = z.object({
  /** bins + 1 edges, ascending. */
  edges: z.array(z.number()),
  counts: z.array(z.int()),
});

export const columnProfileSchema = z.object({
  name: z.string(),
  type: featureTypeSchema,
  /** Why this type, in the reader's language. */
  reason: z.string(),
  /** Other types it could be, likeliest first, each with the share of its cells that fit. */
  runnersUp: z
    .array(z.object({ type: featureTypeSchema, share: z.number(), reason: z.string() }))
    .default([]),
  rows: z.int(),
  missing: z.int(),
  distinct: z.int(),
  distinctIsExact: z.boolean(),
  /** Only for number (and datetime, as milliseconds since the epoch). sd has ddof=1, as pandas. */
  numeric: z
    .object({
      min: jsonNumberSchema,
      max: jsonNumberSchema,
      mean: jsonNumberSchema,
      sd: jsonNumberSchema,
      /** 25 %, 50 %, 75 %, linear interpolation as numpy. */
      quartiles: z.tuple([jsonNumberSchema, jsonNumberSchema, jsonNumberSchema]),
    })
    .optional(),
  histogram: histogramSchema.optional(),
  /** Only for datetime: the rows come in this order of it, equal ones beside each other. */
  order: z.enum(['ascending', 'descending']).optional(),
  /** Most frequent first, at most 20. */
  topValues: z.array(z.object({ value: z.string(), count: z.int() })).optional(),
  /** Characters; only for text, category and id. */
  textLength: z.object({ min: z.int(), max: z.int(), mean: z.number() }).optional(),
  examples: z.array(z.string()),
  /** How much the column tells of the target, when one was named; never computed for the target itself. */
  relation: z
    .object({
      /** mutualInformation: nats, of binned values. correlation: Pearson's r of two numbers. */
      measure: z.enum(['mutualInformation', 'correlation']),
      value: jsonNumberSchema,
      /** 0 none to 1 all, to compare columns: |r|, or mutual information over the entropy of the target. */
      strength: z.number(),
      /** Rows where both have a value. */
      rows: z.int(),
    })
    .optional(),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const datasetProfileSchema = z.object({
  path: z.string(),
  sizeBytes: z.int(),
  /** Milliseconds since the epoch; a profile of an older file is stale. */
  modifiedMs: z.number(),
  dialect: dialectSchema,
  rows: z.int(),
  columns: z.array(columnProfileSchema),
  issues: z.array(dataIssueSchema),
});
export type DatasetProfile = z.infer<typeof datasetProfileSchema>;

/** The first rows as text, exactly as in the file; null is a missing value. */
export const previewSchema = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  /** Absent where only the head of the file was read. */
  totalRows: z.int().optional(),
});
export type Preview = z.infer<typeof previewSchema>;

/** One answer to "which column is the target?", best first. */
export const targetCandidateSchema = z.object({
  column: z.string(),
  task: taskSchema,
  reason: z.string(),
});
export type TargetCandidate = z.infer<typeof targetCandidateSchema>;
