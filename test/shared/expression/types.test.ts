// Which expressions fit together, and what is said of those that do not.
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../src/shared/expression/parse';
import { checkExpression, type CheckedExpression } from '../../../src/shared/expression/types';

function check(text: string): CheckedExpression {
  const parsed = parseExpression(text);
  if ('issues' in parsed) throw new Error(parsed.issues[0].message);
  return checkExpression(parsed.ast, [
    { name: 'cell', kind: 'text' },
    { name: 'count', kind: 'number' },
    { name: 'day', kind: 'datetime' },
    { name: 'later', kind: 'unknown' },
  ]);
}

describe('checkExpression', () => {
  it.each([
    ['cell', 'cell'],
    ['cell * 2', 'number'],
    ['"12" * 2', 'number'],
    ['count > 1', 'boolean'],
    ['(count > 1) + (cell = "x")', 'number'],
    ['if(cell < 0, 0, cell)', 'number'],
    ['if(cell < 0, "none", cell)', 'text'],
    ['coalesce(cell, later)', 'cell'],
    ['if(count, missing, cell)', 'cell'],
    ['coalesce(day, "2020-01-01")', 'datetime'],
    ['if(cell, count > 1, later)', 'boolean'],
    ['day >= "2020-12-31" and day < cell', 'boolean'],
    ['daysBetween(day, "2020-01-01")', 'number'],
    ['round(count, -2)', 'number'],
    ['missing', 'missing'],
    ['later + daysBetween(later, later) + length(later)', 'number'],
    ['cell in (1, "b", later)', 'boolean'],
  ])('takes %s for a %s', (text, kind) => {
    expect(check(text)).toMatchObject({ kind, issues: [] });
  });

  it.each([
    ['1 + coun', 4, 4, /no column "coun" at this step. Did you mean "count"/],
    ['xyz = 1', 0, 3, /there are cell, count, day, later. A text goes in quotes/],
    ['count + "x"', 8, 3, /Expected a number, found "x"/],
    ['count = "x"', 8, 3, /Expected a number, found "x"/],
    ['count in (1, "x")', 13, 3, /Expected a number, found "x"/],
    ['day + 1', 0, 3, /Expected a number \(days between two dates: daysBetween\), found a date/],
    ['day > count', 6, 5, /Expected a date, found a number/],
    ['day > "31.12.2020"', 6, 12, /such as "2020-12-31", found "31.12.2020"/],
    ['cell = missing', 7, 7, /is missing/],
    ['cell != ""', 8, 2, /An empty text is missing/],
    ['not day', 4, 3, /Expected a condition, found a date/],
    ['"maybe" and count', 0, 7, /Expected a condition, found "maybe"/],
    ['if(cell, day, 1)', 0, 16, /do not go together in if/],
    ['coalesce(day, "x")', 14, 3, /such as "2020-12-31"/],
    ['matches(cell, later)', 14, 5, /a pattern in quotes, found a text/],
    ['round(count, cell)', 13, 4, /round\(x, digits\?\): Expected a whole number from -15 to 15/],
    ['round(count, 1.5)', 13, 3, /found 1.5/],
    ['year(count)', 5, 5, /Expected a date, found a number/],
  ])('refuses %s', (text, offset, length, message) => {
    const [issue] = check(text).issues;
    expect(issue?.message).toMatch(message);
    expect([issue?.offset, issue?.length]).toEqual([offset, length]);
  });

  it('tells all that is wrong at once', () => {
    expect(check('cnt + xyz + day').issues).toHaveLength(3);
  });
});
