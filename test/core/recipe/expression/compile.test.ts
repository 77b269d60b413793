// Expressions in SQL: by hand, and against a plain evaluator on random expressions and rows.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sqlText, type Database } from '../../../../src/core/data/database';
import type { ColumnKind, Relation } from '../../../../src/core/data/relation';
import {
  compileExpression,
  compileText,
  type CompiledExpression,
} from '../../../../src/core/recipe/expression/compile';
import type { Expression } from '../../../../src/shared/expression/ast';
import { formatExpression } from '../../../../src/shared/expression/format';
import { parseExpression } from '../../../../src/shared/expression/parse';
import { checkExpression } from '../../../../src/shared/expression/types';
import { evaluate, type Plain, type Row } from './reference';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.dispose());

const KINDS: Readonly<Record<string, ColumnKind>> = {
  n: 'number',
  m: 'number',
  a: 'text',
  b: 'text',
  s: 'text',
  t: 'text',
  d: 'datetime',
};
const NAMES = Object.keys(KINDS);

function literalOf(value: Plain, kind: ColumnKind): string {
  const types = { number: 'DOUBLE', text: 'VARCHAR', datetime: 'TIMESTAMP' };
  if (value === null) return `NULL::${types[kind]}`;
  if (value instanceof Date) return `TIMESTAMP ${sqlText(value.toISOString().slice(0, 19))}`;
  return typeof value === 'number' ? `${sqlText(String(value))}::DOUBLE` : sqlText(String(value));
}

function relationOf(rows: readonly Row[]): Relation {
  const values = rows.map((row, i) => {
    const cells = NAMES.map((name) => literalOf(row[name] ?? null, KINDS[name] ?? 'text'));
    return `(${[i, i, ...cells].join(', ')})`;
  });
  const ids = NAMES.map((_, i) => `c${i}`);
  return {
    from: `(SELECT * FROM (VALUES ${values.join(', ')}) v(${['rid', 'ord', ...ids].join(', ')}))`,
    columns: NAMES.map((name, i) => ({ name, id: `c${i}`, kind: KINDS[name] ?? 'text' })),
    isSplit: false,
    nextId: NAMES.length,
  };
}

async function read(relation: Relation, compiled: readonly CompiledExpression[]): Promise<Plain[][]> {
  const selected = compiled.map(({ sql, kind }) => (kind === 'datetime' ? `epoch_ms(${sql})` : sql));
  const rows = await database.rows(`SELECT ${selected.join(', ')} FROM ${relation.from} ORDER BY ord`);
  return compiled.map((_, column) =>
    rows.map((row) => {
      const value = row[column];
      return (typeof value === 'bigint' ? Number(value) : value) as Plain;
    }),
  );
}

const BASE: Row = {
  n: 4,
  m: null,
  a: ' 12 ',
  b: '9',
  s: ' Ada Lovelace ',
  t: '2020-02-29',
  d: new Date('2019-12-31T23:00:00Z'),
};

async function one(text: string, row: Row = BASE): Promise<Plain> {
  const relation = relationOf([row]);
  const [values] = await read(relation, [await compileText(text, relation, { database })]);
  return values?.[0] ?? null;
}

describe('expressions in SQL', () => {
  it.each<[string, Plain]>([
    ['n / (a / 100) ^ 2', 4 / 0.12 ** 2],
    ['n + m', null],
    ['1 / 0', null],
    ['-1 / (1 / 0)', null],
    ['5 % 0', null],
    ['5 % (1 / 0)', null],
    ['(1 / 0) ^ 0', null],
    ['exp(-1 / 0)', null],
    ['1e300 * 1e300 is missing', true],
    ['coalesce(1e300 * 1e300, 7)', 7],
    ['max(1e300 * 1e300, 7)', null],
    ['1e300 * 1e300 > 1', null],
    ['sqrt(-1)', null],
    ['sqrt(16) + ln(exp(1)) + log10(1000) + log2(8)', 4 + 1 + 3 + 3],
    ['ln(0)', null],
    ['(0 - 8) ^ 0.5', null],
    ['round(2.5) + round(-2.5)', 0],
    ['round(1234.567, 2)', 1234.57],
    ['round(1234.567, -2)', 1200],
    ['min(n, 3, a) * 10 + max(n, 3)', 34],
    ['min(n, m)', null],
    // As texts "12" is below "9".
    ['a > b', true],
    ['text(a) > b', false],
    ['s < a', false],
    ['a = 12', true],
    ['a = "12"', true],
    ['a = "12.0"', false],
    ['s = "Ada Lovelace "', true],
    ['s = "ada lovelace"', false],
    ['a in (1, 12) and b not in ("x", "12")', true],
    ['m in (1)', null],
    ['a in (1, m)', null],
    ['a in (12, m)', true],
    ['a between b and 12', true],
    ['m is missing and s is not missing', true],
    ['m > 1 or n > 1', true],
    ['m > 1 and n > 1', null],
    ['not (m > 1)', null],
    ['if(n > 3, "big", "small")', 'big'],
    ['if(m > 3, "big", "small")', null],
    ['if(a < 0, 0, a)', 12],
    ['if(n > 3, a, s)', '12'],
    ['if(n > 3, a, s) * 2', 24],
    ['coalesce(m, a)', 12],
    ['coalesce(if(n < 0, a, missing), b) > 8', true],
    ['(n > 1) + (n > 100)', 1],
    ['concat(s, "-", n, "-", n > 1)', 'Ada Lovelace-4-true'],
    ['concat(s, m)', null],
    ['upper(replace(s, "Ada ", ""))', 'LOVELACE'],
    ['replace(a, "12", "") is missing', true],
    ['length("🙂é") + length(a)', 4],
    ['startsWith(s, "Ada") and endsWith(s, "lace") and contains(s, " ")', true],
    ['matches(s, "^A\\w+ L")', true],
    ['number(" 1e3 ") + number("x1")', null],
    ['number(b) + 1', 10],
    ['text(0.5)', '0.5'],
    ['text(3)', '3'],
    ['year(d) * 10000 + month(d) * 100 + day(d) + hour(d) / 100', 20191231.23],
    ['weekday(t)', 5],
    ['daysBetween(d, t)', 59 + 1 / 24],
    ['daysBetween(s, t)', null],
    ['d < "2020-01-01" and d < t', true],
    ['coalesce(d, t)', new Date('2019-12-31T23:00:00Z')],
    ['if("yes", 1, 2) + if(b, 1, 2)', null],
    ['missing', null],
    ['"it\'s"', "it's"],
    ['""', null],
  ])('%s', async (text, expected) => {
    const value = await one(text);
    if (typeof expected === 'number') expect(value).toBeCloseTo(expected, 9);
    else expect(value).toEqual(expected instanceof Date ? expected.getTime() : expected);
  });

  it('reads numbers of a text column as its file writes them', async () => {
    const relation = relationOf([{ ...BASE, a: '1.234,5', b: '7,5' }]);
    const columns = relation.columns.map((column) => ({
      ...column,
      numbers: { decimal: ',', thousands: '.' } as const,
    }));
    const european = { ...relation, columns };
    const texts = ['a + b', 'if(b > 7, a, b) * 2', 'a > b', 'coalesce(a, b)'];
    const compiled = await Promise.all(texts.map((text) => compileText(text, european, { database })));
    expect((await read(european, compiled)).map(([value]) => value)).toEqual([1242, 2469, true, '1.234,5']);
    expect(compiled[3]?.numbers).toEqual({ decimal: ',', thousands: '.' });
  });

  it('names the place of a bad pattern', async () => {
    await expect(one('n > 1 and matches(s, "(a")')).rejects.toMatchObject({
      code: 'recipe.expression',
      details: { offset: 21, length: 4 },
      message: expect.stringMatching(/"\(a" is no regular expression in RE2 syntax: missing \)/) as string,
    });
    await expect(one('matches(s, "(?=a)")')).rejects.toMatchObject({ code: 'recipe.expression' });
  });

  it('names the place of an unknown column', async () => {
    await expect(one('1 + nn')).rejects.toMatchObject({
      code: 'recipe.expression',
      details: { offset: 4, length: 2 },
    });
  });

  it('plans the deepest expressions there can be', async () => {
    const deepest = (open: string, close: string): string => {
      for (let times = 100; ; times--) {
        const text = open.repeat(times) + 'n' + close.repeat(times);
        if ('ast' in parseExpression(text)) return text;
      }
    };
    const texts = [
      deepest('1 / (1 + ', ')'),
      deepest('sqrt(2 + ', ')'),
      deepest('if(n > 1, ', ', a)'),
      deepest('if(', ' > 1, a, b)'),
      deepest('(a < ', ')'),

      deepest('', ' + n'),
      deepest('', ' or a = "x"'),
      deepest('(', ' between 0 and 1)'),
      deepest('(', ' in (a, b))'),
    ];
    for (const text of texts) await one(text);
  });
});

// Random expressions of each type, so that most of them fit together.
const at = { offset: 0, length: 0 };
const column = (...names: string[]): fc.Arbitrary<Expression> =>
  fc.constantFrom(...names).map((name): Expression => ({ kind: 'column', name, at }));
const TEXTS = ['x', 'X y', '1', '12', ' 3.5', '', 'no', 'true'];
const { number, text, condition, date } = fc.letrec<
  Record<'number' | 'text' | 'condition' | 'date' | 'any', Expression>
>((tie) => {
  const call = (
    names: readonly ExpressionCall['name'][],
    ...args: fc.Arbitrary<Expression>[]
  ): fc.Arbitrary<Expression> =>
    fc
      .tuple(fc.constantFrom(...names), fc.tuple(...args))
      .map(([name, list]): Expression => ({ kind: 'call', name, args: list, at }));
  const chosen = (branch: fc.Arbitrary<Expression>): fc.Arbitrary<Expression>[] => [
    call(['if'], tie('condition'), branch, branch),
    call(['coalesce'], branch, branch),
  ];
  const compare = (side: fc.Arbitrary<Expression>): fc.Arbitrary<Expression>[] => [
    fc
      .tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), side, side)
      .map(([operator, left, right]): Expression => ({
        kind: 'compare',
        operator: operator as '=',
        left,
        right,
        at,
      })),
    fc
      .tuple(side, side, side)
      .map(([operand, low, high]): Expression => ({ kind: 'between', operand, low, high, at })),
    fc
      .tuple(side, fc.array(side, { minLength: 1, maxLength: 3 }))
      .map(([operand, options]): Expression => ({ kind: 'in', operand, options, at })),
  ];
  const digits = fc.integer({ min: 0, max: 3 }).map((value): Expression => ({ kind: 'number', value, at }));
  const anything = fc.oneof(tie('number'), tie('text'), tie('condition'));
  const options = { maxDepth: 4, depthSize: 'small' } as const;
  return {
    any: anything,
    number: fc.oneof(
      options,
      fc.constantFrom(0, 1, 2, 0.5, 3, 1e300).map((value): Expression => ({ kind: 'number', value, at })),
      column('n', 'm', 'a', 'b'),
      fc.constant<Expression>({ kind: 'missing', at }),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%', '^'), tie('number'), tie('number'))
        .map(([operator, left, right]): Expression => ({
          kind: 'arithmetic',
          operator: operator as '+',
          left,
          right,
          at,
        })),
      tie('number').map((operand): Expression => ({ kind: 'negate', operand, at })),
      call(['abs', 'sqrt', 'floor', 'ceil', 'round', 'log2', 'number'], tie('number')),
      call(['round'], tie('number'), digits),
      call(['min', 'max'], tie('number'), tie('number'), tie('number')),
      call(['length', 'number'], tie('text')),
      call(['year', 'month', 'day', 'weekday', 'hour'], tie('date')),
      call(['daysBetween'], tie('date'), tie('date')),
      tie('condition'),
      ...chosen(tie('number')),
    ),
    text: fc.oneof(
      options,
      fc.constantFrom(...TEXTS).map((value): Expression => ({ kind: 'text', value, at })),
      column('a', 'b', 's', 't'),
      call(['lower', 'upper', 'trim'], tie('text')),
      call(['text', 'concat'], anything),
      call(['concat'], anything, anything),
      call(['replace'], tie('text'), tie('text'), tie('text')),
      ...chosen(tie('text')),
      ...chosen(column('a', 'b', 's')),
    ),
    condition: fc.oneof(
      options,
      fc.boolean().map((value): Expression => ({ kind: 'boolean', value, at })),
      column('a', 'n'),
      ...compare(tie('number')),
      ...compare(tie('text')),
      ...compare(tie('date')),
      ...compare(anything),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), tie('condition'), tie('condition'))
        .map(([kind, left, right]): Expression => ({ kind, left, right, at })),
      fc
        .tuple(fc.constantFrom('not' as const, 'isMissing' as const), anything)
        .map(([kind, operand]): Expression => ({ kind, operand, at })),
      call(['contains', 'startsWith', 'endsWith'], tie('text'), tie('text')),
      call(
        ['matches'],
        tie('text'),
        fc.constantFrom('^x', '[0-9]+', ' ').map((value): Expression => ({ kind: 'text', value, at })),
      ),
    ),
    date: fc.oneof(options, column('d', 't'), ...chosen(column('d', 't')), ...chosen(column('d'))),
  };
});
type ExpressionCall = Extract<Expression, { kind: 'call' }>;

const cell = fc.constantFrom(null, 'x', ' x', 'X y', '12', '3.5 ', '-1', 'true', 'no', '1e400', 'é', '🙂');
const figure = fc.constantFrom(null, 0, 1, -1, 2.5, -3, 12, 1e300, -1e300, 1e-300);
const day = fc.constantFrom(null, '2020-02-29', '1969-07-20', '2020-02-30', '12', '1900-01-01');
const row: fc.Arbitrary<Row> = fc.record({
  n: figure,
  m: figure,
  a: cell,
  b: cell,
  s: cell,
  t: day,
  d: fc
    .constantFrom(null, '2020-02-29T13:14:15Z', '1969-07-20T00:00:00Z')
    .map((value) => (value === null ? null : new Date(value))),
});

function isClose(found: Plain, expected: Plain): boolean {
  if (expected instanceof Date) return found === expected.getTime();
  if (typeof found !== 'number' || typeof expected !== 'number') return found === expected;
  return Math.abs(found - expected) <= 1e-9 * Math.max(1e-300, Math.abs(expected)) || found === expected;
}

describe('random expressions', () => {
  it('are what a plain evaluator says, and never an error', async () => {
    const trees = fc.oneof(number, text, condition, date);
    const property = fc.asyncProperty(
      fc.array(trees, { minLength: 15, maxLength: 15 }),
      fc.array(row, { minLength: 1, maxLength: 8 }),
      async (candidates, rows) => {
        const relation = relationOf(rows);
        const checked = candidates
          .map((ast) => ({ ast, ...checkExpression(ast, relation.columns) }))
          .filter(({ issues }) => issues.length === 0);
        if (checked.length === 0) return;
        const compiled = checked.map(({ ast }) => compileExpression(ast, relation));
        const found = await read(relation, compiled);
        for (const [i, { ast, kinds }] of checked.entries()) {
          for (const [at, cells] of rows.entries()) {
            const expected = evaluate(ast, cells, kinds);
            const value = found[i]?.[at] ?? null;
            if (!isClose(value, expected)) {
              expect([formatExpression(ast), cells, value]).toEqual([formatExpression(ast), cells, expected]);
            }
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 8, endOnFailure: true });
  });
});
