// Runs recipe steps on tables made in memory: no file is read, so that many small cases are quick.
import { openDatabase, type Database } from '../../src/core/data/database';
import { numberOf, textOf, type ColumnKind, type Relation } from '../../src/core/data/relation';
import { createWorkbench, type Workbench } from '../../src/core/data/workbench';
import { applyRecipeSteps, fitRecipeSteps } from '../../src/core/recipe/pipeline';
import type { ApplyContext } from '../../src/core/recipe/steps/step';
import type { Target } from '../../src/shared/schema/experiment';
import { fittedStepSchema, type FittedStep } from '../../src/shared/schema/fittedSteps';
import type { DataIssue } from '../../src/shared/schema/profile';
import { recipeStepsSchema, type RecipeStepInput } from '../../src/shared/schema/recipeSteps';
import { stringifyJson } from '../../src/shared/numbers';
import type { Cell } from './recipe';

/** A column of texts is one of a file; numbers make a number column; null is missing. */
export type TableColumns = Readonly<Record<string, readonly Cell[]>>;

export interface TableResult {
  readonly relation: Relation;
  readonly steps: readonly FittedStep[];
  readonly issues: readonly DataIssue[];
  readonly columns: readonly string[];
  readonly kinds: readonly ColumnKind[];
  readonly values: Readonly<Record<string, readonly Cell[]>>;
}

export interface StepTables {
  readonly database: Database;
  readonly workbench: Workbench;
  context(options?: { readonly target?: Target | undefined; readonly issues?: DataIssue[] }): ApplyContext;
  /** @param parts 0 train, 1 validation, 2 test; all rows are train rows when absent */
  table(columns: TableColumns, parts?: readonly number[]): Promise<Relation>;
  fit(
    relation: Relation | TableColumns,
    steps: readonly RecipeStepInput[],
    options?: { readonly parts?: readonly number[]; readonly target?: Target },
  ): Promise<TableResult>;
  predict(
    relation: Relation | TableColumns,
    steps: readonly FittedStep[],
    options?: { readonly target?: Target },
  ): Promise<TableResult>;
  close(): void;
}

export async function openStepTables(): Promise<StepTables> {
  const database = await openDatabase();
  const workbench = createWorkbench(database);
  const context: StepTables['context'] = ({ target, issues = [] } = {}) => ({
    database,
    workbench,
    target,
    mode: 'fit',
    note: (issue) => void issues.push(issue),
  });
  const table: StepTables['table'] = async (columns, parts) => {
    const names = Object.keys(columns);
    const rows = columns[names[0] ?? '']?.length ?? 0;
    const name = workbench.tableName();
    const kinds = names.map((column) =>
      columns[column]?.some((value) => typeof value === 'number') === true ? 'number' : 'text',
    );
    await database.createTable(name, [
      { id: 'part', type: 'UTINYINT', values: Uint8Array.from({ length: rows }, (_, i) => parts?.[i] ?? 0) },
      ...names.map((column, i) => {
        const values = columns[column] ?? [];
        return kinds[i] === 'number'
          ? {
              id: `c${i}`,
              type: 'DOUBLE' as const,
              values: values.map((value) => (value === null ? NaN : Number(value))),
            }
          : {
              id: `c${i}`,
              type: 'VARCHAR' as const,
              values: values.map((value) => (value === null ? null : String(value))),
            };
      }),
    ]);
    return {
      from: `(SELECT rowid AS rid, rowid AS ord, * FROM ${name})`,
      columns: names.map((column, i) => ({ name: column, id: `c${i}`, kind: kinds[i] ?? 'text' })),
      isSplit: true,
      nextId: names.length,
    };
  };
  const relationOf = async (given: Relation | TableColumns, parts?: readonly number[]): Promise<Relation> =>
    isRelation(given) ? given : table(given, parts);
  const read = async (
    relation: Relation,
    steps: readonly FittedStep[],
    issues: readonly DataIssue[],
  ): Promise<TableResult> => ({
    relation,
    steps,
    issues,
    columns: relation.columns.map(({ name }) => name),
    kinds: relation.columns.map(({ kind }) => kind),
    values: await readCells(relation, database),
  });
  return {
    database,
    workbench,
    context,
    table,
    async fit(given, steps, { parts, target } = {}) {
      const issues: DataIssue[] = [];
      const base = await relationOf(given, parts);
      const run = await fitRecipeSteps(recipeStepsSchema.parse(steps), base, context({ target, issues }));
      return read(run.relation, run.steps, issues);
    },
    async predict(given, steps, { target } = {}) {
      const issues: DataIssue[] = [];
      const kept = asFromDisk(steps);
      const relation = await applyRecipeSteps(kept, await relationOf(given), context({ target, issues }));
      return read(relation, kept, issues);
    },
    close: () => {
      workbench.dispose();
      database.dispose();
    },
  };
}

function isRelation(given: Relation | TableColumns): given is Relation {
  return typeof given['from'] === 'string';
}

function asFromDisk(steps: readonly FittedStep[]): FittedStep[] {
  return steps.map((step) => fittedStepSchema.parse(JSON.parse(stringifyJson(step))));
}

async function readCells(relation: Relation, database: Database): Promise<Record<string, Cell[]>> {
  const { columns, from } = relation;
  const selected = columns.map((column) => (column.kind === 'text' ? textOf(column) : numberOf(column)));
  const rows = await database.rows(`SELECT ${['ord', ...selected].join(', ')} FROM ${from}`);
  const cell = (value: unknown): Cell =>
    typeof value === 'number' || typeof value === 'string' ? value : null;
  return Object.fromEntries(columns.map(({ name }, i) => [name, rows.map((row) => cell(row[i + 1]))]));
}
