// Owns reading columns as another type, and what is said of cells that are not of it.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { numberSql, trimmedSql, type NumberFormat } from '../../data/cells';
import { sqlText } from '../../data/database';
import {
  columnsOf,
  numberOf,
  textOf,
  type ColumnKind,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { bindSql, booleanOfTextSql } from '../../data/scalarSql';
import { changeColumns } from './changeColumns';
import { dateOf, decideDayFirst } from './dayFirst';
import type { StepContext } from './step';
import { noteUnread } from './unreadCells';

type Cast = StepOf<'cast'>;

const KINDS: Readonly<Record<Cast['to'], ColumnKind>> = {
  number: 'number',
  text: 'text',
  boolean: 'text',
  datetime: 'datetime',
};

export async function pinCast(step: Cast, input: Relation, context: StepContext): Promise<Cast> {
  if (step.to !== 'datetime' || step.dayFirst !== 'auto') return step;
  return { ...step, dayFirst: await decideDayFirst(step.columns, input, context) };
}

export async function applyCast(step: Cast, input: Relation, context: StepContext): Promise<Relation> {
  const format = formatOf(step);
  const changes = columnsOf(input, step.columns)
    // Booleans are texts, but only some texts are booleans.
    .filter(
      ({ kind }) =>
        kind !== KINDS[step.to] || step.to === 'boolean' || (step.to === 'number' && step.symbols),
    )
    .map((column) => ({ column, value: valueSql(column, step, format) }));
  await noteUnread(input, changes, { expected: expectedText(step.to), context });
  const replaced = changes.map(({ column, value }) => ({
    name: column.name,
    kind: KINDS[step.to],
    sql: value,
  }));
  return changeColumns(input, replaced, context);
}

/** Undefined where the step leaves it to the file. */
function formatOf({ decimal, thousands }: Cast): NumberFormat | undefined {
  if (decimal === '.' && thousands === '') return undefined;
  if (decimal !== thousands) return { decimal, thousands };
  throw new BenchError(
    'recipe.numberFormat',
    l10n.t('"{0}" cannot be both the decimal mark and the thousands separator. Choose another one.', decimal),
  );
}

function valueSql(column: RelationColumn, step: Cast, format: NumberFormat | undefined): string {
  switch (step.to) {
    case 'number':
      return numberValue(column, step, format);
    case 'text':
      return textOf(column);
    case 'boolean':
      return booleanValue(column);
    case 'datetime':
      return dateOf(column, step.dayFirst);
  }
}

// A sign may stand before or behind the currency: -$5, $-5. (.*?) leaves the rest to the second group.
const SYMBOLS = '^([-+]?)[\\s\\x{a0}]*\\p{Sc}?[\\s\\x{a0}]*(.*?)[\\s\\x{a0}]*[\\p{Sc}%\\x{ff05}]?$';

function numberValue(column: RelationColumn, step: Cast, format: NumberFormat | undefined): string {
  if (column.kind !== 'text' || (format === undefined && !step.symbols)) return numberOf(column);
  const trimmed = trimmedSql(column.id);
  const text = step.symbols ? `regexp_replace(${trimmed}, ${sqlText(SYMBOLS)}, '\\1\\2')` : trimmed;
  return bindSql('n0', text, (name) => `(${numberSql(name, format ?? column.numbers)})`);
}

function booleanValue(column: RelationColumn): string {
  switch (column.kind) {
    case 'text':
      return `(${booleanOfTextSql(`(${textOf(column)})`)})::VARCHAR`;
    case 'number':
      return `CASE ${column.id} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
    case 'datetime':
      return 'NULL::VARCHAR';
  }
}

function expectedText(to: Cast['to']): string {
  switch (to) {
    case 'boolean':
      return l10n.t('true or false (yes, no, 1, 0)');
    case 'datetime':
      return l10n.t('a date');
    case 'number':
    case 'text':
      return l10n.t('a number');
  }
}
