// Owns where the target of a recipe comes from: the columns that steps rename or compute it from. Rows that are to be
// predicted have none of them. Knows no data.
import { columnsOfExpression } from '../../shared/expression/ast';
import { parseExpression } from '../../shared/expression/parse';
import type { RecipeStep } from '../../shared/schema/recipeSteps';

/** Before each of the steps, and after the last: the names of the target, or of what it is going to be made from. */
export function targetSources(steps: readonly RecipeStep[], target: string): ReadonlySet<string>[] {
  let names: ReadonlySet<string> = new Set([target]);
  const found = [names];
  for (const step of [...steps].reverse()) {
    names = sourcesBefore(step, names);
    found.unshift(names);
  }
  return found;
}

function sourcesBefore(step: RecipeStep, after: ReadonlySet<string>): ReadonlySet<string> {
  const before = new Set(after);
  const replace = (made: string, sources: readonly string[]): void => {
    if (!after.has(made)) return;
    before.delete(made);
    for (const source of sources) before.add(source);
  };
  switch (step.step) {
    case 'renameColumns':
      // Two columns may change their names for each other's.
      for (const { column, to } of step.renames) if (after.has(to) && to !== column) before.delete(to);
      for (const { column, to } of step.renames) if (after.has(to)) before.add(column);
      break;
    case 'computeColumn': {
      const parsed = parseExpression(step.expression);
      replace(step.name, 'ast' in parsed ? columnsOfExpression(parsed.ast) : []);
      break;
    }
    case 'joinColumns':
      replace(step.name, step.columns);
      break;
    case 'extractText':
      replace(step.name, [step.column]);
      break;
    case 'splitColumn':
      for (const name of step.into) replace(name, [step.column]);
      break;
    default:
      break;
  }
  return before;
}
