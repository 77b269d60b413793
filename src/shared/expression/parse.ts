// Owns how an expression is read: operators by binding power (Pratt), from text to tree. Never eval. Knows neither
// columns nor types; that is types.ts.
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../didYouMean';
import {
  ARITHMETIC,
  childrenOf,
  COMPARISONS,
  type ArithmeticOperator,
  type ComparisonOperator,
  type Expression,
  type Span,
} from './ast';
import { FUNCTION_NAMES, isFunctionName, signatureOf, signatureText, type FunctionName } from './functions';
import { issueAt, type ExpressionIssue } from './issues';
import { tokensOf, type Operator, type Token } from './lexer';

export type ParsedExpression =
  { readonly ast: Expression } | { readonly issues: readonly [ExpressionIssue, ...ExpressionIssue[]] };

/** How tightly an operator holds its operands. */
export const POWER = { or: 1, and: 2, not: 3, compare: 4, add: 5, multiply: 6, negate: 7, power: 8 } as const;

/** Words that are no column unless in backticks, in any case. */
export const KEYWORDS = ['and', 'or', 'not', 'in', 'is', 'between', 'missing', 'true', 'false'] as const;
type Keyword = (typeof KEYWORDS)[number];

/** Levels of a tree, and characters: far beyond what people write, and within what DuckDB plans in a second or two. */
const MAX_DEPTH = 40;
/** A link of a chain a + b + c + ... is a level too, but cheap. */
const CHAIN_LEVEL = 1 / 8;
const MAX_LENGTH = 20_000;

/** Thrown and caught here only. */
class SyntaxIssue extends Error {
  constructor(readonly issue: ExpressionIssue) {
    super(issue.message);
  }
}

export function parseExpression(text: string): ParsedExpression {
  if (text.length > MAX_LENGTH) {
    const at = { offset: MAX_LENGTH, length: text.length - MAX_LENGTH };
    return { issues: [issueAt(at, l10n.t('Expected at most {0} characters.', MAX_LENGTH))] };
  }
  const lexed = tokensOf(text);
  if ('issue' in lexed) return { issues: [lexed.issue] };
  try {
    return { ast: new Parser(lexed.tokens).parse() };
  } catch (error) {
    if (error instanceof SyntaxIssue) return { issues: [error.issue] };
    throw error;
  }
}

const SPELLINGS: Readonly<Record<string, ComparisonOperator>> = { '==': '=', '<>': '!=' };
const LOGIC: Readonly<Record<string, 'and' | 'or' | 'not'>> = { '&&': 'and', '||': 'or', '!': 'not' };

class Parser {
  private next = 0;
  private nesting = 0;
  private readonly depths = new Map<Expression, number>();

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Expression {
    const ast = this.expression(0);
    const token = this.peek();
    if (token.kind === 'end') return ast;
    throw unexpected(token, l10n.t('an operator or the end'));
  }

  /** @param least binding power of the operators it may take */
  private expression(least: number): Expression {
    if (++this.nesting > MAX_DEPTH) throw tooDeep(this.peek().at);
    let left = this.operand();
    for (;;) {
      const grown = this.operator(left, least);
      if (grown === undefined) break;
      left = grown;
    }
    this.nesting--;
    return left;
  }

  private operand(): Expression {
    const token = this.take();
    const { at } = token;
    switch (token.kind) {
      case 'number':
        return this.node({ kind: 'number', value: token.value, at });
      case 'text':
        return this.node({ kind: 'text', value: token.value, at });
      case 'name':
        return token.quoted
          ? this.node({ kind: 'column', name: token.value, at })
          : this.word(token.value, at);
      case 'operator':
        return this.prefix(token.value, token);
      case 'end':
        throw unexpected(token, OPERAND());
    }
  }

  private word(word: string, at: Span): Expression {
    const keyword = keywordOf(word);
    switch (keyword) {
      case undefined:
        return this.isOperator('(') ? this.call(word, at) : this.node({ kind: 'column', name: word, at });
      case 'not':
        return this.negation(at);
      case 'missing':
        return this.node({ kind: 'missing', at });
      case 'true':
      case 'false':
        return this.node({ kind: 'boolean', value: keyword === 'true', at });
      default:
        throw new SyntaxIssue(
          issueAt(
            at,
            l10n.t('Unexpected "{0}"; expected {1}. Put it in backticks if it is a column.', word, OPERAND()),
          ),
        );
    }
  }

  private prefix(operator: Operator, token: Token): Expression {
    if (operator === '(') {
      const inner = this.expression(0);
      this.expect(')');
      return inner;
    }
    if (operator === '!') return this.negation(token.at);
    if (operator !== '-') throw unexpected(token, OPERAND());
    const operand = this.expression(POWER.negate);
    return this.node({ kind: 'negate', operand, at: spanOf(token.at, operand.at) });
  }

  private negation(at: Span): Expression {
    const operand = this.expression(POWER.not);
    return this.node({ kind: 'not', operand, at: spanOf(at, operand.at) });
  }

  private call(word: string, at: Span): Expression {
    const name = functionNamed(word, at);
    this.expect('(');
    const args = this.list();
    const end = this.expect(')');
    const span = spanOf(at, end);
    const { parameters, required, repeats } = signatureOf(name);
    if (args.length < required || (args.length > parameters.length && !repeats)) {
      throw new SyntaxIssue(
        issueAt(
          span,
          l10n.t('Expected {0}, found {1} values in the parentheses.', signatureText(name), args.length),
        ),
      );
    }
    return this.node({ kind: 'call', name, args, at: span });
  }

  private list(): Expression[] {
    const items: Expression[] = [];
    if (this.isOperator(')')) return items;
    items.push(this.expression(0));
    while (this.isOperator(',')) {
      this.take();
      items.push(this.expression(0));
    }
    return items;
  }

  /** The expression with what stands behind it, or undefined when that does not belong to it. */
  private operator(left: Expression, least: number): Expression | undefined {
    const token = this.peek();
    const operator = operatorOf(token);
    if (operator === undefined) return undefined;
    if (POWER[operator.level] < least) return undefined;
    this.take();
    switch (operator.level) {
      case 'or':
      case 'and': {
        const right = this.expression(POWER[operator.level] + 1);
        return this.node({ kind: operator.level, left, right, at: spanOf(left.at, right.at) });
      }
      case 'compare':
        return this.comparison(left, operator.value);
      default: {
        // ^ takes the right one first: 2 ^ 3 ^ 2 is 2 ^ 9.
        const right = this.expression(POWER[operator.level] + (operator.level === 'power' ? 0 : 1));
        const at = spanOf(left.at, right.at);
        return this.node({ kind: 'arithmetic', operator: operator.value, left, right, at });
      }
    }
  }

  private comparison(left: Expression, word: ComparisonWord): Expression {
    const made = this.comparisonOf(left, word);
    const behind = this.peek();
    if (operatorOf(behind)?.level !== 'compare') return made;
    throw new SyntaxIssue(
      issueAt(
        behind.at,
        l10n.t('Comparisons do not chain. Write a < b and b < c, or put one of them in parentheses.'),
      ),
    );
  }

  private comparisonOf(left: Expression, word: ComparisonWord): Expression {
    switch (word) {
      case 'is': {
        const isNegated = this.takeWord('not');
        const { at } = this.peek();
        if (!this.takeWord('missing')) throw unexpected(this.peek(), l10n.t('missing or not missing'));
        const node = this.node({ kind: 'isMissing', operand: left, at: spanOf(left.at, at) });
        return isNegated ? this.node({ kind: 'not', operand: node, at: node.at }) : node;
      }
      case 'not': {
        const behind = this.peek();
        if (this.takeWord('in')) return this.negated(this.membership(left));
        if (this.takeWord('between')) return this.negated(this.range(left));
        throw unexpected(behind, l10n.t('in or between'));
      }
      case 'in':
        return this.membership(left);
      case 'between':
        return this.range(left);
      default: {
        const right = this.expression(POWER.add);
        const at = spanOf(left.at, right.at);
        return this.node({ kind: 'compare', operator: word, left, right, at });
      }
    }
  }

  private negated(operand: Expression): Expression {
    return this.node({ kind: 'not', operand, at: operand.at });
  }

  private membership(operand: Expression): Expression {
    this.expect('(');
    const options = this.list();
    const end = this.peek();
    if (options.length === 0) throw unexpected(end, OPERAND());
    this.expect(')');
    return this.node({ kind: 'in', operand, options, at: spanOf(operand.at, end.at) });
  }

  private range(operand: Expression): Expression {
    const low = this.expression(POWER.add);
    if (!this.takeWord('and') && !this.takeOperator('&&')) throw unexpected(this.peek(), '"and"');
    const high = this.expression(POWER.add);
    return this.node({ kind: 'between', operand, low, high, at: spanOf(operand.at, high.at) });
  }

  private peek(): Token {
    // The last token is `end`, and nothing is taken behind it.
    return this.tokens[Math.min(this.next, this.tokens.length - 1)] ?? END;
  }

  private take(): Token {
    const token = this.peek();
    this.next++;
    return token;
  }

  private isOperator(operator: Operator): boolean {
    const token = this.peek();
    return token.kind === 'operator' && token.value === operator;
  }

  private takeOperator(operator: Operator): boolean {
    const found = this.isOperator(operator);
    if (found) this.take();
    return found;
  }

  private takeWord(word: Keyword): boolean {
    const token = this.peek();
    const found = token.kind === 'name' && !token.quoted && keywordOf(token.value) === word;
    if (found) this.take();
    return found;
  }

  private expect(operator: Operator): Span {
    const token = this.peek();
    if (!this.takeOperator(operator)) throw unexpected(token, `"${operator}"`);
    return token.at;
  }

  private node(node: Expression): Expression {
    const [first, ...others] = childrenOf(node).map((child) => this.depths.get(child) ?? 0);
    const isChain = node.kind === 'arithmetic' || node.kind === 'and' || node.kind === 'or';
    const depth = Math.max((first ?? 0) + (isChain ? CHAIN_LEVEL : 1), 1 + Math.max(0, ...others));
    if (depth > MAX_DEPTH) throw tooDeep(node.at);
    this.depths.set(node, depth);
    return node;
  }
}

const END: Token = { kind: 'end', at: { offset: 0, length: 0 } };
const OPERAND = (): string => l10n.t('a column, a number, a text or "("');

type ComparisonWord = ComparisonOperator | 'is' | 'in' | 'not' | 'between';
type InfixOperator =
  | { readonly level: 'or' | 'and' }
  | { readonly level: 'compare'; readonly value: ComparisonWord }
  | { readonly level: 'add' | 'multiply' | 'power'; readonly value: ArithmeticOperator };

function operatorOf(token: Token): InfixOperator | undefined {
  if (token.kind === 'name' && !token.quoted) {
    const word = keywordOf(token.value);
    if (word === 'and' || word === 'or') return { level: word };
    if (word === 'is' || word === 'in' || word === 'not' || word === 'between') {
      return { level: 'compare', value: word };
    }
    return undefined;
  }
  if (token.kind !== 'operator') return undefined;
  const logic = LOGIC[token.value];
  if (logic === 'and' || logic === 'or') return { level: logic };
  const comparison = COMPARISONS.find((operator) => operator === (SPELLINGS[token.value] ?? token.value));
  if (comparison !== undefined) return { level: 'compare', value: comparison };
  const arithmetic = ARITHMETIC.find((operator) => operator === token.value);
  if (arithmetic === undefined) return undefined;
  const level = arithmetic === '^' ? 'power' : arithmetic === '+' || arithmetic === '-' ? 'add' : 'multiply';
  return { level, value: arithmetic };
}

export function keywordOf(word: string): Keyword | undefined {
  const lower = word.toLowerCase();
  return KEYWORDS.find((keyword) => keyword === lower);
}

/** In any case, since it stands before a parenthesis and nothing else can. */
function functionNamed(word: string, at: Span): FunctionName {
  const name = FUNCTION_NAMES.find((candidate) => candidate.toLowerCase() === word.toLowerCase()) ?? word;
  if (isFunctionName(name)) return name;
  const near = didYouMean(word, FUNCTION_NAMES);
  const message =
    near === undefined
      ? l10n.t('There is no function "{0}"; there are {1}.', word, FUNCTION_NAMES.join(', '))
      : l10n.t('There is no function "{0}". Did you mean "{1}"?', word, near);
  throw new SyntaxIssue(issueAt(at, message, near));
}

function spanOf(first: Span, last: Span): Span {
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}

function tooDeep(at: Span): SyntaxIssue {
  return new SyntaxIssue(
    issueAt(
      at,
      l10n.t(
        'This is nested more than {0} deep. Compute a part in a column of its own; for many values write x in (a, b, ...).',
        MAX_DEPTH,
      ),
    ),
  );
}

function unexpected(token: Token, expected: string): SyntaxIssue {
  const found =
    token.kind === 'end'
      ? l10n.t('Here it ends; expected {0}.', expected)
      : l10n.t('Unexpected "{0}"; expected {1}.', String(token.value), expected);
  return new SyntaxIssue(issueAt(token.at, found));
}
