// Owns the steps on rows.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const rowSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
