// Owns checking an expression before there is data: syntax, and the names of columns.
import { expressionError } from '../../../shared/expression/issues';
import { parseExpression } from '../../../shared/expression/parse';
import { checkExpression } from '../../../shared/expression/types';

/** @throws BenchError 'recipe.expression' for what is wrong whatever the data is */
export function checkNames(expression: string, columns: readonly string[]): void {
  const parsed = parseExpression(expression);
  if ('issues' in parsed) throw expressionError(parsed.issues[0]);
  const [issue] = checkExpression(
    parsed.ast,
    columns.map((name) => ({ name, kind: 'unknown' })),
  ).issues;
  if (issue !== undefined) throw expressionError(issue);
}
