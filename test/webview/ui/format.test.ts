// Holds how numbers and shares are written in the page's language.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  formatCell,
  formatCompact,
  formatCount,
  formatPercent,
  formatPercentCell,
  formatUnit,
  formatUtc,
  formatValue,
  setLanguage,
} from '../../../webview/ui/format';

beforeEach(() => setLanguage('en'));

describe('formatValue', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [98.765, '98.77'],
    [1234.56, '1,234.6'],
    [1000, '1,000'],
    [53940.4, '53,940'],
    [0.00001234, '1.23e-5'],
    [-2.5e12, '-2.50e+12'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%d -> %s', (value, text) => expect(formatValue(value)).toBe(text));
});

describe('the cells of a score table', () => {
  it.each([
    [0.0412345, '0.0412'],
    [0.0003383, '3.4e-4'],
    [1.0519, '1.05'],
    [4012.9, '4,013'],
    [123_456, '123K'],
    [0, '0'],
    [Infinity, '∞'],
  ])('%d -> %s', (value, text) => expect(formatCell(value)).toBe(text));

  it('keeps the decimals of shares and of scores below each other', () => {
    expect([1, 0.9712, 0.4423].map(formatPercentCell)).toEqual(['100.0%', '97.1%', '44.2%']);
    expect([1, 0.98123, -0.00004].map(formatUnit)).toEqual(['1.000', '0.981', '0.000']);
  });
});

describe('other forms', () => {
  it('writes counts, shares, sizes and dates', () => {
    expect(formatCount(1234567.8)).toBe('1,234,568');
    expect(formatPercent(0.9712)).toBe('97.1%');
    expect(formatCompact(19_300)).toBe('19.3K');
    expect(formatUtc(Date.UTC(2026, 10, 24))).toBe('2026-11-24');
    expect(formatUtc(Date.UTC(2026, 10, 24, 9, 30))).toBe('2026-11-24 09:30:00');
  });

  it('does not call nearly all all, nor nearly none none', () => {
    expect([1, 0.9996, 0.9994, 0.00001, 0].map((share) => formatPercent(share))).toEqual([
      '100%',
      '>99.9%',
      '99.9%',
      '<0.1%',
      '0%',
    ]);
  });

  it('follows the language, and survives one it does not know', () => {
    setLanguage('de');
    expect(formatCount(1234567)).toBe('1.234.567');
    setLanguage('not a tag!');
    expect(formatCount(12)).toBe('12');
  });
});
