// Owns the words of an expression: numbers, texts, names, operators, each with its place.
import * as l10n from '@vscode/l10n';
import type { Span } from './ast';
import { issueAt, type ExpressionIssue } from './issues';

export type Token = { readonly at: Span } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** quoted: in backticks, so a column and never a word of the language. */
  | { readonly kind: 'name'; readonly value: string; readonly quoted: boolean }
  | { readonly kind: 'operator'; readonly value: Operator }
  | { readonly kind: 'end' }
);

const OPERATORS = [
  '==',
  '!=',
  '<>',
  '<=',
  '>=',
  '&&',
  '||',
  '=',
  '<',
  '>',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '(',
  ')',
  ',',
] as const;
export type Operator = (typeof OPERATORS)[number];

const SPACE = /\s+/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const QUOTES = ["'", '"', '`'];

/** Whether a column can be written without backticks, but for the words of the language. */
export function isBareName(name: string): boolean {
  NAME.lastIndex = 0;
  return NAME.exec(name)?.[0].length === name.length;
}

/** The last token is `end`. Stops at the first issue. */
export function tokensOf(text: string): { readonly tokens: readonly Token[] } | { issue: ExpressionIssue } {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    offset += matchAt(SPACE, text, offset).length;
    if (offset >= text.length) break;
    const token = tokenAt(text, offset);
    if ('message' in token) return { issue: token };
    tokens.push(token);
    offset += token.at.length;
  }
  tokens.push({ kind: 'end', at: { offset: text.length, length: 0 } });
  return { tokens };
}

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

function tokenAt(text: string, offset: number): Token | ExpressionIssue {
  const quote = text.charAt(offset);
  if (QUOTES.includes(quote)) return quotedAt(text, offset, quote);
  const number = matchAt(NUMBER, text, offset);
  if (number !== '') return numberAt(text, offset, number);
  const name = matchAt(NAME, text, offset);
  if (name !== '') return { kind: 'name', value: name, quoted: false, at: { offset, length: name.length } };
  const operator = OPERATORS.find((candidate) => text.startsWith(candidate, offset));
  if (operator !== undefined) {
    return { kind: 'operator', value: operator, at: { offset, length: operator.length } };
  }
  const found = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  return issueAt(
    { offset, length: found.length },
    l10n.t(
      'Unexpected "{0}"; expected a column, a number, a text or an operator. Put a name with such characters in backticks.',
      found,
    ),
  );
}

/** A doubled quote is a quote. There are no other escapes, so that patterns are written as they are. */
function quotedAt(text: string, offset: number, quote: string): Token | ExpressionIssue {
  let value = '';
  let at = offset + 1;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end < 0) {
      return issueAt(
        { offset, length: text.length - offset },
        l10n.t('What starts with {0} never ends; expected another {0}.', quote),
      );
    }
    value += text.slice(at, end);
    at = end + 1;
    if (text.charAt(at) !== quote) break;
    value += quote;
    at++;
  }
  const span = { offset, length: at - offset };
  if (quote !== '`') return { kind: 'text', value, at: span };
  if (value !== '') return { kind: 'name', value, quoted: true, at: span };
  return issueAt(span, l10n.t('Nothing between the backticks; expected the name of a column.'));
}

function numberAt(text: string, offset: number, number: string): Token | ExpressionIssue {
  const behind = matchAt(NAME, text, offset + number.length);
  if (behind !== '') {
    const name = number + behind;
    return issueAt(
      { offset, length: name.length },
      l10n.t('"{0}" is no number. Put it in backticks if it is a column: `{0}`.', name),
    );
  }
  const at = { offset, length: number.length };
  const value = Number(number);
  if (Number.isFinite(value)) return { kind: 'number', value, at };
  return issueAt(at, l10n.t('{0} is too large; expected a number below 1.8e308.', number));
}
