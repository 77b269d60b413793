// Owns filtering rows by a condition.
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { filterRows, type Relation } from '../../data/relation';
import { compileCondition } from '../expression/compile';
import { checkNames } from '../expression/names';
import type { StepContext, StepDefinition } from './step';

/** A condition that nobody can say (a value is missing) does not hold: such rows are among the others. */
async function filtered(
  step: StepOf<'filterRows'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const condition = await compileCondition(step.condition, input, context);
  return filterRows(input, step.keep === 'matching' ? condition : `(${condition}) IS NOT TRUE`);
}

export const filterSteps = {
  filterRows: {
    kind: 'plain',
    columns: (step, columns) => {
      checkNames(step.condition, columns);
      return columns;
    },
    apply: filtered,
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
