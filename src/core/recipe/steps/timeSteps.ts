// Owns the steps on time series.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const timeSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
