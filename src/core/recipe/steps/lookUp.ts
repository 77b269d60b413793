// Owns looking values up by a text, row by row: few keys stand in the query, many lie in a table. The order of the rows
// stays.
import { sqlText } from '../../data/database';
import type { Relation } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { slicesOf, writtenWith } from './changeColumns';
import type { StepContext } from './step';

/** Per key; null where a key has none. */
export type LookedUp =
  | { readonly kind: 'number'; readonly values: readonly (number | null)[] }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

export interface Lookup {
  /** SQL of a VARCHAR. */
  readonly key: string;
  /** Each once. */
  readonly keys: readonly string[];
  readonly found: readonly LookedUp[];
}

/** Identifiers beside the rows. */
export interface LookupIds {
  /** The key as it was looked up. */
  readonly key: string;
  /** NULL for a key that is not among the keys. */
  readonly found: readonly string[];
}

export interface LookedUpRows {
  readonly relation: Relation;
  /** As the lookups. */
  readonly ids: readonly LookupIds[];
  /** All of them. */
  readonly beside: readonly string[];
}

/** More keys, or characters of them, lie in a table: the query would have to be read again and again. */
const KEYS_IN_QUERY = 1000;
const CHARACTERS_IN_QUERY = 50_000;
const LAZY_LOOKUPS = 32;

/** @param besideAlready identifiers that are no columns, and that are still to stand beside the rows */
export async function lookUp(
  input: Relation,
  lookups: readonly Lookup[],
  context: StepContext,
  besideAlready: readonly string[] = [],
): Promise<LookedUpRows> {
  let nextId = input.nextId;
  const numbered = lookups.map((lookup) => {
    const key = `c${nextId++}`;
    const code = `c${nextId++}`;
    return { lookup, key, code, found: lookup.found.map(() => `c${nextId++}`) };
  });
  const ids = numbered.map(({ key, found }) => ({ key, found }));
  const beside = [...besideAlready, ...ids.flatMap(({ key, found }) => [key, ...found])];
  const [inQuery, inTable] = [numbered.filter(isInQuery), numbered.filter((one) => !isInQuery(one))];
  if (inTable.length === 0 && inQuery.length <= LAZY_LOOKUPS) {
    return { relation: { ...input, nextId, from: withCodes(input.from, inQuery) }, ids, beside };
  }
  const { database, workbench, signal } = context;
  const rows = await writtenWith(input, besideAlready, context);
  const tables: string[] = [];
  for (const slice of slicesOf(inQuery)) {
    const table = workbench.tableName();
    const selected = slice.flatMap(({ key, found }) => [key, ...found]);
    await database.rows(
      `CREATE TABLE ${table} AS SELECT ${selected.join(', ')} FROM ${withCodes(rows.from, slice)}`,
      { signal },
    );
    tables.push(table);
  }
  for (const one of inTable) tables.push(await joined(rows, one, context));
  const from = `(SELECT * FROM ${rows.from} ${tables.map((table) => `POSITIONAL JOIN ${table}`).join(' ')})`;
  return { relation: { ...rows, nextId, from }, ids, beside };
}

interface Numbered {
  readonly lookup: Lookup;
  readonly key: string;
  readonly code: string;
  readonly found: readonly string[];
}

function isInQuery({ lookup: { keys } }: Numbered): boolean {
  const characters = keys.reduce((sum, key) => sum + key.length, 0);
  // NUL cannot stand in the list of an ENUM.
  return (
    keys.length <= KEYS_IN_QUERY &&
    characters <= CHARACTERS_IN_QUERY &&
    !keys.some((key) => key.includes('\0'))
  );
}

/** An ENUM is a hash table: its code is the place in the list of the values. */
function withCodes(rows: string, lookups: readonly Numbered[]): string {
  if (lookups.length === 0) return rows;
  const keys = lookups.map(({ lookup, key }) => `(${lookup.key}) AS ${key}`);
  const codes = lookups.map(({ lookup, key, code }) =>
    lookup.keys.length === 0
      ? `NULL::INTEGER AS ${code}`
      : `enum_code(try_cast(${key} AS ENUM (${lookup.keys.map(sqlText).join(', ')})))::INTEGER AS ${code}`,
  );
  const found = lookups.flatMap(({ lookup, code, found: names }) =>
    lookup.found.map((one, i) => `(${listOf(one)})[${code} + 1] AS ${names[i] ?? ''}`),
  );
  const coded = `(SELECT *, ${codes.join(', ')} FROM (SELECT *, ${keys.join(', ')} FROM ${rows}))`;
  return found.length === 0 ? coded : `(SELECT *, ${found.join(', ')} FROM ${coded})`;
}

function listOf({ kind, values }: LookedUp): string {
  const items = values.map((value) => {
    if (value === null) return 'NULL';
    return typeof value === 'number' ? doubleSql(value) : sqlText(value);
  });
  return `[${items.join(', ')}]::${kind === 'number' ? 'DOUBLE' : 'VARCHAR'}[]`;
}

/** A join leaves the order of the rows to chance, so the narrow result is sorted. */
async function joined(
  rows: Relation,
  { lookup, key, found }: Numbered,
  context: StepContext,
): Promise<string> {
  const { database, workbench, signal } = context;
  const keys = workbench.tableName();
  await database.createTable(
    keys,
    [
      { id: 'k', type: 'VARCHAR', values: lookup.keys },
      ...lookup.found.map((one, i) =>
        one.kind === 'text'
          ? { id: `v${i}`, type: 'VARCHAR' as const, values: one.values }
          : { id: `v${i}`, type: 'DOUBLE' as const, values: one.values.map((value) => value ?? NaN) },
      ),
    ],
    { signal },
  );
  const table = workbench.tableName();
  const selected = [key, ...found].join(', ');
  const values = found.map((id, i) => `b.v${i} AS ${id}`);
  await database.rows(
    `CREATE TABLE ${table} AS SELECT ${selected} FROM (SELECT ${['a.ord', `a.${key}`, ...values].join(', ')}
      FROM (SELECT ord, (${lookup.key}) AS ${key} FROM ${rows.from}) a LEFT JOIN ${keys} b ON a.${key} = b.k) ORDER BY ord`,
    { signal },
  );
  return table;
}
