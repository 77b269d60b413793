// Owns the list of all steps: a kind of step that is not here does not compile.
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { RecipeStep, StepKind } from '../../../shared/schema/recipeSteps';
import type { Relation } from '../../data/relation';
import { augmentSteps } from './augmentSteps';
import { categorySteps } from './categorySteps';
import { columnSteps } from './columnSteps';
import { dateSteps } from './dateSteps';
import { filterSteps } from './filterSteps';
import { missingSteps } from './missingSteps';
import { numberSteps } from './numberSteps';
import { rowSteps } from './rowSteps';
import type { ApplyContext, StepContext, StepDefinition } from './step';
import { textSteps } from './textSteps';
import { tfIdfSteps } from './tfIdfSteps';
import { timeSteps } from './timeSteps';

const definitions: { readonly [K in StepKind]: StepDefinition<K> } = {
  ...columnSteps,
  ...textSteps,
  ...tfIdfSteps,
  ...dateSteps,
  ...filterSteps,
  ...rowSteps,
  ...missingSteps,
  ...numberSteps,
  ...categorySteps,
  ...timeSteps,
  ...augmentSteps,
};

/** A definition whose kind is only known at run time: the step it is given must be of its kind. */
export type AnyStepDefinition = { readonly columns: AnyColumns } & (
  | {
      readonly kind: 'plain';
      readonly pin?: (step: RecipeStep, input: Relation, context: StepContext) => Promise<RecipeStep>;
      readonly apply: AnyApply;
    }
  | { readonly kind: 'trainOnly'; readonly apply: AnyApply }
  | {
      readonly kind: 'fitted';
      readonly fit: (step: RecipeStep, train: Relation, context: StepContext) => Promise<AnyState>;
      readonly apply: (
        step: RecipeStep,
        state: AnyState,
        input: Relation,
        context: ApplyContext,
      ) => Promise<Relation> | Relation;
    }
);
type AnyColumns = (step: RecipeStep, columns: readonly string[]) => readonly string[] | undefined;
type AnyApply = (step: RecipeStep, input: Relation, context: ApplyContext) => Promise<Relation> | Relation;
type AnyState = FittedStates[keyof FittedStates];

export function stepDefinition(kind: StepKind): AnyStepDefinition {
  // The one place where the kind and its definition are known to belong together.
  return definitions[kind] as unknown as AnyStepDefinition;
}
