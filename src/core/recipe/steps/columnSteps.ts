// Owns the steps on columns. New columns stand where they were made from (splitColumn) or at the end.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import { columnsOfExpression } from '../../../shared/expression/ast';
import { parseExpression } from '../../../shared/expression/parse';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import {
  addColumns,
  columnExists,
  columnOf,
  columnsOf,
  dropColumns,
  textOf,
  type Relation,
} from '../../data/relation';
import { presentTextSql } from '../../data/scalarSql';
import { compileText } from '../expression/compile';
import { checkNames } from '../expression/names';
import { applyCast, pinCast } from './cast';
import { widenColumns } from './changeColumns';
import { requireColumns, sameColumns, widened, withColumns } from './columnNames';
import type { ApplyContext, StepDefinition } from './step';
import { noteTargetUse } from './targetUse';

/** New names by old ones, all at once, so that two columns may swap their names. @throws BenchError */
function renamesOf(step: StepOf<'renameColumns'>, columns: readonly string[]): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const { column, to } of step.renames) {
    requireColumns([column], columns);
    const other = renames.get(column);
    if (other !== undefined && other !== to) {
      throw new BenchError(
        'recipe.renamedTwice',
        l10n.t('Column "{0}" is renamed to "{1}" and to "{2}". Keep one of them.', column, other, to),
        { details: { column } },
      );
    }
    renames.set(column, to);
  }
  const taken = new Set<string>();
  for (const name of columns) {
    const renamed = renames.get(name) ?? name;
    if (taken.has(renamed)) throw columnExists(renamed);
    taken.add(renamed);
  }
  return renames;
}

/** The named ones first, each once, then the others. */
function reordered(step: StepOf<'reorderColumns'>, columns: readonly string[]): readonly string[] {
  requireColumns(step.columns, columns);
  return [...new Set([...step.columns, ...columns])];
}

async function computeColumn(
  step: StepOf<'computeColumn'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const { kind, sql, numbers } = await compileText(step.expression, input, context);
  const parsed = parseExpression(step.expression);
  if ('ast' in parsed) noteTargetUse(columnsOfExpression(parsed.ast), step.name, context);
  return addColumns(input, [
    kind === 'boolean'
      ? { name: step.name, kind: 'number', sql: `(${sql})::DOUBLE` }
      : { name: step.name, kind, sql, numbers },
  ]);
}

/** Names that are not there are found before there is data. */
function columnsComputed(step: StepOf<'computeColumn'>, columns: readonly string[]): readonly string[] {
  checkNames(step.expression, columns);
  return withColumns(columns, [step.name]);
}

/** Parts are trimmed; an empty one is missing, and so are those that are not there. */
async function splitColumn(
  step: StepOf<'splitColumn'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const column = columnOf(input, step.column);
  noteTargetUse([column.name], step.into.join(', '), context);
  // The parts once, beside the rows: each new column takes one.
  const parts = `c${input.nextId}`;
  const separator = sqlText(step.separator);
  const list = `string_split((${textOf(column)}), ${separator})`;
  const rows: Relation = {
    ...input,
    from: `(SELECT *, ${list} AS ${parts} FROM ${input.from})`,
    nextId: input.nextId + 1,
  };
  const added = step.into.map((name, i) => {
    const isLast = i === step.into.length - 1;
    const part = isLast ? `array_to_string(${parts}[${i + 1}:], ${separator})` : `${parts}[${i + 1}]`;
    return { name, kind: 'text' as const, sql: trimmedPart(part), numbers: column.numbers };
  });
  return widenColumns(rows, [{ from: step.column, added, keep: step.keep }], context);
}

function trimmedPart(sql: string): string {
  return presentTextSql(`trim(${sql}, ' \t\r\n\u00a0')`);
}

/** Sources go unless they are kept; the new one stands at the end and may have the name of a source that goes. */
function columnsJoined(step: StepOf<'joinColumns'>, columns: readonly string[]): readonly string[] {
  requireColumns(step.columns, columns);
  const sources = new Set(step.keep ? [] : step.columns);
  return withColumns(
    columns.filter((name) => !sources.has(name)),
    [step.name],
  );
}

function joinColumns(step: StepOf<'joinColumns'>, input: Relation, context: ApplyContext): Relation {
  noteTargetUse(step.columns, step.name, context);
  // A column named twice is there twice.
  const texts = step.columns.map((name) => `(${textOf(columnOf(input, name))})`);
  const joined = `concat_ws(${sqlText(step.separator)}, ${texts.join(', ')})`;
  const sql = presentTextSql(joined);
  const rest = step.keep ? input : dropColumns(input, step.columns);
  return addColumns(rest, [{ name: step.name, kind: 'text', sql }]);
}

export const columnSteps = {
  selectColumns: {
    kind: 'plain',
    columns: (step, columns) => {
      requireColumns(step.columns, columns);
      const kept = new Set(step.columns);
      return columns.filter((name) => kept.has(name));
    },
    apply: (step, input) => {
      const kept = new Set(columnsOf(input, step.columns));
      return { ...input, columns: input.columns.filter((column) => kept.has(column)) };
    },
  },
  dropColumns: {
    kind: 'plain',
    columns: (step, columns) => {
      requireColumns(step.columns, columns);
      const dropped = new Set(step.columns);
      return columns.filter((name) => !dropped.has(name));
    },
    apply: (step, input) => {
      columnsOf(input, step.columns);
      return dropColumns(input, step.columns);
    },
  },
  renameColumns: {
    kind: 'plain',
    columns: (step, columns) => {
      const renames = renamesOf(step, columns);
      return columns.map((name) => renames.get(name) ?? name);
    },
    apply: (step, input) => {
      const renames = renamesOf(
        step,
        input.columns.map(({ name }) => name),
      );
      const columns = input.columns.map((column) => ({
        ...column,
        name: renames.get(column.name) ?? column.name,
      }));
      return { ...input, columns };
    },
  },
  reorderColumns: {
    kind: 'plain',
    columns: reordered,
    apply: (step, input) => {
      const names = reordered(
        step,
        input.columns.map(({ name }) => name),
      );
      return { ...input, columns: names.map((name) => columnOf(input, name)) };
    },
  },
  cast: { kind: 'plain', columns: sameColumns, pin: pinCast, apply: applyCast },
  computeColumn: { kind: 'plain', columns: columnsComputed, apply: computeColumn },
  splitColumn: {
    kind: 'plain',
    columns: (step, columns) => widened(columns, { from: step.column, added: step.into, keep: step.keep }),
    apply: splitColumn,
  },
  joinColumns: { kind: 'plain', columns: columnsJoined, apply: joinColumns },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
