// Owns SMOTE and SMOTE-NC: train rows of rare classes between a row and one of its nearest neighbours of the same class,
// on the numbers as they are (standardise them before, or the column with the largest numbers decides). The rows of the
// classes that lack some are in memory, with the listed columns alone.
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../../shared/abort';
import { BenchError } from '../../../shared/errors';
import { randomStream, type RandomStream } from '../../../shared/random';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import { doubles } from '../../data/numberBuffer';
import {
  columnsOf,
  filterRows,
  numberOf,
  textOf,
  trainRows,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { TextCoder, type CodedTexts } from '../codedTexts';
import { medianOf, meanOf, populationSd } from '../encoders/statistics';
import { NeighbourSearch, type Points } from '../neighbours';
import { writtenDown } from './besideRows';
import { appendMade, checkMadeRows, MadePlan, type MadeCell } from './madeRows';
import type { StepContext } from './step';
import { countClasses, lackingRows, refuseClassTarget, requireClasses } from './trainClasses';

/** Differences of numbers a class may take: some 20 s. */
const MAX_DIFFERENCES = 2e10;
/** A neighbour is looked for among so many rows at least. */
const MIN_POOL = 1000;
/** Differences between two looks at the signal. */
const BREATH_DIFFERENCES = 5e7;

interface Columns {
  readonly numbers: readonly RelationColumn[];
  readonly categories: readonly RelationColumn[];
}

/** The rows of a class that have all their numbers. */
interface ClassRows {
  readonly name: string;
  readonly points: Points;
  /** `ord` of each. */
  readonly ords: Float64Array;
  /** Texts of each category column. */
  readonly texts: readonly CodedTexts[];
}

/** @see Chawla et al. 2002; numbers, penalty and votes as imbalanced-learn 0.14's SMOTE and SMOTENC */
export async function smote(step: StepOf<'smote'>, input: Relation, context: StepContext): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const target = requireClasses(rows, context);
  const listed = columnsOf(rows, step.columns);
  refuseClassTarget(listed, context);
  const classes = await countClasses(rows, target, context);
  const lacking = lackingRows(classes, step.ratio);
  const total = lacking.reduce((sum, count) => sum + count, 0);
  checkMadeRows(total);
  if (total === 0) return rows;
  const columns = await sortColumns(listed, rows, context);
  const plan = await MadePlan.open(
    [
      { id: 'other', type: 'DOUBLE' },
      { id: 'share', type: 'DOUBLE' },
      ...columns.categories.map((_, i) => ({ id: `v${i}`, type: 'VARCHAR' as const })),
    ],
    context,
  );
  const stream = randomStream(step.seed, 'smote');
  for (const [i, { name, rows: size }] of classes.entries()) {
    const count = lacking[i] ?? 0;
    if (count === 0) continue;
    const found = await readClass(name, target, columns, rows, context);
    noteIncomplete(name, size - found.ords.length, context);
    await planClass(found, { count, neighbours: step.neighbours, stream, plan }, context);
  }
  const cells: MadeCell[] = [
    ...columns.numbers.map((column) => ({ column, from: 'between' as const })),
    ...columns.categories.map((column, i) => ({ column, from: { text: `v${i}` } })),
  ];
  return appendMade(await plan.close(), rows, cells, context);
}

/** A text column whose train cells are all numbers holds numbers; any other text is a category. */
async function sortColumns(
  listed: readonly RelationColumn[],
  rows: Relation,
  { database, signal }: StepContext,
): Promise<Columns> {
  const sorted: { numbers: RelationColumn[]; categories: RelationColumn[] } = { numbers: [], categories: [] };
  for (const column of listed) {
    if (column.kind !== 'text') {
      sorted.numbers.push(column);
      continue;
    }
    const [row = []] = await database.rows(
      `SELECT count(${numberOf(column)}), count(${textOf(column)}) FROM ${trainRows(rows).from}`,
      { signal },
    );
    const isNumber = Number(row[0]) === Number(row[1]) && Number(row[0]) > 0;
    sorted[isNumber ? 'numbers' : 'categories'].push(column);
  }
  if (sorted.numbers.length > 0) return sorted;
  throw new BenchError(
    'recipe.noNumbers',
    l10n.t(
      'SMOTE makes rows between numbers, and none of its columns holds any. Add one, or repeat rows with oversample.',
    ),
  );
}

async function readClass(
  name: string,
  target: RelationColumn,
  { numbers, categories }: Columns,
  rows: Relation,
  { database, signal }: StepContext,
): Promise<ClassRows> {
  const ords = doubles();
  const values = doubles();
  const coders = categories.map(() => new TextCoder());
  const ofClass = filterRows(trainRows(rows), `(${textOf(target)}) = ${sqlText(name)}`);
  const selected = [...numbers.map(numberOf), ...categories.map(textOf)].map((sql, i) => `${sql} AS x${i}`);
  const isComplete = numbers.map((_, i) => `x${i} IS NOT NULL`).join(' AND ');
  await database.stream(
    `SELECT * FROM (SELECT ord::DOUBLE AS o, ${selected.join(', ')} FROM ${ofClass.from}) WHERE ${isComplete}`,
    (chunk) => {
      ords.append(chunk.getColumnValues(0), NaN);
      const cells = numbers.map((_, i) => chunk.getColumnValues(1 + i));
      for (let row = 0; row < chunk.rowCount; row++)
        values.append(
          cells.map((column) => column[row]),
          NaN,
        );
      for (const [i, coder] of coders.entries()) coder.append(chunk.getColumnValues(1 + numbers.length + i));
    },
    { signal },
  );
  const texts = coders.map((coder) => coder.coded());
  const count = ords.count;
  const codes = new Int32Array(count * texts.length);
  for (const [i, { codes: of }] of texts.entries()) {
    for (const [row, code] of of.entries()) codes[row * texts.length + i] = code;
  }
  return {
    name,
    ords: ords.values(),
    texts,
    points: { rows: count, numbers: values.values(), categories: codes },
  };
}

interface ClassPlan {
  readonly count: number;
  readonly neighbours: number;
  readonly stream: RandomStream;
  readonly plan: MadePlan;
}

async function planClass(
  { name, points, ords, texts }: ClassRows,
  { count, neighbours, stream, plan }: ClassPlan,
  context: StepContext,
): Promise<void> {
  const most = Math.min(neighbours, points.rows - 1);
  if (most < neighbours) noteFewRows(name, points.rows, context);
  if (most < 1) return;
  const scaled = withoutOverflow(points);
  const pool = drawPool(points, count, stream);
  if (pool.length < points.rows) notePool(name, pool.length, context);
  const search = new NeighbourSearch(scaled, texts.length === 0 ? 0 : medianVariance(scaled), pool);
  const known = new Map<number, Int32Array>();
  let looked = 0;
  for (let made = 0; made < count; made++) {
    const base = stream.nextInt(points.rows);
    const draw = stream.next();
    const share = stream.next();
    let near = known.get(base);
    if (near === undefined) {
      near = search.nearest(base, most);
      known.set(base, near);
      looked += pool.length * widthOf(points);
    }
    const other = near[Math.floor(draw * near.length)] ?? base;
    plan.add(ords[base] ?? 0, [ords[other] ?? 0, share, ...texts.map((column) => vote(column, near, base))]);
    await plan.flush();
    if (looked < BREATH_DIFFERENCES) continue;
    looked = 0;
    await setImmediate();
    throwIfAborted(context.signal);
  }
}

/** Numbers and categories of a row. */
function widthOf({ rows, numbers, categories }: Points): number {
  return (numbers.length + categories.length) / rows;
}

/** All rows, or so many drawn ones that the search ends in time. */
function drawPool(points: Points, count: number, stream: RandomStream): Uint32Array {
  const searches = Math.min(points.rows, count);
  const most = Math.max(MIN_POOL, Math.floor(MAX_DIFFERENCES / (searches * widthOf(points))));
  const all = Uint32Array.from({ length: points.rows }, (_, row) => row);
  return points.rows <= most ? all : stream.shuffle(all).slice(0, most).sort();
}

/** Divided by a power of two where squares would overflow; distances keep their order. */
function withoutOverflow(points: Points): Points {
  let largest = 0;
  for (const value of points.numbers) largest = Math.max(largest, Math.abs(value));
  if (largest < 2 ** 500) return points;
  const scale = 2 ** Math.floor(Math.log2(largest));
  return { ...points, numbers: points.numbers.map((value) => value / scale) };
}

/** The square of the median of the columns' sd, within the class: what a category that differs counts. */
function medianVariance({ rows, numbers }: Points): number {
  const width = numbers.length / rows;
  const sds = Float64Array.from({ length: width }, (_, i) => {
    const column = Float64Array.from({ length: rows }, (_unused, row) => numbers[row * width + i] ?? 0);
    return populationSd(column, meanOf(column));
  });
  return medianOf(sds) ** 2;
}

/** The most frequent category among the neighbours; of equally frequent ones that of the nearest. */
function vote({ codes, names }: CodedTexts, near: Int32Array, base: number): string | null {
  const votes = new Map<number, number>();
  for (const row of near) {
    const code = codes[row] ?? -1;
    votes.set(code, (votes.get(code) ?? 0) + 1);
  }
  let [winner, most] = [codes[base] ?? -1, 0];
  for (const [code, count] of votes) if (count > most) [winner, most] = [code, count];
  return names[winner] ?? null;
}

function noteIncomplete(name: string, count: number, { note }: StepContext): void {
  if (count === 0) return;
  const message = l10n.t(
    'Class "{0}": {1} rows lack a number, so none is made from them. Fill missing values before.',
    name,
    count,
  );
  note({ severity: 'warning', code: 'recipe.missingNumbers', message, count });
}

function noteFewRows(name: string, rows: number, { note }: StepContext): void {
  const message =
    rows < 2
      ? l10n.t(
          'Class "{0}" has {1} usable rows, and nothing lies between them. Repeat rows with oversample.',
          name,
          rows,
        )
      : l10n.t('Class "{0}" has {1} usable rows, so each has {2} neighbours at most.', name, rows, rows - 1);
  note({ severity: 'warning', code: 'recipe.fewNeighbours', message, count: rows });
}

function notePool(name: string, rows: number, { note }: StepContext): void {
  const message = l10n.t(
    'Class "{0}": neighbours are looked for among {1} rows, taken at random.',
    name,
    rows,
  );
  note({ severity: 'info', code: 'recipe.neighbourSample', message, count: rows });
}
