// Owns expressions as pandas: numbers, texts, conditions and times, each with missing values, as the SQL has them. What
// it cannot say it does not try.
import type { ComparisonOperator, Expression, ExpressionOf } from '../../../shared/expression/ast';
import { parseExpression } from '../../../shared/expression/parse';
import { checkExpression, comparisonMode, digitsOf, type ValueKind } from '../../../shared/expression/types';
import type { RelationColumn } from '../../data/relation';
import { pyNumber, pyText, pyTexts } from './python';
import { pyPattern } from './pyPattern';

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

/** One value rather than one a row. */
function isLiteral(node: Expression): boolean {
  if (node.kind === 'negate') return isLiteral(node.operand);
  return ['number', 'text', 'boolean', 'missing'].includes(node.kind);
}

/** In every row: what is done to a column cannot be done to a number. */
function inRows(node: Expression, code: string): string {
  return isLiteral(node) ? `in_rows(${code}, df.index)` : code;
}

/** Without what has no end, which is missing where a number is used. */
function surely(node: Expression, code: string): string {
  return isLiteral(node) || node.kind === 'column' ? code : `sure(${code})`;
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
  const { left, operator, right } = node;
  // Two numbers alone would be Python's, and 1 / 0 ends the script.
  const x = isLiteral(right) ? inRows(left, numberCode(left, context)) : numberCode(left, context);
  const y = numberCode(right, context);
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return `(${x} ${operator} ${y})`;
    case '/':
      return `(${x} / ${surely(right, y)})`;
    case '%':
      return `np.fmod(${x}, ${surely(right, y)})`;
    case '^':
      return `raised(${x}, ${y}, df.index)`;
  }
}

function numberCall(node: ExpressionOf<'call'>, context: Translation): string {
  const [first] = node.args;
  const x = (): string => (first === undefined ? 'pd.NA' : inRows(first, numberCode(first, context)));
  switch (node.name) {
    case 'abs':
      return `abs(${x()})`;
    case 'floor':
    case 'ceil':
    case 'exp':
      return `np.${node.name}(${x()})`;
    case 'sqrt':
      return `np.sqrt(at_least_0(${x()}))`;
    case 'ln':
    case 'log10':
    case 'log2':
      return `np.${node.name === 'ln' ? 'log' : node.name}(above_0(${x()}))`;
    case 'round':
      return `rounded(${x()}, ${node.args[1] === undefined ? 0 : (digitsOf(node.args[1]) ?? 0)})`;
    case 'min':
    case 'max': {
      const all = node.args.map((arg) => surely(arg, inRows(arg, numberCode(arg, context))));
      return `pd.concat([${all.join(', ')}], axis=1).${node.name}(axis=1, skipna=False)`;
    }
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
  return inRows(first, textCode(first, context));
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
  const texts = node.args.map((arg) => textCode(arg, context));
  switch (node.name) {
    case 'lower':
    case 'upper':
      return `(${textOfFirst(node, context)}).str.${node.name}()`;
    case 'trim':
      return `(${textOfFirst(node, context)}).str.strip()`;
    case 'replace': {
      const [, find = '', replacement = ''] = texts;
      if (node.args[1]?.kind !== 'text' || node.args[2]?.kind !== 'text') throw new Unsayable('replace');
      return `(${textOfFirst(node, context)}).str.replace(${find}, ${replacement}, regex=False)`;
    }
    case 'concat':
      return `(${[textOfFirst(node, context), ...texts.slice(1)].join(' + ')})`;
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
      const value =
        kind === 'number'
          ? surely(node.operand, numberCode(node.operand, context))
          : textCode(node.operand, context);
      return `(${inRows(node.operand, value)}).isna().astype("boolean")`;
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
  const [whole, part] = [inRows(first, textCode(first, context)), pyText(second.value)];
  switch (node.name) {
    case 'contains':
      return `(${whole}).str.contains(${part}, regex=False)`;
    case 'startsWith':
      return `(${whole}).str.startswith(${pyTexts([second.value]).slice(1, -1)})`;
    case 'endsWith':
      return `(${whole}).str.endswith(${part})`;
    case 'matches': {
      const found = pyPattern(second.value);
      if (found === undefined) throw new Unsayable(second.value);
      return `(${whole}).str.contains(${found.pattern}, regex=True, flags=${found.flags})`;
    }
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
  const compare = `operator.${OPERATORS[operator]}`;
  const sides = (code: (node: Expression, context: Translation) => string): [string, string] => {
    const x = code(left, context);
    return [isLiteral(right) ? inRows(left, x) : x, code(right, context)];
  };
  switch (mode) {
    case 'number': {
      const [x, y] = sides(numberCode);
      return `(${surely(left, x)} ${sign} ${surely(right, y)})`;
    }
    case 'text':
      return `(${sides(textCode).join(` ${sign} `)})`;
    case 'datetime':
      return `times(${timeCode(left, context)}, ${timeCode(right, context)}, ${compare})`;
    case 'cells':
      return `cells(${textCode(left, context)}, ${textCode(right, context)}, ${compare})`;
    case 'boolean':
    case undefined:
      throw new Unsayable(mode ?? 'missing');
  }
}
