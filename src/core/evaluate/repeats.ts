// Owns what several trainings of one config say together: the mean of a score and how sure it is, and whether another
// config does better by more than chance.
import type { Interval } from '../../shared/schema/interval';
import { studentInterval } from './intervals';
import { correctedTTest, pairedTTest, type MeanDifference } from './significance';

/** Seeds are independent; folds share train rows, which makes them agree more than they should. */
export type Repeats =
  | { readonly kind: 'seeds' }
  | { readonly kind: 'folds'; readonly trainRows: number; readonly heldOutRows: number };

export function meanOfRepeats(values: Float64Array, repeats: Repeats): Interval {
  if (repeats.kind === 'seeds') return studentInterval(values);
  return compareRepeats(values, new Float64Array(values.length), repeats).interval;
}

/** Of a - b, repeat by repeat. */
export function compareRepeats(a: Float64Array, b: Float64Array, repeats: Repeats): MeanDifference {
  if (repeats.kind === 'seeds') return pairedTTest(a, b);
  return correctedTTest(a, b, { testRows: repeats.heldOutRows, trainRows: repeats.trainRows });
}
