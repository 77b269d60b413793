// Owns what a target named on the command line means: the task and the split that a config for this file would have.
import { toErrorData } from '../../shared/errors';
import { splitSchema, targetSchema, type Split, type Target } from '../../shared/schema/experiment';
import type { DatasetProfile } from '../../shared/schema/profile';
import { unknownColumn } from '../../core/columnErrors';
import { scaffoldExperiment } from '../../core/experiment/scaffold';

const UNLEARNABLE = new Set(['target.allMissing', 'target.singleValue', 'target.tooManyClasses']);

/** A target that cannot be learnt is no error here: whoever asks finds out what it is good for. */
export function targetAndSplit(
  profile: DatasetProfile,
  target: string,
  splitColumn: string | undefined,
): { target: Target; split?: Split } {
  const columns = profile.columns.map(({ name }) => name);
  const column = profile.columns.find(({ name }) => name === target);
  if (column === undefined) throw unknownColumn('target.unknown', target, { path: profile.path, columns });
  try {
    const { experiment } = scaffoldExperiment({ profile, relativePath: '', target, splitColumn });
    return {
      target: targetSchema.parse(experiment.data.target),
      split: splitSchema.parse(experiment.split),
    };
  } catch (error) {
    if (!UNLEARNABLE.has(toErrorData(error).code)) throw error;
    const task = column.type === 'number' && column.distinct > 2 ? 'regression' : 'multiclass';
    return { target: targetSchema.parse({ column: target, task }) };
  }
}
