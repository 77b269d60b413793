// Runs recipe steps on a small inline CSV and gives back plain values.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCsv } from '../../src/core/data/csvSource';
import { createWorkbench } from '../../src/core/data/workbench';
import { numberOf, textOf, type Relation } from '../../src/core/data/relation';
import type { Database } from '../../src/core/data/database';
import { applyRecipeSteps, fitRecipeSteps } from '../../src/core/recipe/pipeline';
import { splitRelation } from '../../src/core/recipe/splitRelation';
import type { Split, Target } from '../../src/shared/schema/experiment';
import type { FittedStep } from '../../src/shared/schema/fittedSteps';
import type { DataIssue } from '../../src/shared/schema/profile';
import { recipeStepsSchema, type RecipeStepInput } from '../../src/shared/schema/recipeSteps';

/** number and datetime (milliseconds) columns as numbers, text columns as texts; null is missing. */
export type Cell = number | string | null;

export interface RecipeResult {
  readonly columns: readonly string[];
  readonly kinds: readonly string[];
  /** Column by column. */
  readonly values: Readonly<Record<string, readonly Cell[]>>;
  readonly rid: readonly number[];
  /** 0 train, 1 validation, 2 test; empty without a split. */
  readonly part: readonly number[];
  readonly steps: readonly FittedStep[];
  readonly issues: readonly DataIssue[];
}

export interface RunRecipeOptions {
  /** All rows are train rows unless this says otherwise. */
  readonly parts?: readonly number[];
  readonly split?: Split;
  readonly target?: Target;
  /** Applies these learnt steps as prediction does, instead of fitting. */
  readonly fitted?: readonly FittedStep[];
}

/** @param csv text with LF line ends; the header comes first */
export async function runRecipe(
  csv: string,
  steps: readonly RecipeStepInput[],
  options: RunRecipeOptions = {},
): Promise<RecipeResult> {
  const folder = await mkdtemp(join(tmpdir(), 'model-bench-recipe-'));
  const path = join(folder, 'data.csv');
  await writeFile(path, csv);
  const source = await openCsv(path);
  try {
    const { database, relation: base } = await source.relation();
    const workbench = createWorkbench(database);
    const issues: DataIssue[] = [];
    const { split, target, parts } = options;
    const context = { database, workbench, target, note: (issue: DataIssue) => void issues.push(issue) };
    const splitter = async (relation: Relation): Promise<Relation> => {
      if (split !== undefined) {
        return splitRelation(relation, split, target, { ...context, lineOf: (row) => source.lineOf(row) });
      }
      const written = await workbench.materialise(relation);
      const [row] = await database.rows(`SELECT count(*) FROM ${written.from}`);
      const count = Number(row?.[0]);
      return workbench.withParts(
        written,
        Uint8Array.from({ length: count }, (_, i) => parts?.[i] ?? 0),
      );
    };
    const run =
      options.fitted === undefined
        ? await fitRecipeSteps(recipeStepsSchema.parse(steps), base, { ...context, split: splitter })
        : {
            relation: await applyRecipeSteps(options.fitted, base, context),
            steps: options.fitted,
          };
    return { ...(await readRelation(run.relation, database)), steps: run.steps, issues };
  } finally {
    source.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readRelation(
  relation: Relation,
  database: Database,
): Promise<Pick<RecipeResult, 'columns' | 'kinds' | 'values' | 'rid' | 'part'>> {
  const { columns, isSplit } = relation;
  const selected = columns.map((column) => (column.kind === 'text' ? textOf(column) : numberOf(column)));
  const rows = await database.rows(
    `SELECT ${['rid', isSplit ? 'part' : '0', ...selected].join(', ')} FROM ${relation.from}`,
  );
  const cell = (value: unknown): Cell =>
    value === null ? null : typeof value === 'bigint' ? Number(value) : (value as Cell);
  return {
    columns: columns.map(({ name }) => name),
    kinds: columns.map(({ kind }) => kind),
    values: Object.fromEntries(columns.map(({ name }, i) => [name, rows.map((row) => cell(row[i + 2]))])),
    rid: rows.map((row) => Number(row[0])),
    part: isSplit ? rows.map((row) => Number(row[1])) : [],
  };
}
