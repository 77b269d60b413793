// Owns filling missing numbers with the mean of the nearest train rows, as scikit-learn's KNNImputer: distances over the
// columns both rows have, scaled up to all. Donors and the rows with a gap lie in memory; all other rows stay in SQL.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../../shared/abort';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { columnsOf, type Relation } from '../../data/relation';
import { doubles } from '../../data/numberBuffer';
import { writtenDown } from './besideRows';
import { asNumbers, changeColumns, forManyQueries, slicesOf } from './changeColumns';
import { noteNotNumbersApplied } from './notNumbers';
import { seededKey } from './rowOrder';
import { momentsOf, rangesOf } from './statisticsSql';
import type { ApplyContext, StepContext } from './step';
import { refuseTarget } from './targetUse';

type Step = StepOf<'knnImpute'>;
type State = FittedStates['knnImpute'];

/** A recipe keeps its donors: more rows make it large and every prediction slow. */
const MAX_DONORS = 20_000;
const MAX_CELLS = 1_000_000;
/** There is no seed to choose: the sample only says who may be a neighbour. */
const SAMPLE_SEED = 1;
/** Distances between two looks at the signal. */
const CHUNK_DISTANCES = 2_000_000;

/** @throws BenchError 'recipe.targetColumn': neighbours would be those of the same target */
export async function fitKnn(step: Step, train: Relation, context: StepContext): Promise<State> {
  refuseTarget(step.columns, context);
  const columns = columnsOf(train, step.columns);
  const rows = await forManyQueries(train, columns, context);
  const ranges = await rangesOf(rows, columns, context);
  const moments = await momentsOf(rows, columns, ranges, context);
  const names = columns.map(({ name }) => name);
  const numbers = await asNumbers(rows, names, context);
  const ids = columnsOf(numbers, names).map(({ id }) => id);
  const hasAny = `(SELECT * FROM ${numbers.from} WHERE ${ids.map((id) => `${id} IS NOT NULL`).join(' OR ')})`;
  const [counted] = await context.database.rows(`SELECT count(*) FROM ${hasAny}`, { signal: context.signal });
  const count = Number(counted?.[0] ?? 0);
  const most = Math.max(1, Math.min(MAX_DONORS, Math.floor(MAX_CELLS / ids.length)));
  const from =
    count <= most
      ? hasAny
      : `(SELECT * FROM ${hasAny} ORDER BY ${seededKey(SAMPLE_SEED, 'knnImpute')} LIMIT ${most})`;
  if (count > most) noteSample(count, most, context);
  const donors: (number | null)[][] = [];
  await context.database.stream(
    `SELECT ${ids.join(', ')} FROM ${from} ORDER BY ord`,
    (chunk) => {
      const cells = ids.map((_, i) => chunk.getColumnValues(i));
      for (let row = 0; row < chunk.rowCount; row++) {
        donors.push(cells.map((values) => numberOrNull(values[row])));
      }
    },
    { signal: context.signal },
  );
  const means = moments.map(({ mean }) => (Number.isFinite(mean) ? mean : null));
  return { columns: names, means, donors };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function noteSample(rows: number, most: number, { note }: StepContext): void {
  const message = l10n.t(
    'Neighbours are looked for among {0} of the {1} train rows, taken at random: the recipe keeps them.',
    most,
    rows,
  );
  note({ severity: 'info', code: 'recipe.donorSample', message, count: most });
}

export async function applyKnn(
  step: Step,
  state: State,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const { database, workbench, signal } = context;
  await noteNotNumbersApplied(input, columnsOf(input, state.columns), context);
  const rows = await writtenDown(await asNumbers(input, state.columns, context), context);
  const columns = columnsOf(rows, state.columns);
  const gaps = await readGaps(
    rows,
    columns.map(({ id }) => id),
    context,
  );
  if (gaps.ords.length === 0) return rows;
  await fillGaps(gaps.cells, donorsOf(state), { ...step, signal });
  const table = workbench.tableName();
  const width = columns.length;
  const column = (i: number): Float64Array =>
    Float64Array.from({ length: gaps.ords.length }, (_, row) => gaps.cells[row * width + i] ?? NaN);
  await database.createTable(
    table,
    [
      { id: 'place', type: 'BIGINT', values: gaps.ords },
      ...columns.map((_, i) => ({ id: `v${i}`, type: 'DOUBLE' as const, values: column(i) })),
    ],
    { signal },
  );
  const slices = slicesOf(columns.map(({ name, id }, i) => ({ name, id, filled: `v${i}` })));
  let relation = rows;
  for (const slice of slices) relation = await besideFilled(relation, slice, table, context);
  return relation;
}

/** The columns with the gaps filled, in the order of the rows: a join alone would leave that to chance. */
async function besideFilled(
  rows: Relation,
  slice: readonly { readonly name: string; readonly id: string; readonly filled: string }[],
  table: string,
  context: StepContext,
): Promise<Relation> {
  const { database, workbench, signal } = context;
  const base = await writtenDown(rows, context);
  const written = workbench.tableName();
  const ids = slice.map((_, i) => `c${base.nextId + i}`);
  const values = slice.map(({ id, filled }, i) => `coalesce(a.${id}, b.${filled}) AS ${ids[i] ?? ''}`);
  await database.rows(
    `CREATE TABLE ${written} AS SELECT ${ids.join(', ')} FROM (SELECT a.ord, ${values.join(', ')}
      FROM ${base.from} a LEFT JOIN ${table} b ON a.ord = b.place) ORDER BY ord`,
    { signal },
  );
  const beside = {
    ...base,
    nextId: base.nextId + slice.length,
    from: `(SELECT * FROM ${base.from} POSITIONAL JOIN ${written})`,
  };
  return changeColumns(
    beside,
    slice.map(({ name }, i) => ({ name, kind: 'number', sql: ids[i] ?? 'NULL' })),
    context,
  );
}

/** Rows of numbers, one behind the other; NaN is missing. */
interface Rows {
  readonly cells: Float64Array;
  readonly width: number;
}

async function readGaps(
  rows: Relation,
  ids: readonly string[],
  { database, signal }: StepContext,
): Promise<{ readonly ords: Float64Array; readonly cells: Float64Array }> {
  const ords = doubles();
  const cells = doubles();
  const hasGap = ids.map((id) => `${id} IS NULL`).join(' OR ');
  await database.stream(
    `SELECT ord::DOUBLE, ${ids.join(', ')} FROM ${rows.from} WHERE ${hasGap}`,
    (chunk) => {
      ords.append(chunk.getColumnValues(0), NaN);
      const columns = ids.map((_, i) => chunk.getColumnValues(i + 1));
      for (let row = 0; row < chunk.rowCount; row++) {
        cells.append(
          columns.map((values) => values[row]),
          NaN,
        );
      }
    },
    { signal },
  );
  return { ords: ords.values(), cells: cells.values() };
}

export interface Donors extends Rows {
  readonly means: readonly (number | null)[];
}

export function donorsOf({ columns, means, donors }: State): Donors {
  const width = columns.length;
  const cells = new Float64Array(donors.length * width);
  for (const [row, values] of donors.entries()) {
    for (let i = 0; i < width; i++) cells[row * width + i] = values[i] ?? NaN;
  }
  return { cells, width, means };
}

interface FillOptions {
  readonly neighbours: number;
  readonly weights: Step['weights'];
  readonly signal?: AbortSignal | undefined;
}

/** Fills in place. @param cells rows of the width of the donors */
export async function fillGaps(cells: Float64Array, donors: Donors, options: FillOptions): Promise<void> {
  const { width } = donors;
  const rows = cells.length / width;
  const perChunk = Math.max(1, Math.floor(CHUNK_DISTANCES / Math.max(1, donors.cells.length)));
  const distances = new Float64Array(donors.cells.length / width);
  for (let first = 0; first < rows; first += perChunk) {
    if (first > 0) await new Promise((resolve) => setImmediate(resolve));
    throwIfAborted(options.signal);
    for (let row = first; row < Math.min(rows, first + perChunk); row++) {
      fillRow(cells.subarray(row * width, (row + 1) * width), donors, distances, options);
    }
  }
}

function fillRow(row: Float64Array, donors: Donors, distances: Float64Array, options: FillOptions): void {
  const gaps: number[] = [];
  const present: number[] = [];
  for (const [i, value] of row.entries()) (Number.isNaN(value) ? gaps : present).push(i);
  if (gaps.length === 0) return;
  measure(row, present, donors, distances);
  const fills = gaps.map((gap) => fillOf(gap, donors, distances, options));
  for (const [i, gap] of gaps.entries()) row[gap] = fills[i] ?? NaN;
}

/** Squared distances over what both have, as if it were all columns; NaN where that is nothing. @see nan_euclidean_distances */
function measure(
  row: Float64Array,
  present: readonly number[],
  { cells, width }: Rows,
  distances: Float64Array,
): void {
  for (let donor = 0, at = 0; donor < distances.length; donor++, at += width) {
    let sum = 0;
    let shared = 0;
    for (const i of present) {
      const gap = (row[i] ?? NaN) - (cells[at + i] ?? NaN);
      if (Number.isNaN(gap)) continue;
      sum += gap * gap;
      shared++;
    }
    distances[donor] = shared === 0 ? NaN : (sum / shared) * width;
  }
}

/** NaN when no donor has a value. */
function fillOf(
  gap: number,
  { cells, width, means }: Donors,
  distances: Float64Array,
  { neighbours, weights }: FillOptions,
): number {
  // The nearest so far, ascending; of equally near ones the first.
  const nearest: { distance: number; value: number }[] = [];
  let farthest = Infinity;
  for (let donor = 0, at = gap; donor < distances.length; donor++, at += width) {
    const distance = distances[donor] ?? NaN;
    // False for NaN too; Infinity only counts while there are too few.
    if (!(distance < farthest || (distance === Infinity && nearest.length < neighbours))) continue;
    const value = cells[at] ?? NaN;
    if (Number.isNaN(value)) continue;
    let place = nearest.length;
    while (place > 0 && distance < (nearest[place - 1]?.distance ?? Infinity)) place--;
    nearest.splice(place, 0, { distance, value });
    if (nearest.length > neighbours) nearest.pop();
    if (nearest.length === neighbours) farthest = nearest.at(-1)?.distance ?? Infinity;
  }
  if (nearest.length === 0) return means[gap] ?? NaN;
  return weightedMean(nearest, weights);
}

/** A donor at distance 0 counts alone. Divided before adding, so that large numbers do not overflow. */
function weightedMean(
  nearest: readonly { readonly distance: number; readonly value: number }[],
  weights: Step['weights'],
): number {
  const exact = nearest.some(({ distance }) => distance === 0);
  const weightOf = (distance: number): number => {
    if (weights === 'uniform') return 1;
    return exact ? Number(distance === 0) : 1 / Math.sqrt(distance);
  };
  const all = nearest.map(({ distance }) => weightOf(distance));
  const total = all.reduce((sum, weight) => sum + weight, 0);
  // All infinitely far: none is nearer.
  const isUsable = total > 0 && Number.isFinite(total);
  return nearest.reduce(
    (mean, { value }, i) => mean + value * (isUsable ? (all[i] ?? 0) / total : 1 / nearest.length),
    0,
  );
}
