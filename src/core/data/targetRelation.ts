// Owns how much a column tells of the target, as a number to compare columns by: Pearson's r of two numbers, else the
// mutual information of binned values. Of a sample where there are many rows; nothing is learnt from it.
import { throwIfAborted } from '../../shared/abort';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Database, QueryOptions } from './database';
import { isoDateTimeSql } from './datetimeSql';
import { columnOf, numberOf, textOf, type Relation, type RelationColumn } from './relation';
import { doubleSql } from './scalarSql';

type TargetRelation = NonNullable<ColumnProfile['relation']>;

export interface RelateOptions extends QueryOptions {
  readonly database: Database;
  /** The rows with these columns; nothing of them is written. */
  readonly relation: (names: readonly string[]) => Promise<Relation>;
  readonly target: string;
}

/** More rows than this are sampled: the third digit of what is told is certain then. */
const SAMPLED_ROWS = 200_000;
const BINS = 10;
/** The rarer ones count as one value: each value more makes chance look like information. */
const MAX_VALUES = 50;

/** The columns with `relation`, where one can be told: not of ids and long texts, which differ in nearly every row. */
export async function relateToTarget(
  columns: readonly ColumnProfile[],
  options: RelateOptions,
): Promise<ColumnProfile[]> {
  const { target: name, signal, onProgress } = options;
  const target = columns.find((column) => column.name === name);
  if (target === undefined || !isComparable(target)) return [...columns];
  const related: ColumnProfile[] = [];
  for (const [index, column] of columns.entries()) {
    throwIfAborted(signal);
    const relation =
      column === target || !isComparable(column) ? undefined : await relate(column, target, options);
    related.push(relation === undefined ? column : { ...column, relation });
    onProgress?.((index + 1) / columns.length);
  }
  return related;
}

function isComparable({ type, distinct }: ColumnProfile): boolean {
  return type !== 'id' && type !== 'text' && distinct > 1;
}

async function relate(
  column: ColumnProfile,
  target: ColumnProfile,
  { database, relation: rowsOf, signal }: RelateOptions,
): Promise<TargetRelation | undefined> {
  const rows = await rowsOf([column.name, target.name]);
  const pair = [column, target].map((each): Side => ({ profile: each, column: columnOf(rows, each.name) }));
  const [x, y] = pair;
  if (x === undefined || y === undefined) return undefined;
  const from = pairsSql(x, y, rows);
  return column.type === 'number' && target.type === 'number'
    ? correlation(from, [x, y], database, { signal })
    : mutualInformation(from, [x, y], database, { signal });
}

interface Side {
  readonly profile: ColumnProfile;
  readonly column: RelationColumn;
}

function valueSql({ profile: { type }, column }: Side): string {
  if (type === 'number') return numberOf(column);
  return type === 'datetime' ? `epoch_us(${isoDateTimeSql(textOf(column))}) / 1000.0` : textOf(column);
}

function isMeasured({ profile: { type } }: Side): boolean {
  return type === 'number' || type === 'datetime';
}

/** FROM clause: a and b where both have a value. Which rows are taken follows from their number alone. */
function pairsSql(a: Side, b: Side, { from }: Relation): string {
  const share = Math.ceil(a.profile.rows / SAMPLED_ROWS);
  const sampled = share > 1 ? `WHERE hash(rid) % ${share} = 0` : '';
  return `(SELECT * FROM (SELECT ${valueSql(a)} AS a, ${valueSql(b)} AS b FROM ${from} ${sampled}) WHERE a IS NOT NULL AND b IS NOT NULL)`;
}

/** A power of two, so that squares neither overflow nor vanish. */
function scaleOf({ profile: { numeric } }: Side): number {
  const largest = Math.max(Math.abs(numeric?.min ?? 0), Math.abs(numeric?.max ?? 0));
  return largest > 0 && Number.isFinite(largest)
    ? 2 ** Math.max(-1000, Math.min(1000, -Math.floor(Math.log2(largest))))
    : 1;
}

async function correlation(
  from: string,
  [a, b]: readonly [Side, Side],
  database: Database,
  options: QueryOptions,
): Promise<TargetRelation | undefined> {
  const [row = []] = await database.rows(
    `SELECT count(*), corr(a * ${doubleSql(scaleOf(a))}, b * ${doubleSql(scaleOf(b))}) FROM ${from}`,
    options,
  );
  const [rows, r] = [Number(row[0] ?? 0), row[1]];
  if (typeof r !== 'number' || !Number.isFinite(r)) return undefined;
  return { measure: 'correlation', value: r, strength: Math.min(1, Math.abs(r)), rows };
}

async function mutualInformation(
  from: string,
  [a, b]: readonly [Side, Side],
  database: Database,
  options: QueryOptions,
): Promise<TargetRelation | undefined> {
  const binA = await binSql('a', a, from, database, options);
  const binB = await binSql('b', b, from, database, options);
  const found = await database.rows(
    `SELECT x, y, count(*) FROM (SELECT ${binA} AS x, ${binB} AS y FROM ${from}) GROUP BY x, y ORDER BY x, y`,
    options,
  );
  const cells = found.map(([x, y, count]) => ({ x: String(x), y: String(y), count: Number(count) }));
  const rows = cells.reduce((sum, { count }) => sum + count, 0);
  const [ofX, ofY] = [
    totals(cells.map(({ x, count }) => [x, count])),
    totals(cells.map(({ y, count }) => [y, count])),
  ];
  const entropy = [...ofY.values()].reduce((sum, count) => sum - (count / rows) * Math.log(count / rows), 0);
  if (ofX.size < 2 || !(entropy > 0)) return undefined;
  let value = 0;
  for (const { x, y, count } of cells) {
    value += (count / rows) * Math.log((count * rows) / ((ofX.get(x) ?? 1) * (ofY.get(y) ?? 1)));
  }
  // Rounding may leave a little below nothing.
  value = Math.max(0, value);
  return { measure: 'mutualInformation', value, strength: Math.min(1, value / entropy), rows };
}

function totals(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [key, count] of entries) counts.set(key, (counts.get(key) ?? 0) + count);
  return counts;
}

/** Tenths of a number, by quantiles; of a text the frequent values, the others as one. @param id of the value in `from` */
async function binSql(
  id: 'a' | 'b',
  side: Side,
  from: string,
  database: Database,
  options: QueryOptions,
): Promise<string> {
  if (!isMeasured(side)) {
    const top = `SELECT ${id} FROM ${from} GROUP BY ${id} ORDER BY count(*) DESC, ${id} LIMIT ${MAX_VALUES}`;
    // The other ones are NULL, which is no text.
    return `CASE WHEN ${id} IN (${top}) THEN ${id} END`;
  }
  const shares = Array.from({ length: BINS - 1 }, (_, i) => doubleSql((i + 1) / BINS));
  const [row = []] = await database
    .rows(`SELECT unnest(quantile_cont(${id}, [${shares.join(', ')}])) FROM ${from}`, options)
    .then((found) => [found.map(([edge]) => edge)]);
  const edges = row.filter((edge) => typeof edge === 'number');
  return ['0', ...edges.map((edge) => `(${id} > ${doubleSql(edge)})::INTEGER`)].join(' + ');
}
