// Dates as text: what is read, what is refused.
import { describe, expect, it } from 'vitest';
import { isDayFirst, parseDateTime } from '../../../src/core/data/datetime';

describe('parseDateTime', () => {
  it.each([
    ['2020-02-29', Date.UTC(2020, 1, 29)],
    ['2020/2/9', Date.UTC(2020, 1, 9)],
    ['1949-01', Date.UTC(1949, 0, 1)],
    ['2020.1.31', Date.UTC(2020, 0, 31)],
    ['2020年1月31日', Date.UTC(2020, 0, 31)],
    ['2020年1月31日 8:05', Date.UTC(2020, 0, 31, 8, 5)],
    ['2020年1月', Date.UTC(2020, 0, 1)],
    ['2001/01/01 00:47', Date.UTC(2001, 0, 1, 0, 47)],
    ['2020-01-01T10:20:30.25Z', Date.UTC(2020, 0, 1, 10, 20, 30, 250)],
    ['2020-01-01T10:20:30+02:00', Date.UTC(2020, 0, 1, 8, 20, 30)],
    ['03.04.2020', Date.UTC(2020, 3, 3)],
    ['03/04/2020', Date.UTC(2020, 2, 4)],
    ['3/4/2020 1:05 PM', Date.UTC(2020, 2, 4, 13, 5)],
    ['12 Jan 2020', Date.UTC(2020, 0, 12)],
    ['September 1, 1999', Date.UTC(1999, 8, 1)],
  ])('reads %s', (text, expected) => {
    expect(parseDateTime(text, false)).toBe(expected);
  });

  it.each([
    '2021-02-29',
    '2020-13-01',
    '2020-01/02',
    '13/13/2020',
    '2020-01-01 25:00',
    '12 Foo 2020',
    '2020',
    '2020.1',
    '2020年2月30日',
    'x',
  ])('refuses %s', (text) => {
    expect(parseDateTime(text, false)).toBeNaN();
  });

  it('takes the day first only where a value shows it', () => {
    expect(isDayFirst(['03/04/2020', null, '25/12/2020'])).toBe(true);
    expect(isDayFirst(['03/04/2020', '12/25/2020'])).toBe(false);
    expect(parseDateTime('03/04/2020', true)).toBe(Date.UTC(2020, 3, 3));
  });
});
