// Owns finding equal rows in bounded memory: a 64-bit key a row, kept with its source row in a temporary table. Two
// different rows of ten million share a key with a chance of 3 in a million.
import type { ColumnProfile } from '../../shared/schema/profile';
import { numberOf, textOf, type RelationColumn } from '../data/relation';
import { numberAt, type CheckContext } from './check';
import { literal } from './numberCells';

/** More hashes in one query are planned too slowly. */
const COLUMNS_PER_QUERY = 32;
/** Keys that are grouped at once: 2 million take about 100 MB. */
const KEYS_PER_PART = 2_000_000;

/**
 * exact: trimmed texts are equal. near: equal after case folding, with runs of space as one; numbers are equal in three
 * significant digits and to a thousandth of the column's range (three digits alone would make one of 2010 and 2014).
 */
export type Closeness = 'exact' | 'near';

/** Rows with the same key are equal in these columns, and the other way round. */
export interface RowKeys {
  /** `rid` and `k`, in the order of the rows. */
  readonly table: string;
  readonly columns: readonly ColumnProfile[];
  readonly closeness: Closeness;
}

export async function rowKeys(
  context: CheckContext,
  columns: readonly ColumnProfile[],
  closeness: Closeness,
): Promise<RowKeys> {
  let table: string | undefined;
  for (let first = 0; first < columns.length || table === undefined; first += COLUMNS_PER_QUERY) {
    const some = columns.slice(first, first + COLUMNS_PER_QUERY);
    const relation = await context.relation(some.map(({ name }) => name));
    const cells = relation.columns.map((cell, i) => keyedCell(cell, some[i], closeness));
    // Exclusive or, so that a column can be taken out of a key again.
    const key = [table === undefined ? '0::UBIGINT' : 'k', ...cells.map(({ hash }) => hash)].reduce(
      (sum, hash) => `xor(${sum}, ${hash})`,
    );
    const values = ['rid', ...cells.flatMap((cell) => cell.values)].join(', ');
    const from = `(SELECT ${values} FROM ${relation.from})`;
    const name = context.workbench.tableName();
    await context.query(
      `CREATE TABLE ${name} AS SELECT rid, ${key} AS k FROM ${from}${table === undefined ? '' : ` POSITIONAL JOIN (SELECT k FROM ${table})`}`,
    );
    if (table !== undefined) await context.query(`DROP TABLE ${table}`);
    table = name;
  }
  return { table, columns, closeness };
}

interface KeyedCell {
  /** SQL with names, to be computed once each. */
  readonly values: readonly string[];
  /** A UBIGINT over those names. */
  readonly hash: string;
}

/**
 * The hash of a cell and its column: hashed twice with the column's number between, so that two columns that change
 * places do not cancel out. (hash(a, b) of DuckDB would only add b's bits to a's.)
 */
function keyedCell(
  cell: RelationColumn,
  profile: ColumnProfile | undefined,
  closeness: Closeness,
): KeyedCell {
  const salted = (hash: string): string => `hash(xor(${hash}, ${cell.id.slice(1)}::UBIGINT))`;
  const [text, number] = [`t_${cell.id}`, `n_${cell.id}`];
  const trimmed = `${textOf(cell)} AS ${text}`;
  if (closeness === 'exact') return { values: [trimmed], hash: salted(`hash(${text})`) };
  // Most texts have no runs of space; looking for one is faster than replacing none.
  const spaced = `lower(CASE WHEN regexp_matches(${text}, '\\s\\s|[^\\S ]') THEN regexp_replace(${text}, '\\s+', ' ', 'g') ELSE ${text} END)`;
  if (profile?.type !== 'number' || profile.numeric === undefined) {
    return { values: [trimmed], hash: salted(`hash(${spaced})`) };
  }
  const near = `hash(${nearNumber(number, profile.numeric)})`;
  return {
    values: [trimmed, `${numberOf(cell)} AS ${number}`],
    hash: salted(`CASE WHEN ${number} IS NULL THEN hash(${spaced}) ELSE ${near} END`),
  };
}

/** Three digits, where their point is, and the thousandth of the range. */
function nearNumber(n: string, { min, max }: { readonly min: number; readonly max: number }): string {
  const size = `floor(log10(abs(${n})))`;
  const digits = `CASE WHEN ${n} = 0 THEN 0 ELSE round(${n} / pow(10, ${size} - 2)) END`;
  const point = `CASE WHEN ${n} = 0 THEN 0 ELSE ${size} END`;
  const hasRange = Number.isFinite(max - min) && max > min;
  const grid = hasRange
    ? `round((${n} / ${literal(max - min)} - ${literal(min / (max - min))}) * 1000)`
    : '0';
  return [digits, point, grid].join(', ');
}

export interface Repeats {
  /** The keys that more than one row has: `k`, `first` (its first row) and `c` (its rows). */
  readonly table: string;
  /** Rows that are equal to one before them. */
  readonly rows: number;
}

export async function repeatsOf(context: CheckContext, keys: RowKeys): Promise<Repeats> {
  const table = context.workbench.tableName();
  await context.query(`CREATE TABLE ${table} (k UBIGINT, first BIGINT, c BIGINT)`);
  const parts = partsOf(context);
  for (let part = 0; part < parts; part++) {
    await context.query(
      `INSERT INTO ${table} SELECT k, min(rid), count(*) FROM ${keys.table} WHERE k % ${parts} = ${part} GROUP BY k HAVING count(*) > 1`,
    );
  }
  const [row] = await context.query(`SELECT coalesce(sum(c - 1), 0)::BIGINT FROM ${table}`);
  return { table, rows: numberAt(row, 0) };
}

export interface Twins {
  /** `rid`, `held` and `k` of the rows that are split. */
  readonly rows: string;
  /** The keys that rows on both sides of the split have. */
  readonly keys: string;
  /** Rows kept for validation and test whose key a train row has. */
  readonly held: number;
}

/** @param parted a table of `rid` and `held` */
export async function twinsOf(context: CheckContext, keys: RowKeys, parted: string): Promise<Twins> {
  const [rows, both] = [context.workbench.tableName(), context.workbench.tableName()];
  await context.query(
    `CREATE TABLE ${rows} AS SELECT p.rid, p.held, a.k FROM ${parted} p JOIN ${keys.table} a USING (rid)`,
  );
  await context.query(`CREATE TABLE ${both} (k UBIGINT, c BIGINT)`);
  const parts = partsOf(context);
  for (let part = 0; part < parts; part++) {
    await context.query(
      `INSERT INTO ${both} SELECT k, count(*) FILTER (WHERE held) FROM ${rows} WHERE k % ${parts} = ${part}
       GROUP BY k HAVING bool_or(held) AND NOT bool_and(held)`,
    );
  }
  const [row] = await context.query(`SELECT coalesce(sum(c), 0)::BIGINT FROM ${both}`);
  return { rows, keys: both, held: numberAt(row, 0) };
}

function partsOf({ profile }: CheckContext): number {
  return Math.max(1, Math.ceil(profile.rows / KEYS_PER_PART));
}

/** Columns that are looked at for coincidence, those that tell rows apart best first. */
const MAX_TELLING = 8;
/** Pairs below which a share says nothing, when not all of them were looked at. */
const MIN_SAMPLED_PAIRS = 20;
const HALF = 0.5;
/** Characters on average. */
const LONG_TEXT = 20;
/** Times as often as two values of the column are equal anyway; columns that go together make it more than once. */
const NEAR_CHANCE = 3;

/**
 * Whether equal rows are a coincidence rather than copies: a table of a few small counts repeats itself. Of the pairs of
 * rows that are equal in all columns but one, copies are equal in that one too; where most pairs differ in it, and about
 * as often as any two rows do, those that do not are chance.
 */
export async function isCoincidence(context: CheckContext, keys: RowKeys): Promise<boolean> {
  const telling = keys.columns
    // What names a row is never the same by chance, and sentences seldom are.
    .filter(
      ({ type, textLength }) => type !== 'id' && !(type === 'text' && (textLength?.mean ?? 0) >= LONG_TEXT),
    )
    .map((column) => ({ column, chance: sameByChance(column) }))
    .sort((a, b) => a.chance - b.chance)
    .slice(0, MAX_TELLING);
  const parts = partsOf(context);
  for (const { column, chance } of telling) {
    const { all, others } = await pairsWithout(context, keys, { column, parts });
    if (others < (parts > 1 ? MIN_SAMPLED_PAIRS : 1)) continue;
    if (all >= HALF * others || all > NEAR_CHANCE * chance * others) continue;
    const isNearlyUnique = parts === 1 && keys.columns.length > 1 && column.distinct >= HALF * column.rows;
    // The chance is that of as many values as there are, and texts or fractions could have had many more.
    if (!isNearlyUnique || all <= NEAR_CHANCE * (await strayChance(context, keys, column, all)) * others)
      return true;
  }
  return false;
}

/** Pairs of rows that are equal in all columns, and in all but one: of whole groups, one of `parts` of them. */
async function pairsWithout(
  context: CheckContext,
  keys: RowKeys,
  { column, parts }: { readonly column: ColumnProfile; readonly parts: number },
): Promise<{ all: number; others: number }> {
  const relation = await context.relation([column.name]);
  const [cell] = relation.columns;
  if (cell === undefined) throw new RangeError(column.name);
  const { values, hash } = keyedCell(cell, column, keys.closeness);
  const without = `SELECT k, xor(k, ${hash}) AS o FROM (SELECT ${values.join(', ')} FROM ${relation.from}) POSITIONAL JOIN (SELECT k FROM ${keys.table})`;
  const [row] = await context.query(
    `SELECT coalesce(sum(same), 0), coalesce(sum(c * (c - 1) / 2), 0)
     FROM (SELECT sum(c)::DOUBLE AS c, sum(c::DOUBLE * (c - 1) / 2) AS same
           FROM (SELECT o, k, count(*) AS c FROM (${without}) WHERE o % ${parts} = 0 GROUP BY o, k) GROUP BY o)`,
  );
  return { all: numberAt(row, 0), others: numberAt(row, 1) };
}

/** Pairs that are nobody's copies, though none was seen. */
const UNSEEN_PAIRS = 2;

/** That two rows which are no copies have the same value: of pairs with the same one, those that differ elsewhere. */
async function strayChance(
  context: CheckContext,
  { closeness }: RowKeys,
  column: ColumnProfile,
  copies: number,
): Promise<number> {
  const relation = await context.relation([column.name]);
  const [cell] = relation.columns;
  if (cell === undefined) throw new RangeError(column.name);
  const { values, hash } = keyedCell(cell, column, closeness);
  const [row] = await context.query(
    `SELECT coalesce(sum(c::DOUBLE * (c - 1) / 2), 0) FROM (SELECT count(*) AS c
     FROM (SELECT ${hash} AS h FROM (SELECT ${values.join(', ')} FROM ${relation.from})) GROUP BY h)`,
  );
  const stray = Math.max(0, numberAt(row, 0) - copies) + UNSEEN_PAIRS;
  return stray / Math.max(1, (column.rows * (column.rows - 1)) / 2);
}

/** That two rows have the same value: the sum of squared shares, with what is not in the top spread evenly. */
function sameByChance({ rows, missing, distinct, topValues = [] }: ColumnProfile): number {
  if (rows === 0) return 1;
  let same = (missing / rows) ** 2;
  let rest = rows - missing;
  for (const { count } of topValues) {
    same += (count / rows) ** 2;
    rest -= count;
  }
  const others = distinct - topValues.length;
  if (rest > 0 && others > 0) same += (rest / rows) ** 2 / others;
  return Math.min(1, same);
}
