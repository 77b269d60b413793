// Owns the few rows that a recipe is previewed on, in a small database of their own: a preview must answer while the
// file's own database is at work for seconds. Rows are chosen by their number and a seed, and keep the file's order.
import type { Disposable } from '../../../shared/disposable';
import { randomStream } from '../../../shared/random';
import type { Preview } from '../../../shared/schema/profile';
import type { NumberFormat } from '../../data/cells';
import { openDatabase, type Database, type QueryOptions, type ValueColumn } from '../../data/database';
import type { Relation, RelationColumn } from '../../data/relation';
import { COLUMNS_PER_QUERY, countSourceRows, type RowSource } from './shownCells';

export interface Sample extends Disposable {
  readonly database: Database;
  readonly relation: Relation;
  readonly rows: number;
  /** Absent while the file is not read to its end. */
  readonly fileRows?: number | undefined;
  readonly isWhole: boolean;
}

/** A sample of more cells would not be previewed at once. */
const MAX_CELLS = 2_000_000;
const MIN_ROWS = 50;

/** How many rows a sample of so many columns has at most. */
export function sampleSize(wanted: number, columns: number): number {
  return Math.min(wanted, Math.max(MIN_ROWS, Math.floor(MAX_CELLS / Math.max(1, columns))));
}

/** `count` of the row numbers below `rows`, ascending; the same for the same seed. */
export function sampleRowNumbers(rows: number, count: number, seed: number): number[] {
  if (count >= rows) return Array.from({ length: rows }, (_, row) => row);
  const stream = randomStream(seed, 'preview');
  const chosen = new Set<number>();
  // Floyd's algorithm: as many draws as rows are wanted.
  for (let last = rows - count; last < rows; last++) {
    const row = stream.nextInt(last + 1);
    chosen.add(chosen.has(row) ? last : row);
  }
  return [...chosen].sort((a, b) => a - b);
}

export interface SampleOptions extends QueryOptions {
  readonly rows: number;
  readonly seed: number;
}

/** @param database another line to the source's tables, or the source's own */
export async function sampleSource(
  source: RowSource,
  database: Database,
  { rows, seed, signal }: SampleOptions,
): Promise<Sample> {
  const names = source.columns();
  const fileRows = await countSourceRows(source, database, { signal });
  const size = sampleSize(rows, names.length);
  const isWhole = size >= fileRows;
  const numbers = sampleRowNumbers(fileRows, size, seed);
  const clause = isWhole ? 'ORDER BY ord' : `WHERE rid IN (${numbers.join(', ')}) ORDER BY ord`;
  const columns: RelationColumn[] = [];
  const values: ValueColumn[] = [];
  for (let first = 0; first < names.length; first += COLUMNS_PER_QUERY) {
    const group = names.slice(first, first + COLUMNS_PER_QUERY);
    const { relation } = await source.relation({ columns: group, signal });
    columns.push(...relation.columns);
    values.push(...(await readColumns(relation.columns, `${relation.from} ${clause}`, database, { signal })));
  }
  const sample = await createSample(columns, values, numbers);
  return { ...sample, rows: numbers.length, fileRows, isWhole };
}

/** Of the first rows of a file that is still being read. */
export async function sampleHead(
  { columns, rows }: Pick<Preview, 'columns' | 'rows'>,
  numbers: NumberFormat | undefined,
): Promise<Sample> {
  const relationColumns = columns.map((name, index): RelationColumn => ({
    name,
    id: `c${index}`,
    kind: 'text',
    numbers,
  }));
  const values = relationColumns.map(({ id }, index): ValueColumn => ({
    id,
    type: 'VARCHAR',
    values: rows.map((row) => row[index] ?? null),
  }));
  const sample = await createSample(
    relationColumns,
    values,
    rows.map((_, row) => row),
  );
  return { ...sample, rows: rows.length, isWhole: false };
}

async function readColumns(
  columns: readonly RelationColumn[],
  clause: string,
  database: Database,
  options: QueryOptions,
): Promise<ValueColumn[]> {
  const cells = columns.map((): unknown[] => []);
  const selected = columns.map(({ id, kind }) => (kind === 'datetime' ? `epoch_us(${id})` : id));
  await database.stream(
    `SELECT ${['rid', ...selected].join(', ')} FROM ${clause}`,
    (chunk) => {
      for (const [index, values] of cells.entries()) {
        for (const value of chunk.getColumnValues(index + 1)) values.push(value);
      }
    },
    options,
  );
  return columns.map(({ id, kind }, index): ValueColumn => {
    const values = cells[index] ?? [];
    if (kind === 'text') {
      return { id, type: 'VARCHAR', values: values.map((v) => (typeof v === 'string' ? v : null)) };
    }
    const numbers = Float64Array.from(values, (v) =>
      typeof v === 'number' || typeof v === 'bigint' ? Number(v) : NaN,
    );
    return { id, type: kind === 'datetime' ? 'BIGINT' : 'DOUBLE', values: numbers };
  });
}

async function createSample(
  columns: readonly RelationColumn[],
  values: readonly ValueColumn[],
  rowNumbers: readonly number[],
): Promise<Pick<Sample, 'database' | 'relation' | 'dispose'>> {
  const database = await openDatabase();
  try {
    await database.createTable('sampled', [
      { id: 'rid', type: 'BIGINT', values: rowNumbers },
      { id: 'ord', type: 'BIGINT', values: rowNumbers },
      ...values,
    ]);
    // Times come over as microseconds.
    const times = columns.filter(({ kind }) => kind === 'datetime');
    const replaced = times.map(({ id }) => `make_timestamp(${id}) AS ${id}`).join(', ');
    const from = times.length === 0 ? 'sampled' : `(SELECT * REPLACE (${replaced}) FROM sampled)`;
    const nextId = 1 + Math.max(-1, ...columns.map(({ id }) => Number(id.slice(1))));
    return {
      database,
      relation: { from, columns, isSplit: false, nextId },
      dispose: () => database.dispose(),
    };
  } catch (error) {
    database.dispose();
    throw error;
  }
}
