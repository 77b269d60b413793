// Owns how an expression is written: reading what it writes gives the same tree.
import type { Expression } from './ast';
import { isBareName } from './lexer';
import { keywordOf, POWER } from './parse';

export function formatExpression(ast: Expression): string {
  return written(ast);
}

/** In backticks where it has to be. */
export function formatColumn(name: string): string {
  const isBare = isBareName(name) && keywordOf(name) === undefined;
  return isBare ? name : `\`${name.replaceAll('`', '``')}\``;
}

function written(node: Expression): string {
  switch (node.kind) {
    case 'number':
    case 'boolean':
      return String(node.value);
    case 'text':
      return `"${node.value.replaceAll('"', '""')}"`;
    case 'missing':
      return 'missing';
    case 'column':
      return formatColumn(node.name);
    case 'negate':
      return `-${inner(node.operand, POWER.negate)}`;
    case 'not':
      return writtenNot(node.operand);
    case 'isMissing':
      return `${inner(node.operand, POWER.add)} is missing`;
    case 'arithmetic': {
      const power = powerOf(node);
      const [left, right] = node.operator === '^' ? [power + 1, power] : [power, power + 1];
      return `${inner(node.left, left)} ${node.operator} ${inner(node.right, right)}`;
    }
    case 'compare':
      return `${inner(node.left, POWER.add)} ${node.operator} ${inner(node.right, POWER.add)}`;
    case 'and':
    case 'or':
      return `${inner(node.left, POWER[node.kind])} ${node.kind} ${inner(node.right, POWER[node.kind] + 1)}`;
    case 'in':
      return `${inner(node.operand, POWER.add)} in (${node.options.map(written).join(', ')})`;
    case 'between':
      return `${inner(node.operand, POWER.add)} between ${inner(node.low, POWER.add)} and ${inner(node.high, POWER.add)}`;
    case 'call':
      return `${node.name}(${node.args.map(written).join(', ')})`;
  }
}

function writtenNot(operand: Expression): string {
  switch (operand.kind) {
    case 'isMissing':
      return `${inner(operand.operand, POWER.add)} is not missing`;
    case 'in':
    case 'between': {
      const subject = inner(operand.operand, POWER.add);
      return `${subject} not ${written(operand).slice(subject.length + 1)}`;
    }
    default:
      return `not ${inner(operand, POWER.not)}`;
  }
}

function inner(node: Expression, least: number): string {
  return powerOf(node) < least ? `(${written(node)})` : written(node);
}

function powerOf(node: Expression): number {
  switch (node.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'missing':
    case 'column':
    case 'call':
      return POWER.power + 1;
    case 'negate':
      return POWER.negate;
    // `x is not missing` stands like a comparison, `not x` lower: as the lower one, both are right.
    case 'not':
      return POWER.not;
    case 'and':
      return POWER.and;
    case 'or':
      return POWER.or;
    case 'compare':
    case 'in':
    case 'between':
    case 'isMissing':
      return POWER.compare;
    case 'arithmetic':
      if (node.operator === '^') return POWER.power;
      return node.operator === '+' || node.operator === '-' ? POWER.add : POWER.multiply;
  }
}
