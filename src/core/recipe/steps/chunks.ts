// Owns work in JavaScript on rows that need not fit into memory: read in chunks, written in chunks, in order.
import { throwIfAborted } from '../../../shared/abort';
import { countRows } from '../../data/countRows';
import type { ValueColumn } from '../../data/database';
import type { Relation } from '../../data/relation';
import type { StepContext } from './step';

/**
 * @param rows written down, in the order of its rows
 * @param selected SQL of the values wanted
 * @param take is given, chunk after chunk, the values of each, and the place of the first row
 */
export async function forEachChunk(
  rows: Relation,
  selected: readonly string[],
  chunkRows: number,
  context: StepContext,
  take: (values: readonly (readonly unknown[])[], first: number) => Promise<void> | void,
): Promise<void> {
  const { database, signal } = context;
  const count = await countRows(rows, context);
  for (let first = 0; first < count; first += chunkRows) {
    throwIfAborted(signal);
    const values: unknown[][] = selected.map(() => []);
    // By rowid, which skips what lies before: 13 ms at the end of 10 M rows.
    await database.stream(
      `SELECT ${selected.join(', ')} FROM ${rows.from} WHERE rowid >= ${first} AND rowid < ${first + chunkRows}`,
      (chunk) => {
        for (const [i, cells] of values.entries())
          for (const cell of chunk.getColumnValues(i)) cells.push(cell);
      },
      { signal },
    );
    await take(values, first);
  }
}

/** A table that grows by chunks. */
export interface GrowingTable {
  readonly name: string;
  append(columns: readonly ValueColumn[]): Promise<void>;
}

interface GrowingColumn {
  readonly id: string;
  /** SQL type. */
  readonly type: string;
}

/** Chunks may come as other types, which are cast: lists as texts, for one. */
export async function growingTable(
  columns: readonly GrowingColumn[],
  { database, workbench, signal }: StepContext,
): Promise<GrowingTable> {
  const name = workbench.tableName();
  await database.rows(`CREATE TABLE ${name} (${columns.map(({ id, type }) => `${id} ${type}`).join(', ')})`, {
    signal,
  });
  const cast = columns.map(({ id, type }) => `${id}::${type}`).join(', ');
  return {
    name,
    async append(chunk) {
      const next = workbench.tableName();
      await database.createTable(next, chunk, { signal });
      await database.rows(`INSERT INTO ${name} SELECT ${cast} FROM ${next}`, { signal });
      await database.rows(`DROP TABLE ${next}`);
    },
  };
}
