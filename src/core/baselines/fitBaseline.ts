// Owns the way in: which kind is fitted how. Knows nothing of runs, events or tf.
import { fitBoostedTrees } from './boostedTrees';
import { fitConstant } from './constant';
import type {
  BaselineData,
  BaselineKind,
  BaselineTask,
  Fitted,
  FitOptions,
  FittedBaseline,
  TrainRows,
} from './contract';
import { fitLinear } from './linear';
import { fitNearest } from './nearest';
import { checkedRows } from './trainRows';

type Fit = (task: BaselineTask, train: TrainRows, options: FitOptions) => Promise<Fitted>;

const FITS = {
  constant: fitConstant,
  linear: fitLinear,
  nearest: fitNearest,
  boostedTrees: fitBoostedTrees,
} satisfies Record<BaselineKind, Fit>;

/**
 * Fits one kind on train rows and on nothing else.
 * @throws BenchError 'train.baselineRows' where the rows are not as BaselineData says, 'internal.cancelled'
 */
export async function fitBaseline(
  kind: BaselineKind,
  task: BaselineTask,
  train: BaselineData,
  options: FitOptions,
): Promise<FittedBaseline> {
  const fit: Fit = FITS[kind];
  return { kind, ...(await fit(task, await checkedRows(train, options), options)) };
}
