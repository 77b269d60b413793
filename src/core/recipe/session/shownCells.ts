// Owns cells as a person sees them: the text that is shown and exported, and pages of a relation. Never changes a row.
import type { TableColumn, TablePage } from '../../../shared/schema/recipeResult';
import type { CsvSource } from '../../data/csvSource';
import type { Database, QueryOptions } from '../../data/database';
import { numberTextSql, PART_CODES, type Relation, type RelationColumn } from '../../data/relation';

/** DuckDB plans a query in the square of its expressions. */
export const COLUMNS_PER_QUERY = 32;

/** The cell as it is shown and exported: a text as it is, spaces included; NULL is missing. */
export function shownSql({ id, kind }: RelationColumn): string {
  switch (kind) {
    case 'text':
      return id;
    case 'number':
      return numberTextSql(id);
    case 'datetime':
      return `CASE WHEN epoch_us(${id}) % 1000000 = 0 THEN strftime(${id}, '%Y-%m-%dT%H:%M:%S')
        ELSE strftime(${id}, '%Y-%m-%dT%H:%M:%S.%f') END`;
  }
}

export function tableColumns({ columns }: Pick<Relation, 'columns'>): TableColumn[] {
  return columns.map(({ name, kind }) => ({ name, kind }));
}

/** Where the rows of a file are asked for. */
export type RowSource = Pick<CsvSource, 'columns' | 'relation'>;

/**
 * The rows of a file that `clause` leaves, as texts: no query is wider than can be planned.
 * @param clause SQL behind FROM; its ORDER BY and LIMIT make the same rows for every group of columns
 * @param database another line to the source's tables, or the source's own
 */
export async function readSourcePage(
  source: RowSource,
  clause: string,
  database: Database,
  options: QueryOptions = {},
): Promise<TablePage> {
  const names = source.columns();
  let page: TablePage | undefined;
  for (let first = 0; first === 0 || first < names.length; first += COLUMNS_PER_QUERY) {
    const columns = names.slice(first, first + COLUMNS_PER_QUERY);
    const { relation } = await source.relation({ columns, signal: options.signal });
    const part = await readPage(relation, clause, database, options);
    if (page === undefined) page = part;
    else {
      page.columns.push(...part.columns);
      for (const [row, cells] of part.rows.entries()) page.rows[row]?.push(...cells);
    }
  }
  return page ?? { columns: [], rows: [], sourceRows: [] };
}

/** Rows of the file. */
export async function countSourceRows(
  source: RowSource,
  database: Database,
  options: QueryOptions = {},
): Promise<number> {
  const { relation } = await source.relation({ columns: [], signal: options.signal });
  const [row] = await database.rows(`SELECT count(*) FROM ${relation.from}`, options);
  return Number(row?.[0] ?? 0);
}

/** The columns in groups that one query can plan; one empty group where there is none. */
export function columnGroups(columns: readonly RelationColumn[]): (readonly RelationColumn[])[] {
  const groups: (readonly RelationColumn[])[] = [];
  for (let first = 0; first === 0 || first < columns.length; first += COLUMNS_PER_QUERY) {
    groups.push(columns.slice(first, first + COLUMNS_PER_QUERY));
  }
  return groups;
}

const PART_NAMES = new Map(
  (['train', 'validation', 'test'] as const).map((name) => [PART_CODES[name] as number, name]),
);

/**
 * The rows that `clause` leaves, as texts.
 * @param clause SQL behind FROM; its ORDER BY and LIMIT make the same rows for every group of columns
 */
export async function readPage(
  relation: Relation,
  clause: string,
  database: Database,
  options: QueryOptions = {},
): Promise<TablePage> {
  const hidden = relation.isSplit ? ['rid', 'part'] : ['rid'];
  const sourceRows: number[] = [];
  const parts: NonNullable<TablePage['parts']> = [];
  const rows: (string | null)[][] = [];
  for (const [index, group] of columnGroups(relation.columns).entries()) {
    const found = await database.rows(
      `SELECT ${[...hidden, ...group.map(shownSql)].join(', ')} FROM ${relation.from} ${clause}`,
      options,
    );
    for (const [row, cells] of found.entries()) {
      if (index === 0) {
        rows.push([]);
        sourceRows.push(Number(cells[0]));
        if (relation.isSplit) parts.push(PART_NAMES.get(Number(cells[1])) ?? 'train');
      }
      for (const cell of cells.slice(hidden.length)) {
        rows[row]?.push(cell === null ? null : String(cell));
      }
    }
  }
  return {
    columns: tableColumns(relation),
    rows,
    sourceRows,
    ...(relation.isSplit ? { parts } : {}),
  };
}
