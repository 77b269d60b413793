// Owns the steps on columns.
import type { StepKind } from '../../../shared/schema/recipeSteps';
import { columnsOf, dropColumns } from '../../data/relation';
import type { StepDefinition } from './step';

export const columnSteps = {
  dropColumns: {
    kind: 'plain',
    columns: (step, columns) => columns.filter((name) => !step.columns.includes(name)),
    apply: (step, input) => {
      columnsOf(input, step.columns);
      return dropColumns(input, step.columns);
    },
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
