// Owns bringing columns of a relation out of the database, as typed arrays and texts in the order of its rows.
import { BenchError } from '../../shared/errors';
import type { Database, QueryOptions } from './database';
import { isMissingNumber } from './missing';
import { bytes, doubles, integers } from './numberBuffer';
import { columnOf, numberOf, textOf, type Relation, type RelationColumn } from './relation';
import type { Table, TableColumn } from './table';

/** number: NaN is missing. text: trimmed, null is missing. */
export interface ColumnRequest {
  readonly name: string;
  readonly as: 'number' | 'text';
}

/** Cells of a text column read as number that hold something else; they are NaN in the table. */
export interface BadCells {
  readonly count: number;
  /** Source row of the first one; -1 in a row that a step made. */
  readonly firstRow: number;
  readonly firstText: string;
}

export interface RelationTable extends Table {
  /** `part` of each row; empty where the relation is not split. */
  readonly parts: Uint8Array;
  /** Only columns that have such cells. */
  readonly badCells: ReadonlyMap<string, BadCells>;
}

/** DuckDB plans a query in the square of its expressions: 400 columns took 19 s, 5,000 never ended. */
const COLUMNS_PER_QUERY = 32;

/**
 * One pass over the relation for every 32 columns: write it down first when it is more than a table.
 * @throws BenchError 'recipe.unknownColumn'
 */
export async function readRelation(
  relation: Relation,
  requests: readonly ColumnRequest[],
  database: Database,
  options: QueryOptions = {},
): Promise<RelationTable> {
  const rows = integers();
  const parts = bytes();
  const hidden = relation.isSplit ? ['rid::INTEGER', 'part::INTEGER'] : ['rid::INTEGER'];
  const readers = requests.map(({ name, as }) => {
    const column = columnOf(relation, name);
    return as === 'number' ? new NumberReader(column) : new TextReader(column);
  });
  for (let first = 0; first === 0 || first < readers.length; first += COLUMNS_PER_QUERY) {
    const group = readers.slice(first, first + COLUMNS_PER_QUERY);
    const sql = [...(first === 0 ? hidden : []), ...group.flatMap((reader) => reader.sql)].join(', ');
    let row = 0;
    await database.stream(
      `SELECT ${sql} FROM ${relation.from}`,
      (chunk) => {
        let at = 0;
        if (first === 0) {
          rows.append(chunk.getColumnValues(at++), -1);
          if (relation.isSplit) parts.append(chunk.getColumnValues(at++), 0);
        }
        for (const reader of group) {
          reader.append(
            reader.sql.map((_, offset) => chunk.getColumnValues(at + offset)),
            row,
          );
          at += reader.sql.length;
        }
        row += chunk.rowCount;
      },
      options,
    );
  }
  const sourceRows = rows.values();
  const badCells = new Map<string, BadCells>();
  for (const reader of readers) {
    if (reader.bad === undefined) continue;
    badCells.set(reader.column.name, { ...reader.bad, firstRow: sourceRows[reader.bad.firstRow] ?? -1 });
  }
  return {
    rows: sourceRows.length,
    columns: new Map(readers.map((reader) => [reader.column.name, reader.values(sourceRows.length)])),
    sourceRows,
    parts: parts.values(),
    badCells,
  };
}

/** Collects one column, chunk by chunk. */
interface ColumnReader {
  readonly column: RelationColumn;
  readonly sql: readonly string[];
  /** `firstRow` counts the rows of the relation. */
  readonly bad: BadCells | undefined;
  append(values: readonly (readonly unknown[])[], firstRow: number): void;
  /** @param rows how many there must be */
  values(rows: number): TableColumn;
}

function checkLength(column: RelationColumn, length: number, rows: number): void {
  if (length !== rows)
    throw new BenchError('internal.rows', `"${column.name}" gave ${length} of ${rows} rows`);
}

class NumberReader implements ColumnReader {
  readonly sql: readonly string[];
  bad: BadCells | undefined;
  private readonly numbers = doubles();

  constructor(readonly column: RelationColumn) {
    const number = numberOf(column);
    // What is no number comes as text and is judged here: hundreds of IN lists in one query take seconds to plan.
    this.sql =
      column.kind === 'text'
        ? [number, `CASE WHEN (${number}) IS NULL THEN ${textOf(column)} END`]
        : [number];
  }

  append([numbers = [], others = []]: readonly (readonly unknown[])[], firstRow: number): void {
    this.numbers.append(numbers, NaN);
    for (const [offset, text] of others.entries()) {
      if (typeof text !== 'string' || isMissingNumber(text)) continue;
      this.bad = {
        count: (this.bad?.count ?? 0) + 1,
        firstRow: this.bad?.firstRow ?? firstRow + offset,
        firstText: this.bad?.firstText ?? text,
      };
    }
  }

  values(rows: number): TableColumn {
    checkLength(this.column, this.numbers.count, rows);
    return { kind: 'number', name: this.column.name, values: this.numbers.values() };
  }
}

class TextReader implements ColumnReader {
  readonly sql: readonly string[];
  readonly bad = undefined;
  private readonly texts: (string | null)[] = [];

  constructor(readonly column: RelationColumn) {
    this.sql = [textOf(column)];
  }

  append([texts = []]: readonly (readonly unknown[])[]): void {
    for (const value of texts) this.texts.push(typeof value === 'string' ? value : null);
  }

  values(rows: number): TableColumn {
    checkLength(this.column, this.texts.length, rows);
    return { kind: 'text', name: this.column.name, values: this.texts };
  }
}
