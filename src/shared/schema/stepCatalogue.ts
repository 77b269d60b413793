// Owns what is known of every kind of step without running it: its group, where it may stand, whether it also works on
// new rows. Titles and sentences are in stepTexts.ts.
import type { RecipeStep, StepKind } from './recipeSteps';

export const STEP_GROUPS = [
  'columns',
  'missing',
  'numbers',
  'categories',
  'text',
  'dates',
  'rows',
  'timeSeries',
  'augmentation',
] as const;
export type StepGroup = (typeof STEP_GROUPS)[number];

/**
 * row: looks at one row at a time; anywhere.
 * beforeSplit: looks across rows without learning, so it must not see train and test rows apart.
 * fitted: learns from train rows; the split comes before it.
 * trainOnly: adds or takes away train rows; the split comes before it.
 */
export type StepPlacement = 'row' | 'beforeSplit' | 'fitted' | 'trainOnly';

export interface StepFacts {
  readonly group: StepGroup;
  readonly placement: StepPlacement;
  /** false: new rows that are to be predicted pass as they are. */
  readonly atPrediction: boolean;
}

const row = (group: StepGroup): StepFacts => ({ group, placement: 'row', atPrediction: true });
const fitted = (group: StepGroup): StepFacts => ({ group, placement: 'fitted', atPrediction: true });
const trainOnly = (group: StepGroup): StepFacts => ({ group, placement: 'trainOnly', atPrediction: false });
const beforeSplit = (group: StepGroup, atPrediction: boolean): StepFacts => ({
  group,
  placement: 'beforeSplit',
  atPrediction,
});

export const stepCatalogue: Readonly<Record<StepKind, StepFacts>> = {
  selectColumns: row('columns'),
  dropColumns: row('columns'),
  renameColumns: row('columns'),
  reorderColumns: row('columns'),
  cast: row('columns'),
  computeColumn: row('columns'),
  splitColumn: row('columns'),
  joinColumns: row('columns'),
  fillMissing: fitted('missing'),
  knnImpute: fitted('missing'),
  missingIndicator: row('missing'),
  markMissing: row('missing'),
  clip: fitted('numbers'),
  standardise: fitted('numbers'),
  minMaxScale: fitted('numbers'),
  robustScale: fitted('numbers'),
  logTransform: row('numbers'),
  powerTransform: fitted('numbers'),
  quantileTransform: fitted('numbers'),
  bin: fitted('numbers'),
  groupRare: fitted('categories'),
  oneHot: fitted('categories'),
  ordinalEncode: fitted('categories'),
  hashEncode: row('categories'),
  frequencyEncode: fitted('categories'),
  targetEncode: fitted('categories'),
  trim: row('text'),
  changeCase: row('text'),
  replaceText: row('text'),
  extractText: row('text'),
  mapValues: row('text'),
  cleanText: row('text'),
  tokenise: row('text'),
  tfIdf: fitted('text'),
  parseDate: row('dates'),
  dateParts: row('dates'),
  filterRows: row('rows'),
  dropDuplicates: beforeSplit('rows', false),
  dropMissing: row('rows'),
  sample: beforeSplit('rows', false),
  shuffle: beforeSplit('rows', false),
  sort: beforeSplit('rows', false),
  removeOutliers: trainOnly('rows'),
  groupAggregate: beforeSplit('rows', true),
  lag: beforeSplit('timeSeries', true),
  rolling: beforeSplit('timeSeries', true),
  jitter: trainOnly('augmentation'),
  mixup: trainOnly('augmentation'),
  smote: trainOnly('augmentation'),
  oversample: trainOnly('augmentation'),
  undersample: trainOnly('augmentation'),
  textDropout: trainOnly('augmentation'),
  textSwap: trainOnly('augmentation'),
};

/** Filling forward, with a constant, or clipping at given bounds learns nothing. */
export function placementOf(step: RecipeStep): StepPlacement {
  if (step.step === 'fillMissing') {
    if (step.with === 'constant') return 'row';
    if (step.with === 'forward' || step.with === 'backward') return 'beforeSplit';
  }
  if (step.step === 'clip' && step.unit === 'value') return 'row';
  if (step.step === 'bin' && step.strategy === 'edges') return 'row';
  return stepCatalogue[step.step].placement;
}

/** Index of the first step that needs the split, or the number of steps. Steps that are off do not count. */
export function splitPosition(steps: readonly RecipeStep[]): number {
  const at = steps.findIndex((step) => step.enabled && ['fitted', 'trainOnly'].includes(placementOf(step)));
  return at < 0 ? steps.length : at;
}
