// Owns the profile of a table: each of its columns in turn, or two at once where that pays. Knows no type and no figure.
import { throwIfAborted } from '../../shared/abort';
import type { DatasetProfile } from '../../shared/schema/profile';
import { cellColumn } from './cells';
import type { CsvFile } from './csvFile';
import type { Database, QueryOptions } from './database';
import { parseColumn, type ColumnContext, type ColumnRef, type LineOf, type Profiled } from './profileCells';
import { profileColumn, profileValues } from './profileColumn';
import type { ValueRows } from './rowLoader';

export interface ProfileOptions extends QueryOptions {
  /** Rows of a large file, in place of the table `cells`. */
  readonly values?: Pick<ValueRows, 'view' | 'numbers' | 'trimmed'> | undefined;
}

/** Profiles the table `cells`. */
export async function profileTable(
  file: CsvFile,
  database: Database,
  lineOf: LineOf,
  { values, ...options }: ProfileOptions,
): Promise<DatasetProfile> {
  const { onProgress, signal } = options;
  const [counted] = await database.rows(`SELECT count(*) FROM ${values?.view ?? 'cells'}`, { signal });
  const rows = Number(counted?.[0] ?? 0);
  const found = new Array<Profiled>(file.columns.length);
  const refs = file.columns.map((name, index): ColumnRef => ({ name, index, rows, cells: file.cells }));
  let done = 0;
  const near = nearTables(refs.length);
  const profileOne = async (column: ColumnRef, line: Database, scratch: string): Promise<void> => {
    throwIfAborted(signal);
    const context = { database: line, scratch, lineOf, signal };
    found[column.index] =
      values === undefined
        ? await profileColumn(await parseColumn(column, await near(column, context), context), line, lineOf, {
            signal,
          })
        : await profileValues(column, values, context);
    onProgress?.(++done / file.columns.length);
  };
  if (values === undefined && refs.length <= FEW_COLUMNS) {
    for (const column of refs) await profileOne(column, database, CELLS);
  } else {
    await inLanes(refs, database, profileOne);
  }
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    modifiedMs: file.modifiedMs,
    dialect: file.dialect,
    rows,
    columns: found.map(({ profile }) => profile),
    issues: found.flatMap(({ issues }) => issues),
  };
}

const CELLS = 'current_column';

/** From so many columns on, looking one up among them takes longer than the rest. */
const MANY_COLUMNS = 400;
const NEAR_COLUMNS = 100;

/** Where a column of `cells` is read from: of a very wide table, a copy of it and its neighbours, one for each lane. */
function nearTables(columns: number): (column: ColumnRef, context: ColumnContext) => Promise<string> {
  const copied = new Map<string, number>();
  return async ({ index }, { database, scratch, signal }) => {
    if (columns <= MANY_COLUMNS) return 'cells';
    const first = index - (index % NEAR_COLUMNS);
    const table = `${scratch}_near`;
    if (copied.get(scratch) !== first) {
      const count = Math.min(NEAR_COLUMNS, columns - first);
      const ids = Array.from({ length: count }, (_, i) => cellColumn(first + i));
      await database.rows(`CREATE OR REPLACE TABLE ${table} AS SELECT ${ids.join(', ')} FROM cells`, {
        signal,
      });
      copied.set(scratch, first);
    }
    return table;
  };
}

/** Planning, and much of a quantile, is the work of one thread: two columns at once keep two busy. */
const LANES = 2;
/** So many of a small file are done before another line would be worth its start. */
const FEW_COLUMNS = 32;

/** Each column once, a few at a time, each lane over a line and with a table of its own. */
async function inLanes(
  columns: readonly ColumnRef[],
  database: Database,
  work: (column: ColumnRef, line: Database, scratch: string) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (line: Database, scratch: string): Promise<void> => {
    try {
      for (let column = columns[next++]; column !== undefined; column = columns[next++]) {
        await work(column, line, scratch);
      }
    } catch (error) {
      next = columns.length;
      throw error;
    }
  };
  const others = await Promise.all(Array.from({ length: LANES - 1 }, () => database.another()));
  try {
    const lanes = [database, ...others].map((line, index) => lane(line, `${CELLS}_${index}`));
    const failed = (await Promise.allSettled(lanes)).find((ended) => ended.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    for (const line of others) line.dispose();
  }
}
