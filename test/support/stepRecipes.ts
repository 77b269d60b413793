// A table and a recipe for every kind of step, for whatever must hold of all of them.
import type { Split, Target } from '../../src/shared/schema/experiment';
import type { RecipeStepInput, StepKind } from '../../src/shared/schema/recipeSteps';

/** 60 rows: numbers with gaps, categories, texts, dates, a class. */
export const STEP_TABLE = [
  'i,x,z,kind,city,note,when,y',
  ...Array.from({ length: 60 }, (_, i) =>
    [
      i,
      i % 11 === 3 ? '' : ((i * 37) % 23) - 5.5,
      (i * 17) % 13,
      ['red', 'green', ' Blue', 'green'][i % 4],
      i % 7 === 2 ? 'NA' : ['Oslo', "d'Or", 'Ülm', '数'][(i * 3) % 4],
      `"The ${['quick fox', 'lazy dog, asleep', 'fox'][i % 3]} no. ${i % 5}"`,
      `2024-0${1 + (i % 9)}-${10 + (i % 18)}`,
      i % 3 === 0 ? 'yes' : 'no',
    ].join(','),
  ),
].join('\n');
export const STEP_TARGET: Target = { column: 'y', task: 'binary' };
export const STEP_SPLIT: Split = { method: 'stratified', validation: 0.2, test: 0.2, seed: 3 };

/** A recipe for each kind of step; what it needs comes before it. */
export const STEP_RECIPES: Readonly<Record<StepKind, readonly RecipeStepInput[]>> = {
  selectColumns: [{ step: 'selectColumns', columns: ['y', 'x', 'kind'] }],
  dropColumns: [{ step: 'dropColumns', columns: ['note', 'when'] }],
  renameColumns: [{ step: 'renameColumns', renames: [{ column: 'x', to: 'a "quoted", name' }] }],
  reorderColumns: [{ step: 'reorderColumns', columns: ['y', 'when'] }],
  cast: [{ step: 'cast', columns: ['x', 'z'], to: 'number' }],
  computeColumn: [{ step: 'computeColumn', name: 'c', expression: 'if(z > 5, x * 2, z)' }],
  splitColumn: [{ step: 'splitColumn', column: 'note', separator: ' ', into: ['first', 'rest'] }],
  joinColumns: [{ step: 'joinColumns', columns: ['kind', 'city'], name: 'both', separator: '-' }],
  trim: [{ step: 'trim', columns: ['kind'] }],
  changeCase: [{ step: 'changeCase', columns: ['kind', 'city'], case: 'upper' }],
  replaceText: [{ step: 'replaceText', columns: ['note'], find: 'o', replace: "'" }],
  extractText: [{ step: 'extractText', column: 'note', pattern: '(\\w+) no', group: 1, name: 'word' }],
  mapValues: [
    {
      step: 'mapValues',
      column: 'kind',
      values: [
        { from: 'red', to: 'rot' },
        { from: 'green', to: null },
      ],
    },
  ],
  cleanText: [{ step: 'cleanText', columns: ['note'], removeStopWords: true }],
  tokenise: [{ step: 'tokenise', columns: ['note'] }],
  tfIdf: [{ step: 'tfIdf', column: 'note', maxTerms: 5 }],
  parseDate: [{ step: 'parseDate', columns: ['when'] }],
  dateParts: [
    { step: 'parseDate', columns: ['when'] },
    { step: 'dateParts', column: 'when', cyclic: true },
  ],
  filterRows: [{ step: 'filterRows', condition: 'z >= 3 and kind != "red"' }],
  dropDuplicates: [{ step: 'dropDuplicates', columns: ['z', 'kind'] }],
  dropMissing: [{ step: 'dropMissing', columns: ['x', 'city'] }],
  sample: [{ step: 'sample', rows: 20, seed: 4 }],
  shuffle: [{ step: 'shuffle', seed: 5 }],
  sort: [{ step: 'sort', by: [{ column: 'x', order: 'descending' }, { column: 'kind' }] }],
  removeOutliers: [{ step: 'removeOutliers', columns: ['x'], factor: 0.3 }],
  groupAggregate: [
    { step: 'groupAggregate', by: ['kind', 'y'], aggregates: [{ column: 'x', function: 'mean', name: 'm' }] },
  ],
  fillMissing: [
    { step: 'fillMissing', columns: ['city'], with: 'forward' },
    { step: 'fillMissing', columns: ['x'], with: 'median', groupBy: ['kind'] },
  ],
  knnImpute: [{ step: 'knnImpute', columns: ['x', 'z'] }],
  missingIndicator: [{ step: 'missingIndicator', columns: ['x', 'city'] }],
  markMissing: [{ step: 'markMissing', columns: ['z', 'kind'], values: ['7', 'red'] }],
  clip: [{ step: 'clip', columns: ['x'], low: 0.1, high: 0.9 }],
  standardise: [{ step: 'standardise', columns: ['x', 'z'] }],
  minMaxScale: [{ step: 'minMaxScale', columns: ['x', 'z'] }],
  robustScale: [{ step: 'robustScale', columns: ['x'] }],
  logTransform: [{ step: 'logTransform', columns: ['z'] }],
  powerTransform: [{ step: 'powerTransform', columns: ['x'] }],
  quantileTransform: [{ step: 'quantileTransform', columns: ['x'], quantiles: 10, output: 'normal' }],
  bin: [{ step: 'bin', columns: ['x'], bins: 4 }],
  groupRare: [{ step: 'groupRare', columns: ['city'], minShare: 0.25 }],
  oneHot: [{ step: 'oneHot', columns: ['kind', 'city'] }],
  ordinalEncode: [{ step: 'ordinalEncode', columns: ['kind'] }],
  hashEncode: [{ step: 'hashEncode', columns: ['city'], buckets: 4 }],
  frequencyEncode: [{ step: 'frequencyEncode', columns: ['city'] }],
  targetEncode: [{ step: 'targetEncode', columns: ['city'] }],
  lag: [{ step: 'lag', columns: ['x'], lags: [1, 2], groupBy: ['kind'] }],
  rolling: [{ step: 'rolling', columns: ['x'], window: 3, orderBy: 'i' }],
  jitter: [{ step: 'jitter', columns: ['x', 'z'] }],
  mixup: [{ step: 'mixup', columns: ['x', 'z'] }],
  smote: [
    { step: 'dropMissing', columns: ['x'] },
    { step: 'smote', columns: ['x', 'z', 'kind'] },
  ],
  oversample: [{ step: 'oversample' }],
  undersample: [{ step: 'undersample' }],
  textDropout: [{ step: 'textDropout', columns: ['note'] }],
  textSwap: [{ step: 'textSwap', columns: ['note'], share: 0.5 }],
};
