// Owns target encoding as scikit-learn's TargetEncoder: the mean target of a category, shrunk to the overall mean. Train
// rows are given what the other folds say, never what their own target says; all other rows what all train rows say.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import { randomStream, type RandomStream } from '../../../shared/random';
import type { Target } from '../../../shared/schema/experiment';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import {
  columnOf,
  columnsOf,
  filterRows,
  numberOf,
  PART_CODES,
  textOf,
  type ColumnExpression,
  type Relation,
} from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { compareCodePoints } from '../codePoints';
import { positiveOf } from '../truth';
import { writtenDown } from './besideRows';
import { countCategories, MAX_CATEGORIES } from './categories';
import { widenColumns } from './changeColumns';
import { lookUp, type Lookup } from './lookUp';
import {
  meanOnGrid,
  onGrid,
  rangesOf,
  squareGrid,
  varianceInSteps,
  whole128,
  type Grid,
  type GridSums,
} from './statisticsSql';
import type { ApplyContext, StepContext } from './step';

type State = FittedStates['targetEncode'];
type Step = StepOf<'targetEncode'>;

/** Of the rows without a fold: they are given what all train rows say. */
const NO_FOLD = 255;

/** The target as whole numbers, one per output: then sums are exact and have no order. */
interface Outputs {
  /** SQL of the target. */
  readonly target: string;
  /** BIGINT of the identifier y, per output. */
  readonly sqls: readonly string[];
  readonly grid: Grid;
  readonly classes: readonly string[];
}

const UNIT: Grid = { centre: 0, exponent: 0 };

/** @throws BenchError 'recipe.noTarget', 'recipe.targetColumn' */
export async function fitTargetEncode(step: Step, train: Relation, context: StepContext): Promise<State> {
  const target = targetOf(step, context);
  await noteMadeRows(train, context);
  const rows = await withTarget(step, train, target, context);
  const outputs = await outputsOf(rows, target, await classesOf(rows, target, context), context);
  const columns = columnsOf(rows, step.columns);
  const counted = await countCategories(rows, columns, context);
  const total = addAll(
    [...(await totalsOf(rows, undefined, outputs, context)).values()],
    outputs.sqls.length,
  );
  const state: State = {
    classes: [...outputs.classes],
    means: total.map(({ sum, count }) => meanOnGrid(sum, count, outputs.grid)),
    columns: [],
  };
  for (const [i, column] of columns.entries()) {
    const known = (counted[i]?.counts ?? []).map(([value]) => value);
    const sums = await sumsOf(rows, { category: textOf(column), known }, undefined, outputs, context);
    state.columns.push({
      column: column.name,
      categories: [...sums.keys()],
      values: [...sums.values()].map(({ all }) => encode(all, total, step.smooth, outputs.grid)),
    });
  }
  return state;
}

function targetOf(step: Step, { target }: StepContext): Target {
  if (target === undefined) {
    throw new BenchError(
      'recipe.noTarget',
      l10n.t('Target encoding needs to know what is predicted. Choose a target column.'),
    );
  }
  if (step.columns.includes(target.column)) {
    throw new BenchError(
      'recipe.targetColumn',
      l10n.t(
        '"{0}" is the target: encoding it by itself would give it away. Take it out of the columns.',
        target.column,
      ),
    );
  }
  return target;
}

/** A copy of a row may lie in another fold than the row, and say its target there. */
async function noteMadeRows(train: Relation, { database, note, signal }: StepContext): Promise<void> {
  const [row] = await database.rows(`SELECT count(*) FROM ${train.from} WHERE rid < 0`, { signal });
  const made = Number(row?.[0] ?? 0);
  if (made === 0) return;
  const message = l10n.t(
    '{0} train rows were made from others before this step: where both are in different folds, a row is told its own target. Move this step above the one that makes rows.',
    made,
  );
  note({ severity: 'warning', code: 'recipe.madeBefore', message, count: made });
}

/** Train rows that have a target, written down with what is read of them once a column. */
function withTarget(
  step: Step,
  train: Relation,
  target: Target,
  { workbench, signal }: StepContext,
): Promise<Relation> {
  const column = columnOf(train, target.column);
  const value = target.task === 'regression' ? numberOf(column) : textOf(column);
  const rows = filterRows(train, `(${value}) IS NOT NULL`);
  return workbench.materialise({ ...rows, columns: [...columnsOf(rows, step.columns), column] }, { signal });
}

/** By code point; of two, [negative, positive]. None for regression. */
async function classesOf(train: Relation, target: Target, context: StepContext): Promise<string[]> {
  if (target.task === 'regression') return [];
  const [counted] = await countCategories(train, [columnOf(train, target.column)], context);
  const classes = (counted?.counts ?? []).map(([value]) => value).sort(compareCodePoints);
  const [first, second] = classes;
  if (target.task === 'multiclass' || first === undefined || second === undefined) return classes;
  return positiveOf(first, second) === first ? [second, first] : [first, second];
}

async function outputsOf(
  train: Relation,
  target: Target,
  classes: readonly string[],
  context: StepContext,
): Promise<Outputs> {
  const column = columnOf(train, target.column);
  if (target.task === 'regression') {
    const [range = { count: 0, min: NaN, max: NaN }] = await rangesOf(train, [column], context);
    const grid = range.count === 0 ? UNIT : squareGrid(range);
    return { target: numberOf(column), sqls: [onGrid('y', grid)], grid, classes: [] };
  }
  const named = target.task === 'multiclass' ? classes : [classes[1] ?? classes[0] ?? ''];
  const sqls = named.map((name) => `(y = ${sqlText(name)})::BIGINT`);
  return { target: textOf(column), sqls, grid: UNIT, classes };
}

/** Per output. */
type Sums = GridSums[];

interface CategorySums {
  readonly all: Sums;
  /** By fold; a fold without such a row is not there. */
  readonly folds: ReadonlyMap<number, Sums>;
}

function sumsSql({ sqls, classes }: Outputs): string {
  // Of 0 and 1 the squares are the numbers.
  const sums = sqls.map(
    (_, i) => `sum(y${i}), ${classes.length > 0 ? `sum(y${i})` : `sum(y${i}::HUGEINT * y${i})`}`,
  );
  return ['count(*)', ...sums].join(', ');
}

function sumsOfRow([count, ...cells]: readonly unknown[]): Sums {
  return Array.from({ length: cells.length / 2 }, (_, i) => ({
    count: Number(count),
    sum: whole128(cells[2 * i]),
    squares: whole128(cells[2 * i + 1]),
  }));
}

/** Over all categories, by fold. @param fold SQL; all rows are of fold 0 when absent */
async function totalsOf(
  rows: Relation,
  fold: string | undefined,
  outputs: Outputs,
  { database, signal }: StepContext,
): Promise<Map<number, Sums>> {
  const values = outputs.sqls.map((sql, i) => `${sql} AS y${i}`);
  const found = await database.rows(
    `SELECT f, ${sumsSql(outputs)} FROM (SELECT f, ${values.join(', ')}
      FROM (SELECT ${fold ?? '0'} AS f, ${outputs.target} AS y FROM ${rows.from})) GROUP BY f ORDER BY f`,
    { signal },
  );
  return new Map(found.map(([name, ...cells]) => [Number(name), sumsOfRow(cells)]));
}

/** Per category that is known, missing last. */
async function sumsOf(
  rows: Relation,
  { category, known }: { readonly category: string; readonly known: readonly (string | null)[] },
  fold: string | undefined,
  outputs: Outputs,
  { database, workbench, signal }: StepContext,
): Promise<Map<string | null, CategorySums>> {
  let condition = '';
  if (known.length >= MAX_CATEGORIES) {
    const table = workbench.tableName();
    await database.createTable(table, [{ id: 'k', type: 'VARCHAR', values: known }], { signal });
    condition = `WHERE v IS NULL OR v IN (SELECT k FROM ${table})`;
  }
  const values = outputs.sqls.map((sql, i) => `${sql} AS y${i}`);
  const found = await database.rows(
    `SELECT v, f, ${sumsSql(outputs)} FROM (SELECT v, f, ${values.join(', ')}
      FROM (SELECT ${category} AS v, ${fold ?? '0'} AS f, ${outputs.target} AS y FROM ${rows.from}) ${condition})
      GROUP BY v, f ORDER BY v NULLS LAST, f`,
    { signal },
  );
  const byCategory = new Map<string | null, Map<number, Sums>>();
  for (const [value, foldOfRow, ...cells] of found) {
    const name = typeof value === 'string' ? value : null;
    const folds = byCategory.get(name) ?? new Map<number, Sums>();
    byCategory.set(name, folds);
    folds.set(Number(foldOfRow), sumsOfRow(cells));
  }
  const width = outputs.sqls.length;
  return new Map(
    [...byCategory].map(([name, folds]) => [name, { all: addAll([...folds.values()], width), folds }]),
  );
}

function addAll(all: readonly Sums[], outputs: number): Sums {
  return Array.from({ length: outputs }, (_, i) => {
    const total = { count: 0, sum: 0n, squares: 0n };
    for (const sums of all) {
      total.count += sums[i]?.count ?? 0;
      total.sum += sums[i]?.sum ?? 0n;
      total.squares += sums[i]?.squares ?? 0n;
    }
    return total;
  });
}

function subtract(all: Sums, part: Sums | undefined): Sums {
  return all.map((sums, i) => ({
    count: sums.count - (part?.[i]?.count ?? 0),
    sum: sums.sum - (part?.[i]?.sum ?? 0n),
    squares: sums.squares - (part?.[i]?.squares ?? 0n),
  }));
}

/**
 * The encoding of a category per output, from its rows and all rows.
 * @see Micci-Barreca 2001, eq. 5 and 6; sklearn/preprocessing/_target_encoder_fast.pyx
 */
function encode(category: Sums, total: Sums, smooth: Step['smooth'], grid: Grid): number[] {
  return category.map((sums, i) => {
    const all = total[i] ?? sums;
    const overall = meanOnGrid(all.sum, all.count, grid);
    if (sums.count === 0) return overall;
    const mean = meanOnGrid(sums.sum, sums.count, grid);
    if (smooth !== 'auto') return overall + (mean - overall) * (sums.count / (sums.count + smooth));
    // In squared steps of the grid: the share has no unit.
    const spread = varianceInSteps(all) * sums.count;
    const share = spread / (spread + varianceInSteps(sums));
    return Number.isNaN(share) ? overall : overall + (mean - overall) * share;
  });
}

export async function applyTargetEncode(
  step: Step,
  state: State,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  if (context.mode === 'predict') {
    const unseen = state.means.map(numberOrNull);
    return applyEncodings(state, input, { lookups: fullLookups(state, input), unseen }, context);
  }
  const rows = await writtenDown(input, context);
  const folds = await foldsOf(step, state, rows, context);
  return encodeOutOfFold(step, state, rows, folds, context);
}

/** A fold a row; NO_FOLD for rows that are not train rows or have no target. */
async function foldsOf(
  step: Step,
  { classes }: State,
  rows: Relation,
  context: ApplyContext,
): Promise<Uint8Array> {
  const target = targetOf(step, context);
  const column = columnOf(rows, target.column);
  const names = `[${classes.map(sqlText).join(', ')}]::VARCHAR[]`;
  const code =
    target.task === 'regression'
      ? `CASE WHEN (${numberOf(column)}) IS NOT NULL THEN 0 END`
      : `list_position(${names}, ${textOf(column)}) - 1`;
  const codes = await context.workbench.readNumbers(
    rows,
    { name: '', kind: 'number', id: `(CASE WHEN part = ${PART_CODES.train} THEN ${code} END)::DOUBLE` },
    { signal: context.signal },
  );
  return assignFolds(codes, step.folds, randomStream(step.seed, 'targetEncode'));
}

/**
 * As KFold and StratifiedKFold with shuffle, but for the random numbers: folds of equal size, each class spread evenly.
 * @param codes the class of each row (0 for all in regression); NaN for a row that takes no part
 */
export function assignFolds(codes: Float64Array, folds: number, stream: RandomStream): Uint8Array {
  const byClass = new Map<number, number[]>();
  let rows = 0;
  for (const [row, code] of codes.entries()) {
    if (Number.isNaN(code)) continue;
    rows++;
    const members = byClass.get(code);
    if (members === undefined) byClass.set(code, [row]);
    else members.push(row);
  }
  const assigned = new Uint8Array(codes.length).fill(NO_FOLD);
  const count = Math.max(1, Math.min(folds, rows));
  // Sorted by class and dealt out like cards, so that sizes differ by one at most, of classes and of all.
  let place = 0;
  for (const [, members] of [...byClass].sort(([a], [b]) => a - b)) {
    stream.shuffle(members);
    for (const row of members) assigned[row] = place++ % count;
  }
  return assigned;
}

/** @param rows a table @param folds one a row of it, in its order: the train rows' from assignFolds */
export async function encodeOutOfFold(
  step: Step,
  state: State,
  rows: Relation,
  folds: Uint8Array,
  context: ApplyContext,
): Promise<Relation> {
  const { database, workbench, signal } = context;
  const table = workbench.tableName();
  await database.createTable(table, [{ id: 'f', type: 'UTINYINT', values: folds }], { signal });
  const fold = `c${rows.nextId}`;
  const folded: Relation = {
    ...rows,
    nextId: rows.nextId + 1,
    from: `(SELECT a.*, b.f AS ${fold} FROM ${rows.from} a POSITIONAL JOIN ${table} b)`,
  };
  const train = filterRows(folded, `${fold} <> ${NO_FOLD}`);
  const outputs = await outputsOf(train, targetOf(step, context), state.classes, context);
  const totals = othersOf(await totalsOf(train, fold, outputs, context), outputs.sqls.length);
  const lookups: Lookup[] = [];
  for (const known of state.columns) {
    const category = textOf(columnOf(folded, known.column));
    const sums = await sumsOf(train, { category, known: known.categories }, fold, outputs, context);
    const { keys, values } = encodingsByFold(step, known, { sums, totals, grid: outputs.grid });
    const key = `${fold}::VARCHAR || coalesce('=' || ${category}, '')`;
    lookups.push({ key, keys, found: columnsOfValues(values, outputs.sqls.length) });
  }
  const unseen = state.means.map((mean, output) => {
    const cases = [...totals].map(([name, sums]) => {
      const { sum = 0n, count = 0 } = sums[output] ?? {};
      return `WHEN ${name} THEN ${numberOrNull(meanOnGrid(sum, count, outputs.grid))}`;
    });
    return cases.length === 0
      ? numberOrNull(mean)
      : `CASE ${fold} ${cases.join(' ')} ELSE ${numberOrNull(mean)} END`;
  });
  return applyEncodings(state, folded, { lookups, unseen, beside: [fold] }, context);
}

/** For each fold the sums of all other folds. */
function othersOf(totals: ReadonlyMap<number, Sums>, width: number): Map<number, Sums> {
  const total = addAll([...totals.values()], width);
  return new Map(
    [...totals].map(([fold, sums]) => {
      const others = subtract(total, sums);
      // A single row has no others.
      return [fold, (others[0]?.count ?? 0) === 0 ? total : others];
    }),
  );
}

/** A key says fold and category: in one table are what each fold is told, and what rows without one are told. */
function encodingsByFold(
  step: Step,
  known: State['columns'][number],
  {
    sums,
    totals,
    grid,
  }: {
    readonly sums: ReadonlyMap<string | null, CategorySums>;
    readonly totals: ReadonlyMap<number, Sums>;
    readonly grid: Grid;
  },
): { readonly keys: readonly string[]; readonly values: readonly (readonly number[])[] } {
  const keys = known.categories.map((category) => keyOf(NO_FOLD, category));
  const values: (readonly number[])[] = [...known.values];
  for (const [category, { all, folds }] of sums) {
    for (const [fold, part] of folds) {
      keys.push(keyOf(fold, category));
      values.push(encode(subtract(all, part), totals.get(fold) ?? all, step.smooth, grid));
    }
  }
  return { keys, values };
}

function keyOf(fold: number, category: string | null): string {
  return category === null ? String(fold) : `${fold}=${category}`;
}

/** For rows without a fold alone. */
function fullLookups(state: State, input: Relation): Lookup[] {
  return state.columns.map(({ column, categories, values }) => ({
    key: `'=' || coalesce('=' || ${textOf(columnOf(input, column))}, '')`,
    keys: categories.map((category) => (category === null ? '=' : `==${category}`)),
    found: columnsOfValues(values, state.means.length),
  }));
}

function columnsOfValues(values: readonly (readonly number[])[], width: number): Lookup['found'] {
  return Array.from({ length: width }, (_, output) => ({
    kind: 'number',
    values: values.map((row) => row[output] ?? null),
  }));
}

interface Encodings {
  readonly lookups: readonly Lookup[];
  /** SQL per output. */
  readonly unseen: readonly string[];
  /** Identifiers that they use. */
  readonly beside?: readonly string[];
}

async function applyEncodings(
  state: State,
  input: Relation,
  { lookups, unseen, beside: already = [] }: Encodings,
  context: StepContext,
): Promise<Relation> {
  const { relation, ids, beside } = await lookUp(input, lookups, context, already);
  const widenings = state.columns.map(({ column }, i) => {
    const added = state.means.map((_, output): ColumnExpression => {
      const name = state.means.length === 1 ? column : `${column} (${state.classes[output] ?? output})`;
      const found = ids[i]?.found[output] ?? 'NULL';
      return { name, kind: 'number', sql: `coalesce(${found}, ${unseen[output] ?? 'NULL'})` };
    });
    return { from: column, added, keep: false };
  });
  return widenColumns(relation, widenings, context, beside);
}

function numberOrNull(value: number): string {
  return Number.isFinite(value) ? doubleSql(value) : 'NULL::DOUBLE';
}
