// Owns expressions as pandas: numbers, texts, conditions and times, each with missing values, as the SQL has them. What
// it cannot say it does not try.
import type { ComparisonOperator, Expression, ExpressionOf } from '../../../shared/expression/ast';
import { parseExpression } from '../../../shared/expression/parse';
import { checkExpression, comparisonMode, digitsOf, type ValueKind } from '../../../shared/expression/types';
import type { RelationColumn } from '../../data/relation';
import { pyNumber, pyText, pyTexts } from './python';

/** Not to be said in pandas as it is meant. */
class Unsayable extends Error {}

interface Translation {
  readonly columns: readonly RelationColumn[];
  readonly kinds: ReadonlyMap<Expression, ValueKind>;
}

/** Undefined where pandas has no words for it. */
export function expressionToPandas(text: string, columns: readonly RelationColumn[]): string | undefined {
  return translated(text, columns, (node, context) => finishedCode(node, context));
}

/** A Series of booleans with missing ones, or undefined. */
export function conditionToPandas(text: string, columns: readonly RelationColumn[]): string | undefined {
  return translated(text, columns, (node, context) => conditionCode(node, context));
}

function translated(
  text: string,
  columns: readonly RelationColumn[],
  code: (node: Expression, context: Translation) => string,
): string | undefined {
  const parsed = parseExpression(text);
  if ('issues' in parsed) return undefined;
  const { kinds, issues } = checkExpression(parsed.ast, columns);
  if (issues.length > 0) return undefined;
  try {
    return code(parsed.ast, { columns, kinds });
  } catch (error) {
    if (error instanceof Unsayable) return undefined;
    throw error;
  }
}

function kindOf(node: Expression, { kinds }: Translation): ValueKind {
  return kinds.get(node) ?? 'missing';
}

function finishedCode(node: Expression, context: Translation): string {
  const kind = kindOf(node, context);
  if (kind === 'number') return numberCode(node, context);
  if (kind === 'boolean') return conditionCode(node, context);
  if (kind === 'datetime') return timeCode(node, context);
  return textCode(node, context);
}

function columnOfNode({ name }: ExpressionOf<'column'>, { columns }: Translation): RelationColumn {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Unsayable(name);
  return found;
}

/** How numbers are written in a text column: arguments of `number` and `n`. */
export function writtenAs({ kind, numbers }: RelationColumn): string {
  if (kind !== 'text' || numbers === undefined) return '';
  return `, decimal=${pyText(numbers.decimal)}, thousands=${pyText(numbers.thousands)}`;
}

function numberCode(node: Expression, context: Translation): string {
  switch (node.kind) {
    case 'number':
      return pyNumber(node.value);
    case 'missing':
      return 'pd.NA';
    case 'boolean':
      return node.value ? '1.0' : '0.0';
    case 'column': {
      const column = columnOfNode(node, context);
      return `n(df[${pyText(column.name)}]${writtenAs(column)})`;
    }
    case 'negate':
      return `(-${numberCode(node.operand, context)})`;
    case 'arithmetic':
      return arithmeticCode(node, context);
    case 'call':
      return numberCall(node, context);
    default:
      if (kindOf(node, context) === 'boolean') return `(${conditionCode(node, context)}).astype("Float64")`;
      throw new Unsayable(node.kind);
  }
}

function arithmeticCode(node: ExpressionOf<'arithmetic'>, context: Translation): string {
  const [left, right] = [numberCode(node.left, context), numberCode(node.right, context)];
  // Python's % has the sign of the divisor, SQL's that of what is divided.
  if (node.operator === '%') return `(${left} - ${right} * np.trunc(${left} / ${right}))`;
  return `(${left} ${node.operator === '^' ? '**' : node.operator} ${right})`;
}

function numberCall(node: ExpressionOf<'call'>, context: Translation): string {
  const args = (): string[] => node.args.map((arg) => numberCode(arg, context));
  const [first] = node.args;
  const x = (): string => (first === undefined ? 'pd.NA' : numberCode(first, context));
  switch (node.name) {
    case 'abs':
      return `abs(${x()})`;
    case 'floor':
    case 'ceil':
    case 'exp':
      return `np.${node.name}(${x()})`;
    case 'sqrt':
      return `np.sqrt((${x()}).where(${x()} >= 0))`;
    case 'ln':
    case 'log10':
    case 'log2':
      return `np.${node.name === 'ln' ? 'log' : node.name}((${x()}).where(${x()} > 0))`;
    case 'round': {
      const digits = node.args[1] === undefined ? 0 : (digitsOf(node.args[1]) ?? 0);
      // A half goes away from zero.
      return `(np.sign(${x()}) * np.floor(abs(${x()}) * 10.0 ** ${digits} + 0.5) / 10.0 ** ${digits})`;
    }
    case 'min':
    case 'max':
      return `pd.concat([${args().join(', ')}], axis=1).${node.name}(axis=1, skipna=False)`;
    case 'number':
      return x();
    case 'length':
      return `(${textOfFirst(node, context)}).str.len().astype("Float64")`;
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
      return `(${timeOfFirst(node, context)}).dt.${node.name}.astype("Float64")`;
    case 'weekday':
      return `(${timeOfFirst(node, context)}).dt.dayofweek.astype("Float64")`;
    case 'if':
      return chosen(node, context, numberCode);
    default:
      throw new Unsayable(node.name);
  }
}

function textOfFirst(node: ExpressionOf<'call'>, context: Translation): string {
  const [first] = node.args;
  if (first === undefined) throw new Unsayable(node.name);
  return textCode(first, context);
}

function timeOfFirst(node: ExpressionOf<'call'>, context: Translation): string {
  const [first] = node.args;
  if (first === undefined) throw new Unsayable(node.name);
  return timeCode(first, context);
}

function chosen(
  { args }: ExpressionOf<'call'>,
  context: Translation,
  code: (node: Expression, context: Translation) => string,
): string {
  const [condition, yes, no] = args;
  if (condition === undefined || yes === undefined || no === undefined) throw new Unsayable('if');
  return `choose(${conditionCode(condition, context)}, ${code(yes, context)}, ${code(no, context)}, df.index)`;
}

function textCode(node: Expression, context: Translation): string {
  switch (node.kind) {
    case 'text':
      return pyText(node.value);
    case 'number':
      return pyText(String(node.value));
    case 'missing':
      return 'pd.NA';
    case 'column':
      return `t(df[${pyText(columnOfNode(node, context).name)}])`;
    case 'call':
      return textCall(node, context);
    default:
      throw new Unsayable(node.kind);
  }
}

function textCall(node: ExpressionOf<'call'>, context: Translation): string {
  const texts = (): string[] => node.args.map((arg) => textCode(arg, context));
  switch (node.name) {
    case 'lower':
    case 'upper':
      return `(${textOfFirst(node, context)}).str.${node.name}()`;
    case 'trim':
      return `(${textOfFirst(node, context)}).str.strip()`;
    case 'replace': {
      const [whole = '', find = '', replacement = ''] = texts();
      if (node.args[1]?.kind !== 'text' || node.args[2]?.kind !== 'text') throw new Unsayable('replace');
      return `(${whole}).str.replace(${find}, ${replacement}, regex=False)`;
    }
    case 'concat':
      return `(${texts().join(' + ')})`;
    case 'text':
      return textOfFirst(node, context);
    case 'if':
      return chosen(node, context, textCode);
    default:
      throw new Unsayable(node.name);
  }
}

function timeCode(node: Expression, context: Translation): string {
  if (node.kind === 'text') return `d(${pyText(node.value)})`;
  if (node.kind !== 'column') throw new Unsayable(node.kind);
  const column = columnOfNode(node, context);
  if (column.kind !== 'datetime') throw new Unsayable(column.kind);
  return `d(df[${pyText(column.name)}])`;
}

function conditionCode(node: Expression, context: Translation): string {
  switch (node.kind) {
    case 'not':
      return `(~${conditionCode(node.operand, context)})`;
    case 'and':
    case 'or':
      return `(${conditionCode(node.left, context)} ${node.kind === 'and' ? '&' : '|'} ${conditionCode(node.right, context)})`;
    case 'compare':
      return comparison(node.left, node.operator, node.right, context);
    case 'between':
      return `(${comparison(node.operand, '>=', node.low, context)} & ${comparison(node.operand, '<=', node.high, context)})`;
    case 'in': {
      const each = node.options.map((option) => comparison(node.operand, '=', option, context));
      return `(${each.join(' | ')})`;
    }
    case 'isMissing': {
      const kind = kindOf(node.operand, context);
      const value = kind === 'number' ? numberCode(node.operand, context) : textCode(node.operand, context);
      return `(${value}).isna().astype("boolean")`;
    }
    case 'call':
      return conditionCall(node, context);
    default:
      throw new Unsayable(node.kind);
  }
}

function conditionCall(node: ExpressionOf<'call'>, context: Translation): string {
  const [first, second] = node.args;
  if (second?.kind !== 'text' || first === undefined) throw new Unsayable(node.name);
  const [whole, part] = [textCode(first, context), pyText(second.value)];
  switch (node.name) {
    case 'contains':
      return `(${whole}).str.contains(${part}, regex=False)`;
    case 'startsWith':
      return `(${whole}).str.startswith(${pyTexts([second.value]).slice(1, -1)})`;
    case 'endsWith':
      return `(${whole}).str.endswith(${part})`;
    case 'matches':
      return `(${whole}).str.contains(${part}, regex=True)`;
    default:
      throw new Unsayable(node.name);
  }
}

const OPERATORS = { '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const;

function comparison(
  left: Expression,
  operator: ComparisonOperator,
  right: Expression,
  context: Translation,
): string {
  const sign = operator === '=' ? '==' : operator;
  const mode = comparisonMode(kindOf(left, context), kindOf(right, context));
  const sides = (code: (node: Expression, context: Translation) => string): string =>
    `(${code(left, context)} ${sign} ${code(right, context)})`;
  switch (mode) {
    case 'number':
      return sides(numberCode);
    case 'text':
      return sides(textCode);
    case 'datetime':
      return sides(timeCode);
    case 'cells':
      return `cells(${textCode(left, context)}, ${textCode(right, context)}, operator.${OPERATORS[operator]})`;
    case 'boolean':
    case undefined:
      throw new Unsayable(mode ?? 'missing');
  }
}
