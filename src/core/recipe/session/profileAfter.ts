// Owns the profile of a table after a recipe: what a config's features are guessed from. Of a sample where there are many
// rows, with counts as they would be in all.
import type { Split, Target } from '../../../shared/schema/experiment';
import type { DatasetProfile } from '../../../shared/schema/profile';
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import { cellColumn, PLAIN_CELLS } from '../../data/cells';
import type { CsvSource } from '../../data/csvSource';
import type { Database, QueryOptions } from '../../data/database';
import { profileTable } from '../../data/profile';
import { numberOf, numberTextSql, type Relation, type RelationColumn } from '../../data/relation';
import { createWorkbench } from '../../data/workbench';
import { runSteps } from './runSteps';
import { sampleSource, type Sample } from './sample';
import { shownSql } from './shownCells';

export interface ProfileAfterJob {
  readonly source: CsvSource;
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
}

const SAMPLE_ROWS = 100_000;
const SEED = 1;

/** @throws BenchError of the step that cannot be run */
export async function profileAfter(
  job: ProfileAfterJob,
  { signal }: QueryOptions = {},
): Promise<DatasetProfile> {
  const { source } = job;
  const { database, issues } = await source.relation({ columns: [], signal });
  const sample = await sampleSource(source, database, { rows: SAMPLE_ROWS, seed: SEED, signal });
  try {
    const profile = await profileSample(job, sample, { signal });
    if (sample.isWhole) return { ...profile, issues: [...issues, ...profile.issues] };
    // What is counted in a sample would be told as if it were all.
    return { ...scaled(profile, (sample.fileRows ?? sample.rows) / sample.rows), issues: [...issues] };
  } finally {
    sample.dispose();
  }
}

async function profileSample(
  { source, steps, split, target }: ProfileAfterJob,
  { database, relation: base }: Sample,
  { signal }: QueryOptions,
): Promise<DatasetProfile> {
  const workbench = createWorkbench(database);
  try {
    const lineOf = (row: number): Promise<number | undefined> => source.lineOf(row, { signal });
    const { relation } = await runSteps({ steps, split, target, base, database, workbench, lineOf, signal });
    await writeCells(relation, database, { signal });
    const columns = relation.columns.map(({ name }) => name);
    const lineOfCell = async (row: number): Promise<number | undefined> => {
      const [found] = await database.rows(`SELECT rid FROM cells WHERE rowid = ${row}`, { signal });
      const sourceRow = Number(found?.[0] ?? -1);
      return sourceRow < 0 ? undefined : lineOf(sourceRow);
    };
    return await profileTable({ ...source.file, columns, cells: PLAIN_CELLS }, database, lineOfCell, {
      signal,
    });
  } finally {
    workbench.dispose();
  }
}

/** The table as if it had been read from an exported file. */
async function writeCells(relation: Relation, database: Database, options: QueryOptions): Promise<void> {
  const cells = relation.columns.map((column, index) => `${cellText(column)} AS ${cellColumn(index)}`);
  await database.rows(
    `CREATE OR REPLACE TABLE cells AS SELECT ${['rid', ...cells].join(', ')} FROM ${relation.from}`,
    options,
  );
}

/** Numbers that a file writes in its own way are written plainly, as those that steps made. */
function cellText(column: RelationColumn): string {
  if (column.kind !== 'text' || column.numbers === undefined) return shownSql(column);
  const number = `(${numberOf(column)})`;
  return `coalesce(${numberTextSql(number)}, ${column.id})`;
}

function scaled(profile: DatasetProfile, factor: number): DatasetProfile {
  const times = (count: number): number => Math.round(count * factor);
  return {
    ...profile,
    rows: times(profile.rows),
    columns: profile.columns.map((column) => ({
      ...column,
      rows: times(column.rows),
      missing: times(column.missing),
      ...(column.topValues === undefined
        ? {}
        : { topValues: column.topValues.map(({ value, count }) => ({ value, count: times(count) })) }),
    })),
  };
}
