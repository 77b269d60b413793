// Owns the step tfIdf: a number column a term, columns by code point as scikit-learn's. Texts are read and weighed chunk
// by chunk; only the terms are held.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import type { ValueColumn } from '../../data/database';
import { addColumns, columnOf, dropColumns, textOf, type Relation } from '../../data/relation';
import { compareCodePoints } from '../codePoints';
import { countRows } from '../pipeline';
import { TermCounter, TermWeigher } from '../terms';
import { writtenDown } from './besideRows';
import { forEachChunk, growingTable } from './chunks';
import type { StepContext, StepDefinition } from './step';

/** 8 bytes each: 16 GB on disk, when they do not fit into memory. */
const MAX_CELLS = 2e9;
/** Of a chunk of weights: 16 MB. */
const CHUNK_CELLS = 2 ** 21;

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

async function apply(
  step: StepOf<'tfIdf'>,
  state: FittedStates['tfIdf'],
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const column = columnOf(rows, step.column);
  const added = state.names.map((name, i) => ({ name, kind: 'number' as const, sql: `w${i}` }));
  const table = await weighRows(step, state, rows, context);
  const from = `(SELECT a.*, ${table.ids.join(', ')} FROM ${rows.from} a POSITIONAL JOIN ${table.name})`;
  const withTerms = added.length === 0 ? rows : addColumns({ ...rows, from }, added, column.name);
  return step.keep ? withTerms : dropColumns(withTerms, [column.name]);
}

async function weighRows(
  step: StepOf<'tfIdf'>,
  state: FittedStates['tfIdf'],
  rows: Relation,
  context: StepContext,
): Promise<{ readonly name: string; readonly ids: readonly string[] }> {
  const ids = state.terms.map((_, i) => `w${i}`);
  if (ids.length === 0) return { name: '', ids };
  const count = await countRows(rows, context);
  if (count * ids.length > MAX_CELLS) {
    throw new BenchError(
      'recipe.tooManyCells',
      l10n.t(
        '{0} terms in {1} rows are more than {2} numbers. Take fewer terms (maxTerms), or fewer rows.',
        ids.length,
        count,
        MAX_CELLS,
      ),
      { details: { column: step.column } },
    );
  }
  const columnsOf = (values: readonly Float64Array[]): ValueColumn[] =>
    ids.map((id, i) => ({ id, type: 'DOUBLE', values: values[i] ?? new Float64Array(0) }));
  const weigher = new TermWeigher(state, step.maxWords);
  const table = await growingTable(columnsOf([]), context);
  const chunkRows = Math.max(1024, Math.floor(CHUNK_CELLS / ids.length));
  const text = textOf(columnOf(rows, step.column));
  await forEachChunk(rows, [text], chunkRows, context, async ([texts = []]) => {
    const weights = ids.map(() => new Float64Array(texts.length));
    for (const [row, value] of texts.entries()) {
      if (typeof value !== 'string') continue;
      weigher.weigh(value, (index, weight) => {
        const column = weights[index];
        if (column !== undefined) column[row] = weight;
      });
    }
    await table.append(columnsOf(weights));
  });
  return { name: table.name, ids };
}

export const tfIdfSteps = {
  tfIdf: { kind: 'fitted', columns: () => undefined, fit, apply },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
