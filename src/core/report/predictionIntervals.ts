// Owns the intervals about predicted numbers: calibrated on validation rows, how much they hold measured on test rows.
import type { RunReport } from '../../shared/schema/report';
import { residualsOf } from '../evaluate/regression';
import { conformalHalfWidth, empiricalCoverage } from '../evaluate/residuals';
import type { ScoredRows } from './scoredRows';

const LEVELS = [0.8, 0.9, 0.95] as const;

/** None without validation rows, or for classes. */
export function predictionIntervals(
  validation: ScoredRows | undefined,
  test: ScoredRows | undefined,
): RunReport['predictionIntervals'] {
  if (validation?.scaled === undefined) return [];
  const residuals = residualsOf(validation.scaled);
  const tested = test?.scaled === undefined ? undefined : residualsOf(test.scaled);
  return LEVELS.map((level) => {
    const scaled = conformalHalfWidth(residuals, level);
    return {
      level,
      halfWidth: scaled * validation.unit,
      calibratedOnRows: residuals.length,
      ...(tested === undefined ? {} : { testCoverage: empiricalCoverage(tested, scaled) }),
    };
  });
}
