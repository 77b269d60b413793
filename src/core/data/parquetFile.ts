// Owns reading Parquet: names as they are in the file, cells as one would write them.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isCancelled } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import { cellColumn } from './cells';
import { sqlPath, type Database, type QueryOptions } from './database';
import { numberTextSql } from './relation';

export interface ParquetFile {
  /** In file order, as they are there. */
  readonly names: readonly string[];
  readonly rows: number;
  /** SQL that gives c0, c1, ... as text. */
  readonly cells: string;
}

/** @throws BenchError 'data.notParquet' */
export async function openParquet(
  path: string,
  database: Database,
  options: QueryOptions = {},
): Promise<ParquetFile> {
  try {
    return await readMetadata(path, database, options);
  } catch (cause) {
    if (isCancelled(cause)) throw cause;
    throw new BenchError(
      'data.notParquet',
      l10n.t(
        '"{0}" cannot be read as Parquet: {1} Get the file again, or choose its format.',
        basename(path),
        cause instanceof Error ? firstSentence(cause.message) : String(cause),
      ),
      { details: { path }, cause },
    );
  }
}

function firstSentence(message: string): string {
  const [line = ''] = message.split('\n', 1);
  return line.endsWith('.') ? line : `${line}.`;
}

async function readMetadata(path: string, database: Database, options: QueryOptions): Promise<ParquetFile> {
  const file = sqlPath(path);
  const scan = `read_parquet(${file}, binary_as_string = true, hive_partitioning = false)`;
  const described = await database.rows(`DESCRIBE SELECT * FROM ${scan}`, options);
  const schema = await database.rows(`SELECT name, num_children FROM parquet_schema(${file})`, options);
  const [counted] = await database.rows(`SELECT sum(num_rows) FROM parquet_file_metadata(${file})`, options);
  const types = described.map(([, type]) => String(type));
  const ids = types.map((_, index) => `p${index}`);
  const cells = types.map((type, index) => `${cellText(`p${index}`, type)} AS ${cellColumn(index)}`);
  return {
    // DuckDB calls the second of "A" and "a" otherwise.
    names: topLevelNames(schema.map(([name, children]) => [String(name), Number(children ?? 0)])),
    rows: Number(counted?.[0] ?? 0),
    // Names of columns never become identifiers: a list behind the table gives them others by place.
    cells: `SELECT ${cells.join(', ')} FROM ${scan} AS parquet(${ids.join(', ')})`,
  };
}

/** The schema is a tree written depth first; the first node is the root. */
function topLevelNames(nodes: readonly (readonly [name: string, children: number])[]): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = nodes[at++]?.[1] ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  while (at < nodes.length) {
    names.push(nodes[at]?.[0] ?? '');
    skip();
  }
  return names;
}

/** Numbers as JavaScript writes them, times in UTC, nested values as JSON; no NUL in texts. */
function cellText(id: string, type: string): string {
  if (/\[|^(STRUCT|MAP|UNION)\b/.test(type)) return `to_json(${id})::VARCHAR`;
  switch (type) {
    case 'VARCHAR':
      return `replace(${id}, chr(0), '')`;
    case 'DOUBLE':
    case 'FLOAT':
      return numberTextSql(id);
    case 'TIMESTAMP WITH TIME ZONE':
      return `(${id} AT TIME ZONE 'UTC')::VARCHAR || '+00'`;
    default:
      return `${id}::VARCHAR`;
  }
}
