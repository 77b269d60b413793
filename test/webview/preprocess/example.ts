// What the tests of the data tab share: a draft, a profile, pages and an empty preview.
import { draftSchema, type RecipeDraft } from '../../../src/shared/protocol/view';
import type { DatasetProfile } from '../../../src/shared/schema/profile';
import type { QualityReport } from '../../../src/shared/schema/quality';
import type { RecipePreview, StepSummary, TablePage } from '../../../src/shared/schema/recipeResult';
import {
  recipeStepSchema,
  type RecipeStep,
  type RecipeStepInput,
} from '../../../src/shared/schema/recipeSteps';
import type { Head } from '../../../webview/preprocess/state';

export const step = (input: RecipeStepInput): RecipeStep => recipeStepSchema.parse(input);
export const TRIM = step({ step: 'trim', columns: ['city'] });
export const DEDUPE = step({ step: 'dropDuplicates' });
export const FILL = step({ step: 'fillMissing', columns: ['age'], with: 'median' });
export const SCALE = step({ step: 'standardise', columns: ['age'] });

export function draftOf(steps: readonly RecipeStep[], more: Partial<RecipeDraft> = {}): RecipeDraft {
  return { ...draftSchema.parse({ steps, reading: {} }), ...more };
}

/** A page of text columns; rows count from 0 unless they say otherwise. */
export function page(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  sourceRows: readonly number[] = rows.map((_, i) => i),
): TablePage {
  return {
    columns: names.map((name) => ({ name, kind: 'text' })),
    rows: rows.map((row) => [...row]),
    sourceRows: [...sourceRows],
  };
}

export function summary(index: number, more: Partial<StepSummary> = {}): StepSummary {
  return {
    index,
    rowsBefore: 3,
    rowsAfter: 3,
    columnsAdded: [],
    columnsRemoved: [],
    cellsChanged: 0,
    step: TRIM,
    issues: [],
    ...more,
  };
}

export function previewOf(more: Partial<RecipePreview> = {}): RecipePreview {
  const table = page(['age', 'city'], [['1', 'a']]);
  return {
    sampleRows: 1,
    fileRows: 1,
    isWhole: true,
    steps: [],
    before: table,
    after: table,
    columns: table.columns,
    ...more,
  };
}

export const DIALECT: Head['dialect'] = {
  delimiter: ',',
  quote: '"',
  hasHeader: true,
  encoding: 'utf-8',
  reason: '',
  format: 'csv',
  compression: 'none',
  decimal: '.',
  thousands: '',
};

export const HEAD: Head = {
  dialect: DIALECT,
  sizeBytes: 10,
  preview: { columns: ['age', 'city'], rows: [['1', 'a']], totalRows: 1 },
  types: ['number', 'category'],
  issues: [],
};

export const PROFILE: DatasetProfile = {
  path: '/a.csv',
  sizeBytes: 10,
  modifiedMs: 1,
  dialect: DIALECT,
  rows: 1,
  columns: [],
  issues: [],
};

export const REPORT: QualityReport = { path: '/a.csv', modifiedMs: 1, rows: 1, checks: [] };
