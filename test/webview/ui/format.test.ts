// Holds how numbers, durations and sizes are written for people.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatPercent,
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

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [449, '0.4 s'],
    [9_990, '10 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [3_599_900, '1 h'],
    [NaN, '–'],
    [-5, '–'],
  ])('%d ms -> %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('other forms', () => {
  it('writes counts, shares, sizes and dates', () => {
    expect(formatCount(1234567.8)).toBe('1,234,568');
    expect(formatPercent(0.9712)).toBe('97.1%');
    expect(formatCompact(19_300)).toBe('19.3K');
    expect(formatBytes(512)).toBe('512 B');
    expect(formatBytes(39_436)).toBe('38.5 KiB');
    expect(formatUtc(Date.UTC(2026, 10, 24))).toBe('2026-11-24');
    expect(formatUtc(Date.UTC(2026, 10, 24, 9, 30))).toBe('2026-11-24 09:30:00');
  });

  it('follows the language, and survives one it does not know', () => {
    setLanguage('de');
    expect(formatCount(1234567)).toBe('1.234.567');
    setLanguage('not a tag!');
    expect(formatCount(12)).toBe('12');
  });
});
