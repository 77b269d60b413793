// Owns mixup: train rows between two others. Who is mixed with whom and how much is drawn here; the numbers themselves
// never leave the database.
import { randomStream } from '../../../shared/random';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { columnOf, columnsOf, numberOf, textOf, trainRows, type Relation } from '../../data/relation';
import { nextBeta } from '../betaSampler';
import { TextCoder } from '../codedTexts';
import { doubles } from '../../data/numberBuffer';
import { writtenDown } from './besideRows';
import { appendMade, checkMadeRows, MadePlan } from './madeRows';
import { noteNotNumbers } from './notNumbers';
import type { StepContext } from './step';
import { refuseClassTarget, requireTarget } from './trainClasses';

/** `ord` of train rows that have a target, and what each may be mixed with. */
interface Candidates {
  readonly ords: Float64Array;
  /** Rows class by class; of a number target there is one class. */
  readonly byClass: Uint32Array;
  readonly placeOf: Uint32Array;
  /** Where in byClass the class of a row starts, and how many rows it has. */
  readonly classOf: Int32Array;
  readonly starts: Uint32Array;
}

/**
 * The row it starts from has the larger part, so that the columns that are not mixed fit. A number that only one of the
 * two has is not mixed.
 * @see Zhang et al. 2018, "mixup"
 */
export async function mixup(step: StepOf<'mixup'>, input: Relation, context: StepContext): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const target = requireTarget(context);
  const columns = columnsOf(rows, step.columns);
  refuseClassTarget(columns, context);
  await noteNotNumbers(rows, columns, context);
  const isNumber = target.task === 'regression';
  const mixed = isNumber ? [...new Set([...columns, columnOf(rows, target.column)])] : columns;
  const candidates = await readCandidates(rows, target.column, isNumber, context);
  const count = Math.round(candidates.ords.length * step.share);
  checkMadeRows(count);
  if (candidates.ords.length < 2 || count === 0) return rows;
  const plan = await MadePlan.open(
    [
      { id: 'other', type: 'DOUBLE' },
      { id: 'share', type: 'DOUBLE' },
    ],
    context,
  );
  const stream = randomStream(step.seed, 'mixup');
  for (let i = 0; i < count; i++) {
    const base = stream.nextInt(candidates.ords.length);
    const other = partnerOf(base, candidates, stream.next());
    const beta = nextBeta(step.alpha, stream);
    plan.add(candidates.ords[base] ?? 0, [candidates.ords[other] ?? 0, Math.min(beta, 1 - beta)]);
    await plan.flush();
  }
  const cells = mixed.map((column) => ({ column, from: 'between' as const }));
  return appendMade(await plan.close(), rows, cells, context);
}

/** Another row of the same class; the row itself where it is the only one. @param draw in [0, 1) */
function partnerOf(row: number, { byClass, placeOf, classOf, starts }: Candidates, draw: number): number {
  const code = classOf[row] ?? 0;
  const [from = 0, to = 0] = starts.subarray(code, code + 2);
  if (to - from < 2) return row;
  const place = from + Math.floor(draw * (to - from - 1));
  return byClass[place < (placeOf[row] ?? 0) ? place : place + 1] ?? row;
}

async function readCandidates(
  rows: Relation,
  target: string,
  isNumber: boolean,
  { database, signal }: StepContext,
): Promise<Candidates> {
  const column = columnOf(rows, target);
  const value = isNumber ? numberOf(column) : textOf(column);
  const ords = doubles();
  const coder = new TextCoder();
  await database.stream(
    `SELECT o, ${isNumber ? "''" : 't'} FROM (SELECT ord::DOUBLE AS o, ${value} AS t FROM ${trainRows(rows).from}) WHERE t IS NOT NULL`,
    (chunk) => {
      ords.append(chunk.getColumnValues(0), NaN);
      coder.append(chunk.getColumnValues(1));
    },
    { signal },
  );
  const { codes, names } = coder.coded();
  const starts = new Uint32Array(names.length + 1);
  for (const code of codes) starts[code + 1] = (starts[code + 1] ?? 0) + 1;
  for (let code = 1; code <= names.length; code++)
    starts[code] = (starts[code] ?? 0) + (starts[code - 1] ?? 0);
  const next = Uint32Array.from(starts);
  const byClass = new Uint32Array(codes.length);
  const placeOf = new Uint32Array(codes.length);
  for (const [row, code] of codes.entries()) {
    const place = next[code] ?? 0;
    byClass[place] = row;
    placeOf[row] = place;
    next[code] = place + 1;
  }
  return { ords: ords.values(), byClass, placeOf, classOf: codes, starts };
}
