// Owns the list of all checks: a name in QUALITY_CHECKS without a check does not compile.
import type { QualityCheckId } from '../../shared/schema/quality';
import { classImbalance, highCardinality, rareCategories } from './categoryChecks';
import type { QualityCheck } from './check';
import { constant, idLike, nearlyConstant } from './constantChecks';
import { duplicateRows, nearDuplicatesAcrossSplits } from './duplicateChecks';
import { futureInformation } from './futureInformation';
import { groupOverlap } from './groupOverlap';
import { allMissing, highMissing, targetMissing } from './missingChecks';
import { outliers, skew } from './numberChecks';
import { personalData } from './personalData';
import { inconsistentSpelling } from './spelling';
import { targetProxy } from './targetProxy';
import { mixedTypes, textInNumbers } from './writtenChecks';

export const qualityChecks = {
  constant,
  nearlyConstant,
  allMissing,
  highMissing,
  idLike,
  duplicateRows,
  nearDuplicatesAcrossSplits,
  mixedTypes,
  outliers,
  skew,
  rareCategories,
  highCardinality,
  classImbalance,
  targetMissing,
  targetProxy,
  futureInformation,
  groupOverlap,
  textInNumbers,
  inconsistentSpelling,
  personalData,
} satisfies Record<QualityCheckId, QualityCheck>;
