// Owns what an expression is once it is read: a small tree. Knows nothing of how it is written (parse.ts, format.ts), of
// types (types.ts) or of SQL.
import type { FunctionName } from './functions';

/** Where a node stands in the text, in UTF-16 units as editors count. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

export const ARITHMETIC = ['+', '-', '*', '/', '%', '^'] as const;
export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type ArithmeticOperator = (typeof ARITHMETIC)[number];
export type ComparisonOperator = (typeof COMPARISONS)[number];

/**
 * number: finite, 0 or above (a minus sign is a node of its own).
 * missing: the word; it fits every type.
 * compare, and, or, not: missing as in SQL (missing and false is false; else missing propagates).
 * in: whether the operand equals one of the options; `x not in (..)` is not(in).
 * isMissing: never missing itself; `x is not missing` is not(isMissing).
 * between: x >= low and x <= high.
 */
export type Expression = { readonly at: Span } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'negate' | 'not' | 'isMissing'; readonly operand: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | { readonly kind: 'in'; readonly operand: Expression; readonly options: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] }
);
export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'missing':
    case 'column':
      return [];
    case 'negate':
    case 'not':
    case 'isMissing':
      return [node.operand];
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'in':
      return [node.operand, ...node.options];
    case 'call':
      return node.args;
  }
}

/** Names of the columns it reads, each once, in the order they are first written. */
export function columnsOfExpression(ast: Expression): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'column') names.add(node.name);
    childrenOf(node).forEach(visit);
  };
  visit(ast);
  return [...names];
}
