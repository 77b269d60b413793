// Owns the steps on categories.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const categorySteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
