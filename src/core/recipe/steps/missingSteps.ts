// Owns the steps on missing values. A cell is missing when it holds no text (a number or a time column: no value);
// fillMissing with a mean or a median and knnImpute also fill cells that are no numbers.
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText } from '../../data/database';
import { columnExists, columnsOf, numberOf, textOf, type Relation } from '../../data/relation';
import { doubleSql } from '../../data/scalarSql';
import { missingName } from '../encoders/encoder';
import { changeColumns, widenColumns } from './changeColumns';
import { applyFill, fitFill } from './fillMissing';
import { applyKnn, fitKnn } from './knnImpute';
import type { ApplyContext, StepDefinition } from './step';

const sameColumns = (_step: unknown, columns: readonly string[]): readonly string[] => columns;

function withIndicators(step: StepOf<'missingIndicator'>, columns: readonly string[]): readonly string[] {
  const named = new Set(step.columns);
  const taken = new Set(columns);
  return columns.flatMap((name) => {
    if (!named.has(name)) return [name];
    if (taken.has(missingName(name))) throw columnExists(missingName(name));
    return [name, missingName(name)];
  });
}

function markMissing(step: StepOf<'markMissing'>, input: Relation, context: ApplyContext): Promise<Relation> {
  const texts = [...new Set(step.values.map((value) => value.trim()))];
  const numbers = texts
    .filter((text) => text !== '')
    .map(Number)
    .filter(Number.isFinite);
  const changes = columnsOf(input, step.columns).map((column) => {
    const isText = `list_contains([${texts.map(sqlText).join(', ')}], ${textOf(column)})`;
    // -999.0 is -999.
    const isNumber = `list_contains([${numbers.map(doubleSql).join(', ')}], ${numberOf(column)})`;
    const is = numbers.length === 0 || column.kind === 'datetime' ? isText : `(${isText} OR ${isNumber})`;
    const { name, id, kind } = column;
    return {
      name,
      kind,
      numbers: column.numbers,
      sql: `CASE WHEN NOT coalesce(${is}, false) THEN ${id} END`,
    };
  });
  return changeColumns(input, changes, context);
}

export const missingSteps = {
  fillMissing: { kind: 'fitted', columns: sameColumns, fit: fitFill, apply: applyFill },
  knnImpute: { kind: 'fitted', columns: sameColumns, fit: fitKnn, apply: applyKnn },
  missingIndicator: {
    kind: 'plain',
    columns: withIndicators,
    apply: (step, input, context) =>
      widenColumns(
        input,
        columnsOf(input, step.columns).map((column) => ({
          from: column.name,
          added: [
            { name: missingName(column.name), kind: 'number', sql: `((${textOf(column)}) IS NULL)::DOUBLE` },
          ],
          keep: true,
        })),
        context,
      ),
  },
  markMissing: { kind: 'plain', columns: sameColumns, apply: markMissing },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
