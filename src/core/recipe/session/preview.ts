// Owns the preview of a recipe: its steps on a sample, what each did, and the rows before and after one of them. A step
// that cannot be run is told, never thrown, with all that came before it.
import { isCancelled } from '../../../shared/abort';
import { BenchError } from '../../../shared/errors';
import type { Split, Target } from '../../../shared/schema/experiment';
import type { RecipePreview, StepSummary, TablePage } from '../../../shared/schema/recipeResult';
import type { RecipeStep, StepKind } from '../../../shared/schema/recipeSteps';
import { stepCatalogue } from '../../../shared/schema/stepCatalogue';
import type { Database, QueryOptions } from '../../data/database';
import { PART_CODES, type Relation } from '../../data/relation';
import { createWorkbench } from '../../data/workbench';
import { checkOrder } from '../pipeline';
import { changedRows } from './changedCells';
import { runSteps, type StepDone } from './runSteps';
import type { Sample } from './sample';
import { readPage, tableColumns } from './shownCells';

export interface PreviewRequest {
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
  /** Index of the step whose before and after are wanted; -1: the file as it is. */
  readonly show: number;
  /** Rows of each page. */
  readonly limit: number;
  readonly lineOf: (sourceRow: number) => Promise<number | undefined>;
  readonly signal?: AbortSignal | undefined;
}

/** Nothing of it stays in the sample's database. */
export async function previewRecipe(sample: Sample, request: PreviewRequest): Promise<RecipePreview> {
  const { database, relation: base } = sample;
  const { signal } = request;
  const { runnable, ...order } = inOrder(request.steps);
  let { failed } = order;
  const done: StepDone[] = [];
  const workbench = createWorkbench(database);
  try {
    try {
      await runSteps(
        { ...request, steps: runnable, base, database, workbench },
        { countCells: true, materialise: true, onStep: (step) => done.push(step) },
      );
    } catch (error) {
      failed = failureOf(error);
    }
    const shown = done.filter(({ summary }) => summary.index <= request.show).at(-1);
    const isShown = shown?.summary.index === request.show;
    const last = shown?.after ?? base;
    const pages = isShown
      ? await pagesOf(shown, request.limit, database, { signal })
      : await samePage(last, request.limit, database, { signal });
    return {
      sampleRows: sample.rows,
      ...(sample.fileRows === undefined ? {} : { fileRows: sample.fileRows }),
      isWhole: sample.isWhole,
      steps: done.map(({ summary }): StepSummary => ({ cellsChanged: 0, ...summary })),
      ...(failed === undefined ? {} : { failed }),
      ...pages,
      columns: tableColumns(done.at(-1)?.after ?? base),
    };
  } finally {
    workbench.dispose();
  }
}

type Failed = NonNullable<RecipePreview['failed']>;

/** The steps up to the first that stands where it must not. */
function inOrder(steps: readonly RecipeStep[]): { runnable: readonly RecipeStep[]; failed?: Failed } {
  try {
    checkOrder(steps);
    return { runnable: steps };
  } catch (error) {
    const failed = failureOf(error);
    return { runnable: steps.slice(0, failed.index), failed };
  }
}

function failureOf(error: unknown): Failed {
  if (isCancelled(error) || !(error instanceof BenchError)) throw error;
  const index = error.details['step'];
  if (typeof index !== 'number') throw error;
  // The number and kind of the step stand beside it.
  return { index, message: error.cause instanceof BenchError ? error.cause.message : error.message };
}

interface Pages {
  readonly before: TablePage;
  readonly after: TablePage;
}

async function samePage(
  relation: Relation,
  limit: number,
  database: Database,
  options: QueryOptions,
): Promise<Pages> {
  const page = await readPage(relation, `ORDER BY ord LIMIT ${limit}`, database, options);
  return { before: page, after: page };
}

const REORDERS: ReadonlySet<StepKind> = new Set(['sort', 'shuffle']);

/** The same source rows on both sides as far as they are there; made rows behind. */
async function pagesOf(
  { summary: { step }, before, after }: StepDone,
  limit: number,
  database: Database,
  options: QueryOptions,
): Promise<Pages> {
  const read = (relation: Relation, clause: string): Promise<TablePage> =>
    readPage(relation, clause, database, options);
  const first = `ORDER BY ord LIMIT ${limit}`;
  if (step.step === 'groupAggregate')
    return { before: await read(before, first), after: await read(after, first) };
  if (REORDERS.has(step.step)) {
    const page = await read(after, first);
    return { before: await read(before, ofRows(page.sourceRows)), after: page };
  }
  const rows = await rowsToShow({ step, before, after }, limit, database, options);
  const page = await read(before, ofRows(rows));
  if (stepCatalogue[step.step].placement !== 'trainOnly')
    return { before: page, after: await read(after, ofRows(rows)) };
  // Made rows stand behind all others.
  const made = `rid < 0 AND part = ${PART_CODES.train} AND ord > (SELECT coalesce(max(ord), -1) FROM ${before.from})`;
  return {
    before: page,
    after: await read(after, `WHERE (${inRows(rows)}) OR (${made}) ORDER BY ord LIMIT ${2 * limit}`),
  };
}

function inRows(rows: readonly number[]): string {
  return rows.length === 0 ? 'false' : `rid IN (${rows.join(', ')})`;
}

function ofRows(rows: readonly number[]): string {
  return `WHERE ${inRows(rows)} ORDER BY ord`;
}

/** The first rows; when the step does nothing to them, those to which it does something come first. */
async function rowsToShow(
  { step, before, after }: { step: RecipeStep; before: Relation; after: Relation },
  limit: number,
  database: Database,
  options: QueryOptions,
): Promise<number[]> {
  const found = await database.rows(
    `SELECT rid FROM ${before.from} WHERE rid >= 0 ORDER BY ord LIMIT ${limit}`,
    options,
  );
  const first = found.map(([rid]) => Number(rid));
  const changed = await changedRows(step, { before, after, limit }, database, options);
  if (changed.length === 0 || changed.some((row) => first.includes(row))) return first;
  return [...new Set([...changed, ...first])].slice(0, limit);
}
