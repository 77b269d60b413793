// Owns the steps on dates.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const dateSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
