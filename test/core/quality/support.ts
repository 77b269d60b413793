// Checks a CSV text, and does what a remedy says to it.
import type * as z from 'zod';
import { openCsv, type CsvSource } from '../../../src/core/data/csvSource';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { numberOf, numberTextSql, textOf, type Relation } from '../../../src/core/data/relation';
import { createWorkbench } from '../../../src/core/data/workbench';
import { checkQuality, type QualityOptions } from '../../../src/core/quality/checkQuality';
import { fitRecipeSteps } from '../../../src/core/recipe/pipeline';
import { splitRelation } from '../../../src/core/recipe/splitRelation';
import { splitSchema, targetSchema, type Split, type Target } from '../../../src/shared/schema/experiment';
import type { QualityCheckId, QualityFinding, QualityReport } from '../../../src/shared/schema/quality';
import type { ReadingInput } from '../../../src/shared/schema/reading';
import type { RecipeStep } from '../../../src/shared/schema/recipeSteps';
import type { CsvFolder } from '../data/tempCsv';

export type TargetInput = z.input<typeof targetSchema>;
export type SplitInput = z.input<typeof splitSchema>;

export interface CheckedTable {
  readonly target?: TargetInput | undefined;
  readonly split?: SplitInput | undefined;
  readonly reading?: ReadingInput | undefined;
}

export const NOW_MS = Date.UTC(2025, 5, 1);

export async function check(
  source: CsvSource,
  table: CheckedTable,
  options: Partial<QualityOptions> = {},
): Promise<QualityReport> {
  const profile = await source.profile();
  return checkQuality(source, {
    profile,
    target: table.target === undefined ? undefined : targetSchema.parse(table.target),
    split: table.split === undefined ? undefined : splitSchema.parse(table.split),
    nowMs: NOW_MS,
    ...options,
  });
}

/** The findings of one check on a CSV text. */
export async function findingsOf(
  folder: CsvFolder,
  csv: string,
  id: QualityCheckId,
  table: CheckedTable = {},
): Promise<QualityFinding[]> {
  const source = await openCsv(await folder.write(csv), { reading: table.reading });
  try {
    const { checks } = await check(source, table, { only: [id] });
    return checks[0]?.findings ?? [];
  } finally {
    source.close();
  }
}

/** The CSV after the steps, with the rows of all parts. */
export async function applySteps(
  path: string,
  steps: readonly RecipeStep[],
  table: CheckedTable,
): Promise<string> {
  const source = await openCsv(path);
  try {
    const { database, relation: base } = await source.relation();
    const target: Target | undefined =
      table.target === undefined ? undefined : targetSchema.parse(table.target);
    const isClasses = target !== undefined && target.task !== 'regression';
    const split: Split = splitSchema.parse(table.split ?? { method: isClasses ? 'stratified' : 'random' });
    const workbench = createWorkbench(database);
    const context = { database, workbench, target, note: () => undefined };
    const { relation } = await fitRecipeSteps(steps, base, {
      ...context,
      split: (rows: Relation) =>
        splitRelation(rows, split, target, { ...context, lineOf: (row) => source.lineOf(row) }),
    });
    const cells = relation.columns.map((column) =>
      column.kind === 'number' ? numberTextSql(numberOf(column)) : textOf(column),
    );
    const rows = await database.rows(`SELECT ${cells.join(', ')} FROM ${relation.from} ORDER BY ord`);
    return writeCsv(
      relation.columns.map(({ name }) => name),
      rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : ''))),
    );
  } finally {
    source.close();
  }
}
