// Owns what augmentation needs to know of the target: which it is, and which classes the train rows have.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { Target } from '../../../shared/schema/experiment';
import { columnOf, textOf, trainRows, type Relation, type RelationColumn } from '../../data/relation';
import type { StepContext } from './step';

/** @throws BenchError 'recipe.noTarget' */
export function requireTarget({ target }: StepContext): Target {
  if (target !== undefined) return target;
  throw new BenchError(
    'recipe.noTarget',
    l10n.t('This step goes by the target, and none is chosen. Choose what is to be predicted.'),
  );
}

/** @throws BenchError 'recipe.noTarget', 'recipe.noClasses' */
export function requireClasses(rows: Relation, context: StepContext): RelationColumn {
  const target = requireTarget(context);
  if (target.task !== 'regression') return columnOf(rows, target.column);
  throw new BenchError(
    'recipe.noClasses',
    l10n.t('This step evens out classes, and the target "{0}" is a number. Remove the step.', target.column),
    { details: { column: target.column } },
  );
}

/**
 * A new value of a class would be another class, or none.
 * @throws BenchError 'recipe.targetListed'
 */
export function refuseClassTarget(columns: readonly RelationColumn[], { target }: StepContext): void {
  if (target === undefined || target.task === 'regression') return;
  if (!columns.some(({ name }) => name === target.column)) return;
  throw new BenchError(
    'recipe.targetListed',
    l10n.t(
      '"{0}" is the target: its classes must stay as they are. Take it out of the columns.',
      target.column,
    ),
    { details: { column: target.column } },
  );
}

export interface ClassCount {
  readonly name: string;
  readonly rows: number;
}

/** By code point. Train rows whose class went missing are in none. */
export async function countClasses(
  rows: Relation,
  column: RelationColumn,
  { database, signal }: StepContext,
): Promise<ClassCount[]> {
  const found = await database.rows(
    `SELECT t, count(*) FROM (SELECT ${textOf(column)} AS t FROM ${trainRows(rows).from}) WHERE t IS NOT NULL GROUP BY t ORDER BY t`,
    { signal },
  );
  return found.map(([name, count]) => ({ name: typeof name === 'string' ? name : '', rows: Number(count) }));
}

/** How many rows each class lacks to have a share of the most frequent one. */
export function lackingRows(classes: readonly ClassCount[], ratio: number): number[] {
  const most = Math.max(0, ...classes.map(({ rows }) => rows));
  return classes.map(({ rows }) => Math.max(0, Math.round(most * ratio) - rows));
}
