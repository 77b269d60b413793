// Owns the steps on categories, targetEncode apart (targetEncode.ts). They compare trimmed texts; what they learn is
// counted over train rows. A missing cell is a category of its own, but for ordinalEncode and groupRare, where it stays
// missing, and hashEncode, where it is all zeros.
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { columnExists, columnsOf, textOf, type ColumnExpression, type Relation } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { sqlText } from '../../data/database';
import { missingName } from '../encoders/encoder';
import { countCategories, sortedCategories } from './categories';
import { changeColumns, widenColumns } from './changeColumns';
import { lookUp, type LookedUpRows, type Lookup } from './lookUp';
import { noteNoValues } from './statisticsSql';
import type { ApplyContext, StepContext, StepDefinition } from './step';
import { applyTargetEncode, fitTargetEncode } from './targetEncode';

const sameColumns = (_step: unknown, columns: readonly string[]): readonly string[] => columns;

async function fitGroupRare(
  step: StepOf<'groupRare'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['groupRare']> {
  const columns = columnsOf(train, step.columns);
  const counted = await countCategories(train, columns, context);
  return columns.map(({ name }, i) => {
    const { counts = [], missing = 0 } = counted[i] ?? {};
    // Of all train rows, as the min_frequency of scikit-learn's OneHotEncoder.
    const least = step.minShare * counts.reduce((sum, [, rows]) => sum + rows, missing);
    return {
      column: name,
      kept: sortedCategories(counts.filter(([, rows]) => rows >= least).map(([value]) => value)),
    };
  });
}

async function fitOneHot(
  step: StepOf<'oneHot'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['oneHot']> {
  const columns = columnsOf(train, step.columns);
  const counted = await countCategories(train, columns, context);
  return columns.map(({ name }, i) => {
    const { counts = [], missing = 0 } = counted[i] ?? {};
    const frequent = counts.slice(0, step.maxCategories).map(([value]) => value);
    const all: (string | null)[] = [...sortedCategories(frequent), ...(missing > 0 ? [null] : [])];
    const isDropped = step.drop === 'first' || (step.drop === 'ifBinary' && all.length === 2);
    const categories = isDropped ? all.slice(1) : all;
    const names = categories.map((value) => (value === null ? missingName(name) : `${name}=${value}`));
    return { column: name, categories, names };
  });
}

async function fitOrdinal(
  step: StepOf<'ordinalEncode'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['ordinalEncode']> {
  const columns = columnsOf(train, step.columns);
  if (step.order.length > 0) {
    const categories = [...new Set(step.order)];
    return columns.map(({ name }) => ({ column: name, categories }));
  }
  const counted = await countCategories(train, columns, context);
  return columns.map(({ name }, i) => {
    const values = (counted[i]?.counts ?? []).map(([value]) => value);
    if (values.length === 0) noteNoValues(name, context);
    return { column: name, categories: sortedCategories(values) };
  });
}

async function fitFrequency(
  step: StepOf<'frequencyEncode'>,
  train: Relation,
  context: StepContext,
): Promise<FittedStates['frequencyEncode']> {
  const columns = columnsOf(train, step.columns);
  const counted = await countCategories(train, columns, context);
  return columns.map(({ name }, i) => {
    const { counts = [], missing = 0 } = counted[i] ?? {};
    const rows = counts.reduce((sum, [, count]) => sum + count, missing);
    const entries: (readonly [string | null, number])[] = [
      ...counts,
      ...(missing > 0 ? [[null, missing] as const] : []),
    ];
    return {
      column: name,
      categories: entries.map(([value]) => value),
      shares: entries.map(([, count]) => count / rows),
    };
  });
}

/** What a category is looked up as, per column of the state. */
interface Coded {
  readonly column: string;
  readonly categories: readonly (string | null)[];
  /** Per category; its place when absent. */
  readonly numbers?: readonly number[];
}

async function lookUpCategories(
  input: Relation,
  coded: readonly Coded[],
  context: StepContext,
): Promise<LookedUpRows> {
  const lookups = coded.map(({ column, categories, numbers }): Lookup => {
    const known = categories.flatMap((value, i) =>
      value === null ? [] : [[value, numbers?.[i] ?? i] as const],
    );
    const [found] = columnsOf(input, [column]);
    return {
      key: found === undefined ? 'NULL' : textOf(found),
      keys: known.map(([value]) => value),
      found: [{ kind: 'number', values: known.map(([, number]) => number) }],
    };
  });
  return lookUp(input, lookups, context);
}

/** Gives each column a number a category. */
async function applyNumbers(
  input: Relation,
  coded: readonly Coded[],
  { missing, unseen }: { readonly missing: (column: Coded) => string; readonly unseen: string },
  context: StepContext,
): Promise<Relation> {
  const { relation, ids, beside } = await lookUpCategories(input, coded, context);
  const changes = coded.map((column, i) => {
    const { key, found } = ids[i] ?? { key: 'NULL', found: [] };
    const sql = `CASE WHEN ${key} IS NULL THEN ${missing(column)} ELSE coalesce(${found[0] ?? 'NULL'}, ${unseen}) END`;
    return { name: column.column, kind: 'number' as const, sql };
  });
  return changeColumns(relation, changes, context, beside);
}

async function applyOneHot(
  step: StepOf<'oneHot'>,
  state: FittedStates['oneHot'],
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const { relation, ids, beside } = await lookUpCategories(input, state, context);
  const widenings = state.map(({ column, categories, names }, i) => {
    const { key, found } = ids[i] ?? { key: 'NULL', found: [] };
    const added = categories.map((value, place): ColumnExpression => {
      const is = value === null ? `${key} IS NULL` : `coalesce(${found[0] ?? 'NULL'} = ${place}, false)`;
      return { name: names[place] ?? column, kind: 'number', sql: `(${is})::DOUBLE` };
    });
    return { from: column, added, keep: step.keep };
  });
  return widenColumns(relation, widenings, context, beside);
}

async function applyGroupRare(
  step: StepOf<'groupRare'>,
  state: FittedStates['groupRare'],
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const coded = state.map(({ column, kept }) => ({ column, categories: kept }));
  const { relation, ids, beside } = await lookUpCategories(input, coded, context);
  const changes = coded.map(({ column }, i) => {
    const { key, found } = ids[i] ?? { key: 'NULL', found: [] };
    const [numbers] = columnsOf(input, [column]).map((one) => one.numbers);
    const sql = `CASE WHEN ${key} IS NULL THEN NULL WHEN ${found[0] ?? 'NULL'} IS NULL THEN ${sqlText(step.label)} ELSE ${key} END`;
    return { name: column, kind: 'text' as const, sql, numbers };
  });
  return changeColumns(relation, changes, context, beside);
}

/** Name of a bucket's column. */
function bucketName(column: string, bucket: number): string {
  return `${column}#${bucket}`;
}

/**
 * The bucket of a text: the first 32 bits of its MD5 (UTF-8), modulo the number of buckets. MD5, since it is the same in
 * every language and version: int(hashlib.md5(text.encode()).hexdigest()[:8], 16) % buckets.
 */
function bucketSql(text: string, buckets: number): string {
  return `(('0x' || substr(md5(${text}), 1, 8))::UINTEGER % ${buckets})::INTEGER`;
}

function hashEncode(step: StepOf<'hashEncode'>, input: Relation, context: ApplyContext): Promise<Relation> {
  const hashed = columnsOf(input, step.columns).map((column, i) => ({
    ...column,
    bucket: `c${input.nextId + i}`,
  }));
  const buckets = hashed.map((column) => `${bucketSql(textOf(column), step.buckets)} AS ${column.bucket}`);
  const relation = {
    ...input,
    from: `(SELECT *, ${buckets.join(', ')} FROM ${input.from})`,
    nextId: input.nextId + hashed.length,
  };
  const widenings = hashed.map(({ name, bucket }) => ({
    from: name,
    keep: step.keep,
    added: Array.from({ length: step.buckets }, (_, i): ColumnExpression => ({
      name: bucketName(name, i),
      kind: 'number',
      sql: `(coalesce(${bucket} = ${i}, false))::DOUBLE`,
    })),
  }));
  return widenColumns(
    relation,
    widenings,
    context,
    hashed.map(({ bucket }) => bucket),
  );
}

function hashedColumns(step: StepOf<'hashEncode'>, columns: readonly string[]): readonly string[] {
  const named = new Set(step.columns);
  const after = columns.flatMap((name) => {
    if (!named.has(name)) return [name];
    const buckets = Array.from({ length: step.buckets }, (_, bucket) => bucketName(name, bucket));
    return step.keep ? [name, ...buckets] : buckets;
  });
  const taken = new Set<string>();
  for (const name of after) {
    if (taken.has(name)) throw columnExists(name);
    taken.add(name);
  }
  return after;
}

/** Only the train rows say. */
const unknownColumns = (): undefined => undefined;

export const categorySteps = {
  groupRare: { kind: 'fitted', columns: sameColumns, fit: fitGroupRare, apply: applyGroupRare },
  oneHot: { kind: 'fitted', columns: unknownColumns, fit: fitOneHot, apply: applyOneHot },
  ordinalEncode: {
    kind: 'fitted',
    columns: sameColumns,
    fit: fitOrdinal,
    apply: (_step, state, input, context) =>
      applyNumbers(input, state, { missing: () => 'NULL', unseen: '-1e0' }, context),
  },
  hashEncode: { kind: 'plain', columns: hashedColumns, apply: hashEncode },
  frequencyEncode: {
    kind: 'fitted',
    columns: sameColumns,
    fit: fitFrequency,
    apply: (_step, state, input, context) => {
      const coded = state.map(({ column, categories, shares }) => ({ column, categories, numbers: shares }));
      const missing = ({ categories, numbers = [] }: Coded): string =>
        doubleSql(numbers[categories.indexOf(null)] ?? 0);
      return applyNumbers(input, coded, { missing, unseen: '0e0' }, context);
    },
  },
  targetEncode: { kind: 'fitted', columns: unknownColumns, fit: fitTargetEncode, apply: applyTargetEncode },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
