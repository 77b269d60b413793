// Runs recipe steps on the sample tables of examples/: each file is opened once, every fifth row is held out.
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCsv } from '../../src/core/data/csvSource';
import type { Database } from '../../src/core/data/database';
import { columnOf, numberOf, textOf, type Relation } from '../../src/core/data/relation';
import { createWorkbench, type Workbench } from '../../src/core/data/workbench';
import { applyRecipeSteps, fitRecipeSteps } from '../../src/core/recipe/pipeline';
import type { ApplyContext } from '../../src/core/recipe/steps/step';
import type { Target } from '../../src/shared/schema/experiment';
import type { FittedStep } from '../../src/shared/schema/fittedSteps';
import type { DataIssue } from '../../src/shared/schema/profile';
import { recipeStepsSchema, type RecipeStepInput } from '../../src/shared/schema/recipeSteps';
import type { Cell } from './recipe';

export interface SampleTable {
  /** Split: rows 0, 5, 10, ... are test rows. */
  readonly relation: Relation;
  readonly rows: number;
  readonly database: Database;
  readonly workbench: Workbench;
  context(target?: Target): ApplyContext;
  /** Fitted on train rows, applied to all. */
  run(steps: readonly RecipeStepInput[], target?: Target): Promise<SampleResult>;
  /** As new rows. */
  predict(steps: readonly FittedStep[], target?: Target): Promise<SampleResult>;
  /** Columns of every n-th row. */
  read(relation: Relation, names: readonly string[], every: number): Promise<Record<string, Cell[]>>;
  close(): Promise<void>;
}

export interface SampleResult {
  readonly relation: Relation;
  readonly steps: readonly FittedStep[];
  readonly issues: readonly DataIssue[];
}

/** @param holes columns of which every eleventh cell or so is taken away, as bench/reference/recipe_sklearn.py does */
export async function openSample(name: string, holes: readonly string[] = []): Promise<SampleTable> {
  const folder = await mkdtemp(join(tmpdir(), 'model-bench-sample-'));
  const path = join(folder, `${name}.csv`);
  const text = await readFile(join(import.meta.dirname, '..', '..', 'examples', `${name}.csv`), 'utf8');
  await writeFile(path, holes.length === 0 ? text : withHoles(text, holes));
  const source = await openCsv(path);
  const { database, relation: base } = await source.relation();
  const workbench = createWorkbench(database);
  const written = await workbench.materialise(base);
  const [row] = await database.rows(`SELECT count(*) FROM ${written.from}`);
  const parts = Uint8Array.from({ length: Number(row?.[0]) }, (_, i) => (i % 5 === 0 ? 2 : 0));
  const relation = await workbench.materialise(await workbench.withParts(written, parts));
  const context = (target: Target | undefined, issues: DataIssue[] = []): ApplyContext => ({
    database,
    workbench,
    target,
    mode: 'fit',
    note: (issue) => void issues.push(issue),
  });
  return {
    relation,
    rows: parts.length,
    database,
    workbench,
    context: (target) => context(target),
    async run(steps, target) {
      const issues: DataIssue[] = [];
      const run = await fitRecipeSteps(recipeStepsSchema.parse(steps), relation, context(target, issues));
      return { ...run, issues };
    },
    async predict(steps, target) {
      const issues: DataIssue[] = [];
      const after = await applyRecipeSteps(steps, relation, context(target, issues));
      return { relation: after, steps, issues };
    },
    read: (of, names, every) => readValues(of, { database, names, every }),
    async close() {
      source.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function withHoles(text: string, holes: readonly string[]): string {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const places = holes.map((name) => header.split(',').indexOf(name));
  const holed = lines.map((line, row) => {
    const cells = line.split(',');
    for (const [j, place] of places.entries()) if ((row * 31 + j * 17) % 11 === 0) cells[place] = '';
    return cells.join(',');
  });
  return [header, ...holed, ''].join('\n');
}

async function readValues(
  relation: Relation,
  {
    database,
    names,
    every,
  }: { readonly database: Database; readonly names: readonly string[]; readonly every: number },
): Promise<Record<string, Cell[]>> {
  const selected = names.map((name) => {
    const column = columnOf(relation, name);
    return column.kind === 'text' ? textOf(column) : numberOf(column);
  });
  const rows = await database.rows(
    `SELECT ${selected.join(', ')} FROM ${relation.from} WHERE ord % ${every} = 0 ORDER BY ord`,
  );
  const cell = (value: unknown): Cell =>
    typeof value === 'number' || typeof value === 'string' ? value : null;
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => cell(row[i]))]));
}
