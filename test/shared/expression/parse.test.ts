// Reading and writing expressions: precedence, words, places of mistakes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childrenOf, columnsOfExpression, type Expression } from '../../../src/shared/expression/ast';
import { formatExpression } from '../../../src/shared/expression/format';
import { FUNCTION_NAMES, isFunctionName, signatureOf } from '../../../src/shared/expression/functions';
import type { ExpressionIssue } from '../../../src/shared/expression/issues';
import { parseExpression } from '../../../src/shared/expression/parse';

function astOf(text: string): Expression {
  const parsed = parseExpression(text);
  if ('issues' in parsed) throw new Error(`${text}: ${parsed.issues[0].message}`);
  return parsed.ast;
}

function issueOf(text: string): ExpressionIssue {
  const parsed = parseExpression(text);
  if ('ast' in parsed) throw new Error(`${text} is read as ${formatExpression(parsed.ast)}`);
  return parsed.issues[0];
}

/** With all parentheses, to see how it was read. */
function shape(node: Expression): string {
  switch (node.kind) {
    case 'number':
    case 'boolean':
    case 'text':
      return String(node.value);
    case 'missing':
      return 'missing';
    case 'column':
      return node.name;
    default: {
      const name = 'operator' in node ? node.operator : 'name' in node ? node.name : node.kind;
      return `(${[name, ...childrenOf(node).map(shape)].join(' ')})`;
    }
  }
}

describe('parseExpression', () => {
  it.each([
    ['weight / (height / 100) ^ 2', '(/ weight (^ (/ height 100) 2))'],
    ['1 - 2 - 3', '(- (- 1 2) 3)'],
    ['1 + 2 * 3 % 4', '(+ 1 (% (* 2 3) 4))'],
    ['-2 ^ 2', '(negate (^ 2 2))'],
    ['2 ^ -3 ^ 2', '(^ 2 (negate (^ 3 2)))'],
    ['2 ^ 3 ^ 2', '(^ 2 (^ 3 2))'],
    ['-a * -b', '(* (negate a) (negate b))'],
    ['a or b and not c = 1', '(or a (and b (not (= c 1))))'],
    ['a || b && !c', '(or a (and b (not c)))'],
    ['!(a == 1) AND b <> 2', '(and (not (= a 1)) (!= b 2))'],
    ['x is not missing and y is missing', '(and (not (isMissing x)) (isMissing y))'],
    ['a + 1 in (1, 2, 3)', '(in (+ a 1) 1 2 3)'],
    ['a not in ("x")', '(not (in a x))'],
    ['x between 1 and 2 + 3 and y', '(and (between x 1 (+ 2 3)) y)'],
    ['x not between 1 and 2', '(not (between x 1 2))'],
    ['IF(age >= 18, "adult", \'minor\')', '(if (>= age 18) adult minor)'],
    ['`my ``odd`` column` + 价格 + _x1', '(+ (+ my `odd` column 价格) _x1)'],
    ['"say ""hi""" = \'it\'\'s\'', `(= say "hi" it's)`],
    ['`and` + `missing`', '(+ and missing)'],
    ['.5 + 1. + 1e3 + 2.5E-1', '(+ (+ (+ 0.5 1) 1000) 0.25)'],
    ['if(true, missing, x)', '(if true missing x)'],
    ['a\n  = 1', '(= a 1)'],
  ])('reads %s', (text, expected) => {
    expect(shape(astOf(text))).toBe(expected);
  });

  it.each([
    ['', 0, 0, /ends; expected a column/],
    ['a +', 3, 0, /ends; expected a column/],
    ['a b', 2, 1, /Unexpected "b"; expected an operator/],
    ['(a', 2, 0, /expected "\)"/],
    ['a = = 1', 4, 1, /Unexpected "="/],
    ['1 < x < 5', 6, 1, /do not chain/],
    ['x is 5', 5, 1, /missing or not missing/],
    ['x in ()', 6, 1, /Unexpected "\)"/],
    ['x in 5', 5, 1, /expected "\("/],
    ['x between 1 or 2', 12, 2, /expected "and"/],
    ['"abc', 0, 4, /never ends/],
    ['2nd + 1', 0, 3, /`2nd`/],
    ['a # b', 2, 1, /Unexpected "#"/],
    ['a + 🙂', 4, 2, /Unexpected "🙂"/],
    ['1e999', 0, 5, /too large/],
    ['and', 0, 3, /backticks if it is a column/],
    ['``', 0, 2, /Nothing between/],
    ['round()', 0, 7, /Expected round\(x, digits\?\), found 0/],
    ['sqrt(1, 2)', 0, 10, /Expected sqrt\(x\), found 2/],
    ['mean(a)', 0, 4, /no function "mean"; there are abs, /],
  ])('says where %s is wrong', (text, offset, length, message) => {
    const issue = issueOf(text);
    expect([issue.offset, issue.length]).toEqual([offset, length]);
    expect(issue.message).toMatch(message);
  });

  it('suggests the function that was meant', () => {
    expect(issueOf('1 + sqr(a)')).toMatchObject({ offset: 4, length: 3, didYouMean: 'sqrt' });
  });

  it('refuses what is too deep or too long instead of failing', () => {
    expect(issueOf('('.repeat(5000)).message).toMatch(/nested/);
    expect(issueOf('- '.repeat(5000)).message).toMatch(/nested/);
    expect(issueOf(Array(2000).fill('a').join('+')).message).toMatch(/nested/);
    expect(issueOf('a'.repeat(20_001)).message).toMatch(/20000|20,000/);
    expect(astOf(Array(300).fill('a').join(' or ')).kind).toBe('or');
    expect(astOf(`x in (${Array(2000).fill('1').join(',')})`).kind).toBe('in');
  });

  it('gives every node its place', () => {
    const { at } = astOf('  a + sqrt( b )  ');
    expect(at).toEqual({ offset: 2, length: 13 });
  });
});

describe('columnsOfExpression', () => {
  it('names each column once, as first written', () => {
    expect(columnsOfExpression(astOf('b + if(a > b, `c d`, b)'))).toEqual(['b', 'a', 'c d']);
  });
});

const at = { offset: 0, length: 0 };
const name = fc.oneof(
  fc.constantFrom('a', 'and', 'If', 'missing', '价格', '__proto__'),
  fc.string({ minLength: 1 }),
);
const { node } = fc.letrec<{ node: Expression }>((tie) => {
  const child = tie('node');
  const leaf: fc.Arbitrary<Expression> = fc.oneof(
    fc
      .double({ min: 0, noNaN: true, noDefaultInfinity: true })
      .map((value): Expression => ({ kind: 'number', value: value + 0, at })),
    fc.string().map((value): Expression => ({ kind: 'text', value, at })),
    fc.boolean().map((value): Expression => ({ kind: 'boolean', value, at })),
    fc.constant<Expression>({ kind: 'missing', at }),
    name.map((value): Expression => ({ kind: 'column', name: value, at })),
  );
  const call = fc.constantFrom(...FUNCTION_NAMES.filter(isFunctionName)).chain((called) => {
    const { parameters, required, repeats } = signatureOf(called);
    return fc
      .array(child, { minLength: required, maxLength: repeats ? 4 : parameters.length })
      .map((args): Expression => ({ kind: 'call', name: called, args, at }));
  });
  return {
    node: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      leaf,
      fc
        .tuple(fc.constantFrom('negate' as const, 'not' as const, 'isMissing' as const), child)
        .map(([kind, operand]): Expression => ({ kind, operand, at })),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%', '^' as const), child, child)
        .map(([operator, left, right]): Expression => ({
          kind: 'arithmetic',
          operator: operator as '+',
          left,
          right,
          at,
        })),
      fc
        .tuple(fc.constantFrom('=' as const, '!=' as const, '<' as const, '>=' as const), child, child)
        .map(([operator, left, right]): Expression => ({ kind: 'compare', operator, left, right, at })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), child, child)
        .map(([kind, left, right]): Expression => ({ kind, left, right, at })),
      fc
        .tuple(child, child, child)
        .map(([operand, low, high]): Expression => ({ kind: 'between', operand, low, high, at })),
      fc
        .tuple(child, fc.array(child, { minLength: 1, maxLength: 3 }))
        .map(([operand, options]): Expression => ({ kind: 'in', operand, options, at })),
      call,
    ),
  };
});

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'at')
      .map(([key, item]) => [key, withoutPlaces(item)]),
  );
}

describe('formatExpression', () => {
  it('writes what is read as the same tree', () => {
    fc.assert(
      fc.property(node, (tree) => {
        expect(withoutPlaces(astOf(formatExpression(tree)))).toEqual(withoutPlaces(tree));
      }),
      { numRuns: 500 },
    );
  });

  it('writes few parentheses', () => {
    const text = '-a ^ 2 * (b + 1) >= 3 and not (x = 1 or `y z` not in (1, "b")) or d is not missing';
    expect(formatExpression(astOf(text))).toBe(text);
  });

  it('never fails on any text', () => {
    const words = fc.constantFrom(
      'a',
      '(',
      ')',
      '+',
      '-',
      'not',
      'in',
      'is',
      'missing',
      ',',
      '"x"',
      '1',
      '<',
      'if',
      '`',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((list) => list.join(' ')),
        ),
        (text) => {
          const parsed = parseExpression(text);
          if ('ast' in parsed) return;
          const [issue] = parsed.issues;
          expect(issue.offset + issue.length).toBeLessThanOrEqual(text.length);
          expect(issue.message).not.toBe('');
        },
      ),
      { numRuns: 1000 },
    );
  });
});
