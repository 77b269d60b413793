// Owns the embedded DuckDB: loaded on first use (it is native, 30 ms), without network, extensions or files
// in the working directory. Knows nothing of CSV.
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import * as l10n from '@vscode/l10n';
import { CancelledError, throwIfAborted } from '../../shared/abort';
import type { Disposable } from '../../shared/disposable';
import { BenchError } from '../../shared/errors';
import { spillFolder } from './tempPaths';

export type SqlValue = DuckDBValue;

export interface Database extends Disposable {
  /** All rows of a small answer. */
  rows(sql: string, options?: QueryOptions): Promise<SqlValue[][]>;
  /**
   * Chunks of a large answer in order (2,048 rows each), one at a time in memory.
   * @throws what went wrong in the middle, after chunks were given
   */
  stream(sql: string, onChunk: (chunk: DuckDBDataChunk) => void, options?: QueryOptions): Promise<void>;
  /** A table of values computed here; all columns of equal length. */
  createTable(name: string, columns: readonly ValueColumn[], options?: QueryOptions): Promise<void>;
  /** Another line to the same tables: what is asked of it does not wait for what is asked of this one. */
  another(): Promise<Database>;
}

/** A column of values for a table: NaN and null become NULL. */
export type ValueColumn = { readonly id: string } & (
  | { readonly type: 'DOUBLE' | 'BIGINT' | 'UTINYINT'; readonly values: ArrayLike<number> }
  | { readonly type: 'VARCHAR'; readonly values: readonly (string | null)[] }
);

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1, about five times a second; only for long queries. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export function sqlText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  // DuckDB would take a NUL for the end of the statement.
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

/** A path for DuckDB's readers, which take it for a pattern: `a[1].csv` would read `a1.csv`. */
export function sqlPath(path: string): string {
  // A class of one character, since on Windows a backslash parts folders.
  return sqlText(path.replace(/[[*?]/g, '[$&]'));
}

/** An identifier, quoted: only for the names of a file that is written. In a query, columns are called c0, c1, ... */
export function sqlName(name: string): string {
  // DuckDB would take a NUL for the end of the statement.
  return `"${name.replaceAll('"', '""').replaceAll('\0', '\uFFFD')}"`;
}

export function sqlTexts(texts: readonly string[]): string {
  return texts.map(sqlText).join(', ');
}

const CHUNK_ROWS = 2048;
/** DuckDB's ResultReturnType.INVALID. */
const RESULT_INVALID = 0;

function cellsOf(column: ValueColumn, first: number, count: number): SqlValue[] {
  if (column.type === 'VARCHAR') return column.values.slice(first, first + count);
  const cells = new Array<SqlValue>(count);
  for (let i = 0; i < count; i++) {
    const value = column.values[first + i] ?? NaN;
    cells[i] = Number.isNaN(value) ? null : column.type === 'BIGINT' ? BigInt(value) : value;
  }
  return cells;
}

/**
 * How much tables and sorts may hold before they spill, so that a file of any size leaves the machine to others: a thread
 * needs some tens of MB for its part.
 */
function memoryLimit(): string {
  return `${Math.max(384, 64 * availableParallelism())}MiB`;
}

/** Some work, such as lists of all values of a column, cannot spill: it is given what DuckDB takes by itself. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Out of Memory Error');
}

/** A fresh in-memory database. Tables larger than its memory spill to a private temporary folder. */
export async function openDatabase(): Promise<Database> {
  const {
    BIGINT,
    DOUBLE,
    DuckDBDataChunk: Chunk,
    DuckDBInstance: Instance,
    UTINYINT,
    VARCHAR,
  } = await import('@duckdb/node-api');
  const types = { DOUBLE, BIGINT, UTINYINT, VARCHAR };
  const instance: DuckDBInstance = await Instance.create(':memory:', {
    // Made by DuckDB only when it must spill, removed by it on close. The default is .tmp in the working directory.
    temp_directory: join(await spillFolder(), randomUUID()),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  let lines = 0;
  let maxMemory: string | undefined;
  const usualMemory = memoryLimit();
  const connect = async (): Promise<Database> => {
    const connection = await instance.connect();
    lines++;
    // As DuckDB finds it, also in a container. (RESET would not bring it back.)
    if (maxMemory === undefined) {
      maxMemory = await settingOf(connection, 'memory_limit');
      // Once: of all lines. It cannot be lowered below what is in use.
      await connection.run(`SET memory_limit = '${usualMemory}'`);
    }
    return databaseOn(connection, {
      types,
      Chunk,
      connect,
      memoryLimit: usualMemory,
      maxMemory,
      onClosed: () => {
        if (--lines === 0) instance.closeSync();
      },
    });
  };
  return connect();
}

async function settingOf(connection: DuckDBConnection, name: string): Promise<string> {
  const found = await connection.runAndReadAll(`SELECT current_setting('${name}')`);
  return String(found.getRows()[0]?.[0]);
}

interface Line {
  readonly memoryLimit: string;
  readonly maxMemory: string;
  readonly types: Readonly<Record<ValueColumn['type'], DuckDBType>>;
  readonly Chunk: typeof DuckDBDataChunk;
  readonly connect: () => Promise<Database>;
  readonly onClosed: () => void;
}

async function databaseOn(
  connection: DuckDBConnection,
  { types, Chunk, connect, onClosed, memoryLimit: usualMemory, maxMemory }: Line,
): Promise<Database> {
  await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false');

  // One statement at a time: an interrupt must hit the statement it is meant for.
  let tail: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const inTurn = <T>(work: () => Promise<T>, { signal, onProgress }: QueryOptions): Promise<T> => {
    const turn = async (): Promise<T> => {
      throwIfAborted(signal);
      if (isClosed) throw new CancelledError();
      const interrupt = (): void => connection.interrupt();
      signal?.addEventListener('abort', interrupt, { once: true });
      const timer =
        onProgress === undefined
          ? undefined
          : setInterval(() => onProgress(Math.max(0, connection.progress.percentage) / 100), 200);
      try {
        return await work();
      } catch (error) {
        if (signal?.aborted === true) throw new CancelledError();
        throw error;
      } finally {
        clearInterval(timer);
        signal?.removeEventListener('abort', interrupt);
      }
    };
    const result = tail.then(turn, turn);
    tail = result.catch(() => undefined);
    return result;
  };

  const withMoreMemory = async <T>(work: () => Promise<T>, mayRepeat: () => boolean): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error) || !mayRepeat()) throw error;
      await connection.run(`SET memory_limit = '${maxMemory}'`);
      try {
        return await work();
      } finally {
        // Where more is in use than that, it stays as it is.
        await connection.run(`SET memory_limit = '${usualMemory}'`).catch(() => undefined);
      }
    }
  };
  const streamChunks = async (
    sql: string,
    onChunk: (chunk: DuckDBDataChunk) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      throwIfAborted(signal);
      if (chunk === null || chunk.rowCount === 0) break;
      onChunk(chunk);
    }
    // A query that fails in the middle ends like one that is done, but for this.
    const type: number = result.returnType;
    if (type !== RESULT_INVALID) return;
    await connection.run(sql);
    throw new BenchError(
      'io.query',
      l10n.t('The rows could not be read to their end: memory or disk may be full. Make room and try again.'),
    );
  };

  return {
    rows: (sql, options = {}) =>
      inTurn(
        () =>
          withMoreMemory(
            async () => (await connection.runAndReadAll(sql)).getRows(),
            () => true,
          ),
        options,
      ),
    stream: (sql, onChunk, options = {}) =>
      inTurn(async () => {
        let isStarted = false;
        const take = (chunk: DuckDBDataChunk): void => {
          isStarted = true;
          onChunk(chunk);
        };
        await withMoreMemory(
          () => streamChunks(sql, take, options.signal),
          () => !isStarted,
        );
      }, options),
    createTable: (name, columns, options = {}) =>
      inTurn(async () => {
        await connection.run(
          `CREATE TABLE ${name} (${columns.map(({ id, type }) => `${id} ${type}`).join(', ')})`,
        );
        const appender = await connection.createAppender(name);
        const rows = columns[0]?.values.length ?? 0;
        const chunk = Chunk.create(columns.map(({ type }) => types[type]));
        for (let first = 0; first < rows; first += CHUNK_ROWS) {
          throwIfAborted(options.signal);
          const count = Math.min(CHUNK_ROWS, rows - first);
          chunk.reset();
          chunk.rowCount = count;
          for (const [index, column] of columns.entries()) {
            chunk.setColumnValues(index, cellsOf(column, first, count));
          }
          appender.appendDataChunk(chunk);
        }
        appender.closeSync();
      }, options),
    another: connect,
    dispose: () => {
      if (isClosed) return;
      isClosed = true;
      void tail.then(() => {
        connection.closeSync();
        onClosed();
      });
    },
  };
}
