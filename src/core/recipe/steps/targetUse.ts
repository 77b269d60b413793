// Owns what a step may take from the target. Rows that are to be predicted have none, so what is made of it gives it away
// in training and is missing afterwards.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { ApplyContext, StepContext } from './step';

/**
 * For a step that would put the target of a row into its other columns.
 * @throws BenchError 'recipe.targetColumn'
 */
export function refuseTarget(names: readonly string[], { target }: Pick<StepContext, 'target'>): void {
  if (target === undefined || !names.includes(target.column)) return;
  throw new BenchError(
    'recipe.targetColumn',
    l10n.t(
      '"{0}" is the target: this step would give it away, and new rows do not have it. Take it out of the columns.',
      target.column,
    ),
    { details: { column: target.column } },
  );
}

/** A new column may be what is wanted, to filter by or to predict instead: it is only said. */
export function noteTargetUse(
  names: readonly string[],
  made: string,
  { target, note, mode }: Pick<ApplyContext, 'target' | 'note' | 'mode'>,
): void {
  if (mode !== 'fit' || target === undefined || !names.includes(target.column)) return;
  const message = l10n.t(
    'Column "{0}" is made of the target "{1}": it gives the target away, and new rows do not have it. Do not learn from it.',
    made,
    target.column,
  );
  note({ severity: 'warning', code: 'recipe.targetUsed', message, column: made });
}
