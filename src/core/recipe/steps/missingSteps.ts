// Owns the steps on missing values.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const missingSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
