// Owns what is told of a recipe at work: pages of a table, what each step did, a preview with its differences.
import * as z from 'zod';
import { dataIssueSchema } from './profile';
import { onlyIf, recipeStepSchema } from './recipeSteps';

export const tableColumnSchema = z.object({ name: z.string(), kind: z.enum(['text', 'number', 'datetime']) });
export type TableColumn = z.infer<typeof tableColumnSchema>;

/** Cells as text, as they would be exported; null is missing. */
export const tablePageSchema = z.object({
  columns: z.array(tableColumnSchema),
  rows: z.array(z.array(z.string().nullable())),
  /** 0-based source row of each row; -1 for a row that a step made. */
  sourceRows: z.array(z.int()),
  /** 'train' | 'validation' | 'test' of each row, once the rows are split. */
  parts: z.array(z.enum(['train', 'validation', 'test'])).optional(),
  /** Rows there are, of which these are some; absent while unknown. */
  totalRows: z.int().optional(),
});
export type TablePage = z.infer<typeof tablePageSchema>;

/** What one step did, to the sample or to the whole file. */
export const stepSummarySchema = z.object({
  /** Of the steps as written, from 0. */
  index: z.int(),
  rowsBefore: z.int(),
  rowsAfter: z.int(),
  columnsAdded: z.array(z.string()),
  columnsRemoved: z.array(z.string()),
  /** Cells with another value than before, in columns and rows that are on both sides. */
  cellsChanged: z.int(),
  /** "fitted on n train rows"; absent for a step that learns nothing. */
  fittedOnRows: z.int().optional(),
  /** As it was pinned, e.g. with the order of day and month decided. */
  step: recipeStepSchema,
  issues: z.array(dataIssueSchema),
});
export type StepSummary = z.infer<typeof stepSummarySchema>;

export const recipePreviewSchema = z.object({
  /** Rows of the file that the preview is made from, chosen by the seed; all of them when isWhole. */
  sampleRows: z.int(),
  fileRows: z.int().optional(),
  isWhole: z.boolean(),
  /** One a step that is on and could be run. */
  steps: z.array(stepSummarySchema),
  /** The first step that could not be run, and why; those behind it were not tried. */
  failed: z.object({ index: z.int(), message: z.string() }).optional(),
  /** Before and after the step that is shown; the same page twice for the file itself. */
  before: tablePageSchema,
  after: tablePageSchema,
  /** Columns after the last step. */
  columns: z.array(tableColumnSchema),
});
export type RecipePreview = z.infer<typeof recipePreviewSchema>;

export const exportFormatSchema = z.enum(['csv', 'parquet', 'arrow']);
export const exportOptionsSchema = z.object({
  format: exportFormatSchema,
  /** For csv. utf-8-bom is what Excel recognises. */
  encoding: z
    .enum(['utf-8', 'utf-8-bom', 'utf-16le', 'gb18030'])
    .default('utf-8')
    .meta(onlyIf('format', 'csv')),
  delimiter: z.enum([',', ';', '\t', '|']).default(',').meta(onlyIf('format', 'csv')),
  /** Puts ' before a text cell that a spreadsheet would take for a formula (= + - @ tab). */
  quoteFormulas: z.boolean().default(true).meta(onlyIf('format', 'csv')),
  /** Adds a column "split" that says train, validation or test. */
  splitColumn: z.boolean().default(false),
});
export type ExportOptions = z.infer<typeof exportOptionsSchema>;

export const exportResultSchema = z.object({
  path: z.string(),
  rows: z.int(),
  columns: z.int(),
  sizeBytes: z.int(),
  /** Cells are not counted while exporting: it would read every row once more a step. */
  steps: z.array(stepSummarySchema.omit({ cellsChanged: true })),
  issues: z.array(dataIssueSchema),
});
export type ExportResult = z.infer<typeof exportResultSchema>;
