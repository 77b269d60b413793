// Owns the steps on texts.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import type { StepDefinition } from './step';

export const textSteps = {} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
