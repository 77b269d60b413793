// Owns the temporary tables of a recipe: relations written down, columns and rows computed in JavaScript. They lie in
// the database of the open file and are dropped together.
import type { Disposable } from '../../shared/disposable';
import type { Database, QueryOptions, ValueColumn } from './database';
import { doubleSql } from './scalarSql';
import { bytes, doubles } from './numberBuffer';
import {
  hiddenColumns,
  isSourceView,
  numberOf,
  PART_CODES,
  selectLive,
  textOf,
  type Relation,
  type RelationColumn,
} from './relation';

/** Values in the order of the rows: NaN or null is missing. A datetime is milliseconds since 1970. */
export type NewValues = { readonly name: string } & (
  | { readonly kind: 'number' | 'datetime'; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] }
);

export interface Workbench extends Disposable {
  /** Writes the rows down, so that what follows does not compute them again. The order of the rows stays. */
  materialise(relation: Relation, options?: QueryOptions): Promise<Relation>;
  /** The rows in another order. @param order SQL behind ORDER BY; end it with `ord` to be the same on every machine */
  reorder(relation: Relation, order: string, options?: QueryOptions): Promise<Relation>;
  /** One row of SQL per new row. @param select gives `rid`, `ord`, `part` where split, and the columns' ids */
  fromSelect(
    select: string,
    relation: Pick<Relation, 'columns' | 'isSplit' | 'nextId'>,
    options?: QueryOptions,
  ): Promise<Relation>;
  /** Columns computed here, in place of those of the same name, else behind the last one. One value a row. */
  withValues(relation: Relation, values: readonly NewValues[], options?: QueryOptions): Promise<Relation>;
  /** A part for each row. @param parts codes of PART_CODES, in the order of the rows */
  withParts(relation: Relation, parts: Uint8Array, options?: QueryOptions): Promise<Relation>;
  /** New train rows behind the others; `values` names every column of the relation. */
  appendTrainRows(
    relation: Relation,
    values: readonly NewValues[],
    options?: QueryOptions,
  ): Promise<Relation>;
  readNumbers(relation: Relation, column: RelationColumn, options?: QueryOptions): Promise<Float64Array>;
  readTexts(relation: Relation, column: RelationColumn, options?: QueryOptions): Promise<(string | null)[]>;
  /** `part` of each row. */
  readParts(relation: Relation, options?: QueryOptions): Promise<Uint8Array>;
  /** SQL of a DOUBLE[] that stands in queries many times: read 15 times faster than written out (1,000 numbers). */
  list(numbers: readonly number[], options?: QueryOptions): Promise<string>;
  /** A free name for a table that lives as long as the workbench. */
  tableName(): string;
}

/** A place among bits is an INTEGER. */
const MAX_BIT_ROWS = 2 ** 30;
/** 16 KB of bits. */
const SEGMENT_ROWS = 2 ** 16;
const MAX_SEGMENTS = 256;

let workbenches = 0;

export function createWorkbench(database: Database): Workbench {
  const prefix = `bench${++workbenches}_`;
  const tables: string[] = [];
  const variables: string[] = [];
  const tableName = (): string => {
    const name = `${prefix}${tables.length}`;
    tables.push(name);
    return name;
  };
  const write = async (select: string, options: QueryOptions | undefined): Promise<string> => {
    const name = tableName();
    await database.rows(`CREATE TABLE ${name} AS ${select}`, options);
    return name;
  };
  const materialise: Workbench['materialise'] = async (relation, options) => {
    if (isTable(relation)) return relation;
    return {
      ...relation,
      from: await write(`SELECT ${selectLive(relation)} FROM ${relation.from}`, options),
    };
  };
  /** Beside a view, a table would be joined by one thread alone: two bits a row are looked up by all of them. */
  const withPartBits = async (
    relation: Relation,
    parts: Uint8Array,
    options: QueryOptions | undefined,
  ): Promise<Relation> => {
    const bits = Buffer.alloc(Math.ceil(parts.length / 4));
    for (let row = 0; row < parts.length; row++) {
      const byte = row >> 2;
      bits[byte] = (bits[byte] ?? 0) | ((parts[row] ?? 0) << (6 - 2 * (row & 3)));
    }
    // A value is copied for every 2,048 rows that are computed with it: many small ones, of which a row meets one.
    const segmentRows = Math.max(SEGMENT_ROWS, 2 ** Math.ceil(Math.log2(parts.length / MAX_SEGMENTS)));
    const segments: { readonly first: number; readonly sql: string }[] = [];
    for (let first = 0; first < parts.length; first += segmentRows) {
      const name = `${prefix}bits${variables.length}`;
      variables.push(name);
      const hex = bits.subarray(first / 4, (first + segmentRows) / 4).toString('hex');
      await database.rows(`SET VARIABLE ${name} = unhex('${hex}')::BIT`, options);
      const bit = (place: string): string => `get_bit(getvariable('${name}'), (${place})::INTEGER)`;
      const place = `2 * (rid - ${first})`;
      segments.push({ first, sql: `(2 * ${bit(place)} + ${bit(`${place} + 1`)})` });
    }
    const from = `(SELECT *, (${segmentSql(segments)})::UTINYINT AS part FROM ${relation.from})`;
    return { ...relation, isSplit: true, from };
  };
  const readInto = async (
    sql: string,
    append: (values: readonly unknown[]) => void,
    options: QueryOptions | undefined,
  ): Promise<void> => {
    await database.stream(sql, (chunk) => append(chunk.getColumnValues(0)), options);
  };

  return {
    tableName,
    materialise,
    async reorder(relation, order, options) {
      // One sort: the place of a row in the new table is its place in the new order.
      const hidden = hiddenColumns(relation).filter((id) => id !== 'ord');
      const ids = [...hidden, ...relation.columns.map(({ id }) => id)].join(', ');
      const table = await write(`SELECT ${ids} FROM ${relation.from} ORDER BY ${order}`, options);
      return { ...relation, from: `(SELECT *, rowid AS ord FROM ${table})` };
    },
    async fromSelect(select, relation, options) {
      return { ...relation, from: await write(select, options) };
    },
    async withValues(relation, values, options) {
      const base = await materialise(relation, options);
      const table = tableName();
      await database.createTable(table, values.map(valueColumn), options);
      const columns = [...base.columns];
      const replaced: string[] = [];
      const added: string[] = [];
      let nextId = base.nextId;
      for (const [i, { name, kind }] of values.entries()) {
        const sql = kind === 'datetime' ? `make_timestamp((v${i} * 1000)::BIGINT)` : `v${i}`;
        const at = columns.findIndex((column) => column.name === name);
        const id = columns[at]?.id ?? `c${nextId++}`;
        if (at >= 0) {
          columns[at] = { name, id, kind };
          replaced.push(`${sql} AS ${id}`);
        } else {
          columns.push({ name, id, kind });
          added.push(`${sql} AS ${id}`);
        }
      }
      const star = replaced.length === 0 ? 'a.*' : `a.* REPLACE (${replaced.join(', ')})`;
      const select = [star, ...added].join(', ');
      return {
        ...base,
        columns,
        nextId,
        from: `(SELECT ${select} FROM ${base.from} a POSITIONAL JOIN ${table})`,
      };
    },
    async withParts(relation, parts, options) {
      if (isSourceView(relation) && parts.length <= MAX_BIT_ROWS)
        return withPartBits(relation, parts, options);
      const base = await materialise(relation, options);
      const table = tableName();
      await database.createTable(table, [{ id: 'part', type: 'UTINYINT', values: parts }], options);
      return {
        ...base,
        isSplit: true,
        from: `(SELECT a.*, b.part FROM ${base.from} a POSITIONAL JOIN ${table} b)`,
      };
    },
    async appendTrainRows(relation, values, options) {
      const count = values[0]?.values.length ?? 0;
      if (count === 0) return relation;
      const table = tableName();
      await database.createTable(table, values.map(valueColumn), options);
      const cells = relation.columns.map(({ name, id }) => {
        const index = values.findIndex((value) => value.name === name);
        const kind = values[index]?.kind;
        if (kind === undefined) return `NULL AS ${id}`;
        return `${kind === 'datetime' ? `make_timestamp((v${index} * 1000)::BIGINT)` : `v${index}`} AS ${id}`;
      });
      const last = `(SELECT coalesce(max(ord), -1) FROM ${relation.from})`;
      const hidden = `-1 AS rid, ${last} + 1 + rowid AS ord, ${PART_CODES.train} AS part`;
      const made = `SELECT ${[hidden, ...cells].join(', ')} FROM ${table}`;
      const select = `SELECT ${selectLive(relation)} FROM ${relation.from} UNION ALL ${made}`;
      return { ...relation, from: await write(`SELECT * FROM (${select}) ORDER BY ord`, options) };
    },
    async readNumbers(relation, column, options) {
      const values = doubles();
      await readInto(
        `SELECT ${numberOf(column)} FROM ${relation.from}`,
        (cells) => values.append(cells, NaN),
        options,
      );
      return values.values();
    },
    async readTexts(relation, column, options) {
      const texts: (string | null)[] = [];
      await readInto(
        `SELECT ${textOf(column)} FROM ${relation.from}`,
        (cells) => {
          for (const cell of cells) texts.push(typeof cell === 'string' ? cell : null);
        },
        options,
      );
      return texts;
    },
    async readParts(relation, options) {
      const parts = bytes();
      await readInto(`SELECT part FROM ${relation.from}`, (cells) => parts.append(cells, 0), options);
      return parts.values();
    },
    async list(numbers, options) {
      const name = `${prefix}list${variables.length}`;
      variables.push(name);
      await database.rows(`SET VARIABLE ${name} = [${numbers.map(doubleSql).join(', ')}]::DOUBLE[]`, options);
      return `getvariable('${name}')`;
    },
    dispose: () => {
      for (const name of tables) {
        void database.rows(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
      }
      for (const name of variables) void database.rows(`RESET VARIABLE ${name}`).catch(() => undefined);
    },
  };
}

/** Written down already: it may hold columns that have left the relation since, which nobody reads. */
function isTable({ from }: Relation): boolean {
  return /^\w+$/.test(from);
}

function valueColumn(column: NewValues, index: number): ValueColumn {
  const id = `v${index}`;
  return column.kind === 'text'
    ? { id, type: 'VARCHAR', values: column.values }
    : { id, type: 'DOUBLE', values: column.values };
}

/** Halved and halved again: a row is compared a few times, however many segments there are. */
function segmentSql(segments: readonly { readonly first: number; readonly sql: string }[]): string {
  const middle = segments.length >> 1;
  const [only, half] = [segments[0], segments[middle]];
  if (only === undefined || half === undefined) return 'NULL';
  if (middle === 0) return only.sql;
  return `CASE WHEN rid < ${half.first} THEN ${segmentSql(segments.slice(0, middle))} ELSE ${segmentSql(segments.slice(middle))} END`;
}
