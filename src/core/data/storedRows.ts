// Owns the rows of a large file on disk: a temporary Parquet file behind a view, which takes no memory until it is asked,
// and then what the question needs. Only its owner may read it; it goes with its owner, or as plain copies do.
import { open } from 'node:fs/promises';
import type { Disposable } from '../../shared/disposable';
import { sqlPath, sqlText, type Database, type QueryOptions } from './database';
import { copyPath, removeCopy } from './tempPaths';

/** Files from this size on are kept on disk. */
export const LARGE_BYTES = 64 << 20;
/** A row group of more columns than this would be as large as a table. */
export const MAX_STORED_COLUMNS = 500;

export interface StoredRows extends Disposable {
  readonly rows: number;
  /** Asks the rows otherwise: by other expressions for some columns. */
  replaceView(replaced: readonly string[], options?: QueryOptions): Promise<void>;
}

export interface StoreOptions extends QueryOptions {
  /** What the rows are asked by. It has the columns of the select. */
  readonly view: string;
  /** Further columns of the view that give the number of the row, from 0; `rowid` is one already, as of a table. */
  readonly numbered?: readonly string[] | undefined;
  readonly columns: number;
}

/** Cells that a row group holds at most: it is in memory while it is written, once for each thread. */
const GROUP_CELLS = 2_000_000;

/** Rows keep their order. */
export async function storeRows(
  select: string,
  database: Database,
  { view, numbered = [], columns, ...options }: StoreOptions,
): Promise<StoredRows> {
  const path = await copyPath();
  try {
    await (await open(path, 'w', 0o600)).close();
    const groupRows = Math.min(61_440, Math.max(8192, Math.floor(GROUP_CELLS / Math.max(1, columns))));
    // A dictionary of nearly as many texts as rows is dropped in the end, after most of the time.
    const [counted] = await database.rows(
      `COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 2000,
        ROW_GROUP_SIZE ${groupRows}, USE_TMP_FILE false)`,
      options,
    );
    const numbers = ['rowid', ...numbered].map((id) => `file_row_number AS ${id}`);
    const replaceView: StoredRows['replaceView'] = async (replaced, query) => {
      const cells = replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`;
      await database.rows(
        `CREATE OR REPLACE VIEW ${view} AS SELECT ${numbers.join(', ')}, * EXCLUDE (file_row_number)${cells}
          FROM read_parquet(${sqlPath(path)}, file_row_number = true)`,
        query,
      );
    };
    await replaceView([], options);
    return { rows: Number(counted?.[0] ?? 0), replaceView, dispose: () => removeCopy(path) };
  } catch (error) {
    removeCopy(path);
    throw error;
  }
}
