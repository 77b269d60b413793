// Owns augmentation by copies of train rows with a little noise: on numbers, and on the tokens of texts. Rows pass by in
// chunks; what is drawn depends on the seed and the order of the rows alone.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import { randomStream, type RandomStream } from '../../../shared/random';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { countRows } from '../../data/countRows';
import {
  columnsOf,
  numberOf,
  PART_CODES,
  textOf,
  trainRows,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { writtenDown } from './besideRows';
import { forEachChunk } from './chunks';
import { appendMade, checkMadeRows, MadePlan } from './madeRows';
import { momentsOf, rangesOf } from './statisticsSql';
import type { StepContext } from './step';
import { changeTokens, dropTokens, swapTokens } from './textNoise';
import { refuseClassTarget } from './trainClasses';

const READ_ROWS = 2 ** 15;

interface CopyOptions {
  readonly columns: readonly RelationColumn[];
  readonly as: 'number' | 'text';
  readonly copies: number;
  /** The cells of a copy. */
  readonly change: (cells: readonly unknown[]) => (number | string | null)[];
}

async function appendCopies(
  rows: Relation,
  { columns, as, copies, change }: CopyOptions,
  context: StepContext,
): Promise<Relation> {
  checkMadeRows((await countRows(trainRows(rows), context)) * copies);
  const ids = columns.map((_, i) => `v${i}`);
  const plan = await MadePlan.open(
    ids.map((id) => ({ id, type: as === 'number' ? 'DOUBLE' : 'VARCHAR' })),
    context,
  );
  const value = as === 'number' ? numberOf : textOf;
  await forEachChunk(
    rows,
    ['part::INTEGER', 'ord::DOUBLE', ...columns.map(value)],
    READ_ROWS,
    context,
    async ([parts = [], ords = [], ...values]) => {
      for (const [row, part] of parts.entries()) {
        if (part !== PART_CODES.train) continue;
        const cells = values.map((column) => column[row]);
        for (let copy = 0; copy < copies; copy++) plan.add(Number(ords[row]), change(cells));
        await plan.flush();
      }
    },
  );
  const made = columns.map((column, i) => ({
    column,
    from: as === 'number' ? { number: ids[i] ?? '' } : { text: ids[i] ?? '' },
  }));
  return appendMade(await plan.close(), rows, made, context);
}

/** A missing cell and one that is no number stay as they are. */
export async function jitter(
  step: StepOf<'jitter'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const columns = columnsOf(rows, step.columns);
  refuseClassTarget(columns, context);
  const train = trainRows(rows);
  const ranges = await rangesOf(train, columns, context);
  const moments = await momentsOf(train, columns, ranges, context);
  const scales = moments.map(({ sd }) => (sd > 0 ? sd * step.scale : 0));
  const stream = randomStream(step.seed, 'jitter');
  const change = (cells: readonly unknown[]): (number | null)[] =>
    cells.map((cell, i) => {
      // Drawn for a missing cell too: what one row holds does not change the noise of the next.
      const noise = (scales[i] ?? 0) * stream.nextNormal();
      const value = typeof cell === 'number' ? cell + noise : NaN;
      return Number.isFinite(value) ? value : null;
    });
  return appendCopies(rows, { columns, as: 'number', copies: step.copies, change }, context);
}

async function noiseOnTexts(
  step: StepOf<'textDropout'> | StepOf<'textSwap'>,
  input: Relation,
  context: StepContext,
  change: (tokens: string[]) => string[],
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const columns = columnsOf(rows, step.columns);
  refuseClassTarget(columns, context);
  const odd = columns.find(({ kind }) => kind !== 'text');
  if (odd !== undefined) {
    throw new BenchError(
      'recipe.notText',
      l10n.t('Column "{0}" holds no text but {1}. Take it out of the columns.', odd.name, odd.kind),
      { details: { column: odd.name } },
    );
  }
  const cells = (values: readonly unknown[]): (string | null)[] =>
    values.map((value) => (typeof value === 'string' ? changeTokens(value, change) : null));
  return appendCopies(rows, { columns, as: 'text', copies: step.copies, change: cells }, context);
}

export function textDropout(
  step: StepOf<'textDropout'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const stream: RandomStream = randomStream(step.seed, 'textDropout');
  return noiseOnTexts(step, input, context, (tokens) => dropTokens(tokens, step.probability, stream));
}

export function textSwap(step: StepOf<'textSwap'>, input: Relation, context: StepContext): Promise<Relation> {
  const stream: RandomStream = randomStream(step.seed, 'textSwap');
  return noiseOnTexts(step, input, context, (tokens) => swapTokens(tokens, step.share, stream));
}
