// Owns the step tfIdf: a number column a term, columns by code point as scikit-learn's. Texts are read and weighed chunk
// by chunk; only the terms are held.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { countRows } from '../../data/countRows';
import { addColumns, columnOf, dropColumns, textOf, type Relation } from '../../data/relation';
import { compareCodePoints } from '../codePoints';
import { TermCounter, TermWeigher } from '../terms';
import { writtenDown } from './besideRows';
import { forEachChunk, growingTable } from './chunks';
import type { StepContext, StepDefinition } from './step';

/** 8 bytes each once they are written out: 16 GB. */
const MAX_CELLS = 2e9;
const CHUNK_ROWS = 2 ** 16;

async function fit(
  step: StepOf<'tfIdf'>,
  train: Relation,
  { database, signal, note }: StepContext,
): Promise<FittedStates['tfIdf']> {
  const column = columnOf(train, step.column);
  const counter = new TermCounter(step.maxWords);
  await database.stream(
    `SELECT ${textOf(column)} FROM ${train.from}`,
    (chunk) => {
      for (const text of chunk.getColumnValues(0)) counter.add(typeof text === 'string' ? text : null);
    },
    { signal },
  );
  const { terms, idf } = counter.vocabulary(step.maxTerms, step.minDocuments);
  if (terms.length === 0) {
    const message = l10n.t(
      'Column "{0}" has no term that is in at least {1} train rows, so no column is made of it.',
      step.column,
      step.minDocuments,
    );
    note({ severity: 'warning', code: 'recipe.noTerms', message, column: step.column });
  }
  if (counter.isApproximate) {
    const message = l10n.t(
      'Column "{0}" has more different terms than are held at once, so rare ones are not counted exactly. Fewer words a term, or cleaning the text first, helps.',
      step.column,
    );
    note({ severity: 'info', code: 'recipe.manyTerms', message, column: step.column });
  }
  const order = terms.map((_, i) => i).sort((a, b) => compareCodePoints(terms[a] ?? '', terms[b] ?? ''));
  const sorted = order.map((i) => terms[i] ?? '');
  return {
    column: step.column,
    terms: sorted,
    idf: order.map((i) => idf[i] ?? 0),
    names: sorted.map((term) => `${step.column}: ${term}`),
  };
}

/**
 * The weights stand beside the rows as two lists, of the terms that a text has; a column takes its own out of them when it
 * is read. Written out, a hundred numbers a row would take ten times as long, and thousands would not fit.
 */
async function apply(
  step: StepOf<'tfIdf'>,
  state: FittedStates['tfIdf'],
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const column = columnOf(rows, step.column);
  if (state.terms.length === 0) return step.keep ? rows : dropColumns(rows, [column.name]);
  await checkSize(step, state.terms.length, rows, context);
  const table = await weighRows(step, state, rows, context);
  const [terms, weights] = [`terms${rows.nextId}`, `weights${rows.nextId}`];
  const from = `(SELECT a.*, b.i AS ${terms}, b.w AS ${weights} FROM ${rows.from} a POSITIONAL JOIN ${table} b)`;
  const added = state.names.map((name, i) => ({
    name,
    kind: 'number' as const,
    sql: `coalesce(${weights}[list_position(${terms}, ${i}::USMALLINT)], 0)`,
  }));
  const weighed = addColumns({ ...rows, from }, added, column.name);
  return step.keep ? weighed : dropColumns(weighed, [column.name]);
}

async function checkSize(
  step: StepOf<'tfIdf'>,
  terms: number,
  rows: Relation,
  context: StepContext,
): Promise<void> {
  const count = await countRows(rows, context);
  if (count * terms <= MAX_CELLS) return;
  throw new BenchError(
    'recipe.tooManyCells',
    l10n.t(
      '{0} terms in {1} rows are more than {2} numbers. Take fewer terms (maxTerms), or fewer rows.',
      terms,
      count,
      MAX_CELLS,
    ),
    { details: { column: step.column } },
  );
}

/** @returns a table with the terms `i` and their weights `w` of each row */
async function weighRows(
  step: StepOf<'tfIdf'>,
  state: FittedStates['tfIdf'],
  rows: Relation,
  context: StepContext,
): Promise<string> {
  const weigher = new TermWeigher(state, step.maxWords);
  const table = await growingTable(
    [
      { id: 'i', type: 'USMALLINT[]' },
      { id: 'w', type: 'DOUBLE[]' },
    ],
    context,
  );
  await forEachChunk(
    rows,
    [textOf(columnOf(rows, step.column))],
    CHUNK_ROWS,
    context,
    async ([texts = []]) => {
      const [terms, weights]: [string[], string[]] = [[], []];
      for (const text of texts) {
        const [found, numbers]: [number[], number[]] = [[], []];
        if (typeof text === 'string') {
          weigher.weigh(text, (term, weight) => {
            found.push(term);
            numbers.push(weight);
          });
        }
        terms.push(`[${found.join()}]`);
        weights.push(`[${numbers.join()}]`);
      }
      await table.append([
        { id: 'i', type: 'VARCHAR', values: terms },
        { id: 'w', type: 'VARCHAR', values: weights },
      ]);
    },
  );
  return table.name;
}

export const tfIdfSteps = {
  tfIdf: { kind: 'fitted', columns: () => undefined, fit, apply },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
