// Owns a recipe at work with what each step did: rows, columns, cells, what it learnt from. The same for the sample of
// a preview, for the counts of the whole file and for an export.
import * as l10n from '@vscode/l10n';
import { isCancelled } from '../../../shared/abort';
import { BenchError, toErrorData } from '../../../shared/errors';
import type { Split, Target } from '../../../shared/schema/experiment';
import type { FittedStep } from '../../../shared/schema/fittedSteps';
import type { DataIssue } from '../../../shared/schema/profile';
import type { StepSummary } from '../../../shared/schema/recipeResult';
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import { splitPosition } from '../../../shared/schema/stepCatalogue';
import type { Database } from '../../data/database';
import { columnOf, filterRows, numberOf, textOf, type Relation } from '../../data/relation';
import type { Workbench } from '../../data/workbench';
import { countRows } from '../../data/countRows';
import { checkOrder, fitRecipeSteps } from '../pipeline';
import { splitRelation } from '../splitRelation';
import type { StepContext } from '../steps/step';
import { countChangedCells } from './changedCells';

/** A recipe and what it is run on. */
export interface RecipeJob {
  readonly steps: readonly RecipeStep[];
  /** A random one where a step needs one and none is given. */
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
  readonly base: Relation;
  readonly database: Database;
  readonly workbench: Workbench;
  /** Line of the file of a source row, for messages. */
  readonly lineOf: (sourceRow: number) => Promise<number | undefined>;
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions {
  /** Parts the rows although no step needs it. */
  readonly alwaysSplit?: boolean;
  /** Counts the cells that each step changed: a pass over the rows more. */
  readonly countCells?: boolean;
  /** Writes the rows down after each step: for few rows, so that nothing is computed twice. */
  readonly materialise?: boolean;
  readonly onStep?: ((done: StepDone) => void) | undefined;
}

/** cellsChanged is left out where cells are not counted. */
export type CountedStep = Omit<StepSummary, 'cellsChanged'> & { readonly cellsChanged?: number };

export interface StepDone {
  readonly summary: CountedStep;
  readonly before: Relation;
  readonly after: Relation;
}

export interface StepsRun {
  readonly relation: Relation;
  readonly rows: number;
  readonly steps: readonly CountedStep[];
  readonly fitted: readonly FittedStep[];
  /** What was found behind the last step, such as while splitting. */
  readonly issues: readonly DataIssue[];
}

/** As the config's scaffold: 70 % to learn from, classes alike in all parts. */
export function defaultSplit(target: Target | undefined): Split {
  const shares = { validation: 0.15, test: 0.15, seed: 1 };
  return target === undefined || target.task === 'regression'
    ? { method: 'random', ...shares }
    : { method: 'stratified', ...shares };
}

/**
 * Runs all steps.
 * @throws BenchError with `details.step`: the index of the step that could not be run
 */
export async function runSteps(job: RecipeJob, options: RunOptions = {}): Promise<StepsRun> {
  const { steps, database, workbench, signal } = job;
  checkOrder(steps);
  let issues: DataIssue[] = [];
  const context: StepContext = {
    database,
    workbench,
    target: job.target,
    signal,
    note: (issue) => void issues.push(issue),
  };
  const done: CountedStep[] = [];
  const enabled = steps.flatMap(({ enabled: isOn }, index) => (isOn ? [index] : []));
  let before = job.base;
  let rowsBefore = await countRows(before, context);
  const onStep = async (index: number, relation: Relation, fitted: FittedStep): Promise<Relation> => {
    const after = options.materialise === true ? await workbench.materialise(relation, { signal }) : relation;
    const rowsAfter = await countRows(after, context);
    const cellsChanged =
      options.countCells === true
        ? await countChangedCells(fitted.step, { before, after }, database, { signal })
        : undefined;
    const summary: CountedStep = {
      index,
      rowsBefore,
      rowsAfter,
      ...columnChanges(before, after),
      ...(cellsChanged === undefined ? {} : { cellsChanged }),
      ...(fitted.fit === undefined || fitted.fit.rows === 0 ? {} : { fittedOnRows: fitted.fit.rows }),
      step: fitted.step,
      issues,
    };
    issues = [];
    done.push(summary);
    options.onStep?.({ summary, before, after });
    [before, rowsBefore] = [after, rowsAfter];
    return after;
  };
  const split = async (relation: Relation): Promise<Relation> => {
    const parted = await splitRelation(relation, job.split ?? defaultSplit(job.target), job.target, {
      ...context,
      lineOf: job.lineOf,
    });
    const dropped = await countWithoutTarget(relation, job.target, context);
    if (dropped > 0) issues.push(targetMissing(job.target?.column ?? '', dropped));
    [before, rowsBefore] = [parted, await countRows(parted, context)];
    return parted;
  };
  const needsSplit = options.alwaysSplit === true || splitPosition(steps) < steps.length;
  try {
    const run = await fitRecipeSteps(steps, job.base, {
      ...context,
      onStep,
      ...(needsSplit ? { split } : {}),
    });
    return { relation: run.relation, rows: rowsBefore, steps: done, fitted: run.steps, issues };
  } catch (error) {
    throw atStep(error, enabled[done.length]);
  }
}

function columnChanges(
  before: Relation,
  after: Relation,
): Pick<StepSummary, 'columnsAdded' | 'columnsRemoved'> {
  const [old, now] = [before, after].map(({ columns }) => new Set(columns.map(({ name }) => name)));
  return {
    columnsAdded: [...(now ?? [])].filter((name) => old?.has(name) !== true),
    columnsRemoved: [...(old ?? [])].filter((name) => now?.has(name) !== true),
  };
}

async function countWithoutTarget(
  relation: Relation,
  target: Target | undefined,
  context: StepContext,
): Promise<number> {
  if (target === undefined) return 0;
  const column = columnOf(relation, target.column);
  const value = target.task === 'regression' ? numberOf(column) : textOf(column);
  return countRows(filterRows(relation, `(${value}) IS NULL`), context);
}

function targetMissing(column: string, count: number): DataIssue {
  const message = l10n.t('Rows left out because the target "{0}" is missing: {1}.', column, count);
  return { severity: 'info', code: 'target.missing', message, column, count };
}

/** Says at which step it happened: the first one that was not done. SQL is only run when rows are asked for. */
function atStep(error: unknown, index: number | undefined): unknown {
  if (isCancelled(error) || index === undefined) return error;
  if (error instanceof BenchError) {
    if (typeof error.details['step'] === 'number') return error;
    return new BenchError(error.code, error.message, {
      details: { ...error.details, step: index },
      cause: error,
    });
  }
  return new BenchError(
    'recipe.failed',
    l10n.t('Recipe step {0} cannot be done: {1}', index + 1, firstLine(toErrorData(error).message)),
    { details: { step: index }, cause: error },
  );
}

/** DuckDB shows the query behind it. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
