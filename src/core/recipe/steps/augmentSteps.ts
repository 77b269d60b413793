// Owns the steps on augmentation of train rows.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const augmentSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
