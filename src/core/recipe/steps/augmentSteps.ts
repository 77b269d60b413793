// Owns the list of the steps on augmentation. Each adds or takes away train rows and leaves all others as they are; new
// rows that are to be predicted pass.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import { jitter, textDropout, textSwap } from './copies';
import { mixup } from './mixup';
import { oversample, undersample } from './resample';
import { smote } from './smote';
import type { StepDefinition } from './step';

const sameColumns = (_step: unknown, columns: readonly string[]): readonly string[] => columns;

export const augmentSteps = {
  jitter: { kind: 'trainOnly', columns: sameColumns, apply: jitter },
  mixup: { kind: 'trainOnly', columns: sameColumns, apply: mixup },
  smote: { kind: 'trainOnly', columns: sameColumns, apply: smote },
  oversample: { kind: 'trainOnly', columns: sameColumns, apply: oversample },
  undersample: { kind: 'trainOnly', columns: sameColumns, apply: undersample },
  textDropout: { kind: 'trainOnly', columns: sameColumns, apply: textDropout },
  textSwap: { kind: 'trainOnly', columns: sameColumns, apply: textSwap },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
