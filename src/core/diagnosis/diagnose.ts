// Owns the diagnosis of a run: all rules over its trace, and which finding explains another away. Each rule cites its
// numbers; a run without fault gets none.
import type { Finding, FindingCode } from '../../shared/schema/diagnosis';
import {
  learningRateTooHigh,
  learningRateTooLow,
  moreColumnsThanRows,
  overfitting,
  stoppedTooSoon,
  underfitting,
} from './fitRules';
import { classNeverPredicted, labelNoise, squaredErrorOfClasses } from './labelRules';
import { deadUnits, fadingOrBursting } from './layerRules';
import type { TrainingTrace } from '../train/trainingTrace';

/** In the order in which they are told: causes before what they cause. */
const RULES: readonly ((trace: TrainingTrace) => Finding[])[] = [
  deadUnits,
  fadingOrBursting,
  squaredErrorOfClasses,
  learningRateTooHigh,
  learningRateTooLow,
  moreColumnsThanRows,
  overfitting,
  labelNoise,
  classNeverPredicted,
  underfitting,
  stoppedTooSoon,
];

/** What a finding explains: those are not told beside it. */
const EXPLAINS: Partial<Record<FindingCode, readonly FindingCode[]>> = {
  deadUnits: ['underfitting', 'classNeverPredicted', 'learningRateTooLow'],
  vanishingGradients: ['underfitting', 'classNeverPredicted', 'learningRateTooLow'],
  learningRateTooHigh: ['underfitting', 'classNeverPredicted', 'stoppedTooSoon'],
  learningRateTooLow: ['underfitting', 'classNeverPredicted', 'stoppedTooSoon'],
};

export function diagnose(trace: TrainingTrace): Finding[] {
  const found = RULES.flatMap((rule) => rule(trace));
  const explained = new Set(found.flatMap(({ code }) => EXPLAINS[code] ?? []));
  return found.filter(({ code }) => !explained.has(code));
}
