// Owns writing down what a recipe asks of the database while it runs: the tables it makes, as the SELECT that makes
// each. What was computed in JavaScript stands there as its values, where these are few. Knows nothing of steps.
import { sqlText, type Database, type ValueColumn } from '../../data/database';
import { doubleSql } from '../../data/scalarSql';

export interface RecordedTable {
  readonly name: string;
  /** Undefined: computed in JavaScript, and too much to be written down. */
  readonly select: string | undefined;
}

export interface Recorder {
  /** Works as the one it is made from. */
  readonly database: Database;
  /** In the order they were made. */
  readonly tables: ReadonlyMap<string, RecordedTable>;
  /** SQL of the value of each; undefined: too long to be written down. */
  readonly variables: ReadonlyMap<string, string | undefined>;
}

/** More values do not belong into a script that somebody reads. */
const MAX_VALUES = 20_000;
const MAX_CHARACTERS = 200_000;

export function recordTables(database: Database): Recorder {
  const tables = new Map<string, RecordedTable>();
  const variables = new Map<string, string | undefined>();
  const record = (sql: string): void => {
    const [, variable, value = ''] = /^SET VARIABLE (\w+) = ([\s\S]*)$/.exec(sql) ?? [];
    if (variable !== undefined) return void variables.set(variable, isShort(value) ? value : undefined);
    const [, made, select] = /^CREATE TABLE (\w+) AS ([\s\S]*)$/.exec(sql) ?? [];
    if (made !== undefined) return void tables.set(made, { name: made, select });
    const [, empty, columns] = /^CREATE TABLE (\w+) \(([\s\S]*)\)$/.exec(sql) ?? [];
    if (empty !== undefined) return void tables.set(empty, { name: empty, select: emptySql(columns ?? '') });
    const [, grown, more] = /^INSERT INTO (\w+) (SELECT [\s\S]*)$/.exec(sql) ?? [];
    const before = grown === undefined ? undefined : tables.get(grown)?.select;
    if (grown !== undefined && before !== undefined) {
      const longer = `${before} UNION ALL SELECT * FROM (${more ?? ''})`;
      // Behind what it has grown by.
      tables.delete(grown);
      return void tables.set(grown, { name: grown, select: isShort(longer) ? longer : undefined });
    }
    const [, changed] = /^(?:INSERT INTO|UPDATE|DELETE FROM|ALTER TABLE) (\w+)/.exec(sql) ?? [];
    if (changed !== undefined) tables.set(changed, { name: changed, select: undefined });
  };
  return {
    tables,
    variables,
    database: {
      ...database,
      async rows(sql, options) {
        const found = await database.rows(sql, options);
        record(sql);
        return found;
      },
      async createTable(name, columns, options) {
        await database.createTable(name, columns, options);
        tables.set(name, { name, select: valuesSql(columns) });
      },
    },
  };
}

function isShort(select: string): boolean {
  return select.length <= MAX_CHARACTERS;
}

/** @param columns identifiers and types, as in CREATE TABLE */
function emptySql(columns: string): string {
  const selected = columns.split(', ').map((column) => {
    const [id = '', ...type] = column.split(' ');
    return `NULL::${type.join(' ')} AS ${id}`;
  });
  return `SELECT ${selected.join(', ')} WHERE false`;
}

/** SELECT of the values, one row each, in their order; undefined where there are too many. */
function valuesSql(columns: readonly ValueColumn[]): string | undefined {
  const rows = columns[0]?.values.length ?? 0;
  if (rows * columns.length > MAX_VALUES) return undefined;
  const selected = columns.map((column) => `unnest(${listSql(column)}) AS ${column.id}`);
  const select = `SELECT ${selected.join(', ')}`;
  return isShort(select) ? select : undefined;
}

function listSql(column: ValueColumn): string {
  switch (column.type) {
    case 'VARCHAR':
      return `[${column.values.map((text) => (text === null ? 'NULL' : sqlText(text))).join(', ')}]::VARCHAR[]`;
    case 'UTINYINT': {
      const codes = Array.from(column.values);
      // Parts of the split and the like: a digit a row.
      return codes.every((code) => code >= 0 && code <= 9)
        ? `string_split('${codes.join('')}', '')::UTINYINT[]`
        : `[${codes.join(', ')}]::UTINYINT[]`;
    }
    case 'BIGINT':
    case 'DOUBLE': {
      const numbers = Array.from(column.values, (value) => (Number.isNaN(value) ? 'NULL' : doubleSql(value)));
      return `[${numbers.join(', ')}]::${column.type}[]`;
    }
  }
}
