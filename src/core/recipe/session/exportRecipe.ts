// Owns a recipe from the open file to the written table: read, run, write; with progress, cancel and what each step did.
import type { Split, Target } from '../../../shared/schema/experiment';
import type { FittedStep } from '../../../shared/schema/fittedSteps';
import type { DataIssue } from '../../../shared/schema/profile';
import type { ExportOptions, ExportResult } from '../../../shared/schema/recipeResult';
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import type { CsvSource, SourceRelation } from '../../data/csvSource';
import type { QueryOptions } from '../../data/database';
import { part, rising } from '../../data/plainText';
import { createWorkbench } from '../../data/workbench';
import { numbersFirst } from '../numbersFirst';
import { applyRecipeSteps } from '../pipeline';
import { exportTable, requireOutput } from './exportTable';
import { runSteps, type StepDone } from './runSteps';

export interface ExportRecipeJob {
  readonly source: CsvSource;
  readonly output: string;
  readonly options: ExportOptions;
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
  /** Applied as they are to all rows, instead of fitting `steps`; then there is no split. */
  readonly fitted?: readonly FittedStep[] | undefined;
  readonly onStep?: ((done: StepDone) => void) | undefined;
}

export interface ExportedRecipe extends ExportResult {
  /** As they were pinned and fitted: all that is needed to do the same to new rows. */
  readonly fitted: readonly FittedStep[];
}

/** Shares of the whole that reading and the steps take. */
const READ_UNTIL = 0.3;
const STEPS_UNTIL = 0.6;

/**
 * @throws BenchError of the areas data, recipe, split and io: nothing has the final name then that did not have it before
 */
export async function exportRecipe(
  job: ExportRecipeJob,
  { signal, onProgress: tell }: QueryOptions = {},
): Promise<ExportedRecipe> {
  const { source, output, options } = job;
  const onProgress = rising(tell);
  await requireOutput(output, source.path);
  const read = await source.relation({
    numbers: numbersFirst({ ...job, steps: job.fitted?.map(({ step }) => step) ?? job.steps }),
    signal,
    onProgress: part(onProgress, 0, READ_UNTIL),
  });
  const workbench = createWorkbench(read.database);
  try {
    const run = await runJob(job, read, workbench, {
      signal,
      onProgress: part(onProgress, READ_UNTIL, STEPS_UNTIL),
    });
    const written = await exportTable(
      { relation: run.relation, database: read.database, output, source: source.path, options },
      { signal, onProgress: part(onProgress, STEPS_UNTIL, 1) },
    );
    return {
      path: output,
      rows: written.rows,
      columns: written.columns,
      sizeBytes: written.sizeBytes,
      steps: run.steps,
      fitted: run.fitted,
      issues: [...read.issues, ...run.issues, ...written.issues],
    };
  } finally {
    workbench.dispose();
  }
}

async function runJob(
  job: ExportRecipeJob,
  { database, relation: base }: SourceRelation,
  workbench: ReturnType<typeof createWorkbench>,
  { signal, onProgress }: QueryOptions,
): Promise<{
  relation: SourceRelation['relation'];
  steps: ExportResult['steps'];
  fitted: readonly FittedStep[];
  issues: readonly DataIssue[];
}> {
  const { steps, split, target, source } = job;
  const lineOf = (row: number): Promise<number | undefined> => source.lineOf(row, { signal });
  if (job.fitted !== undefined) {
    const issues: DataIssue[] = [];
    const note = (issue: DataIssue): void => void issues.push(issue);
    const context = { database, workbench, target, signal, note };
    return {
      relation: await applyRecipeSteps(job.fitted, base, context),
      steps: [],
      fitted: job.fitted,
      issues,
    };
  }
  const count = steps.filter(({ enabled }) => enabled).length;
  let done = 0;
  const run = await runSteps(
    { steps, split, target, base, database, workbench, lineOf, signal },
    {
      alwaysSplit: job.options.splitColumn,
      onStep: (step) => {
        onProgress?.(++done / count);
        job.onStep?.(step);
      },
    },
  );
  return { ...run, steps: run.steps.map(({ cellsChanged: _, ...step }) => step) };
}
