// Holds how numbers, durations and sizes are written for people everywhere.
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  headlineScore,
  formatScore,
} from '../../src/shared/format';

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [449.6, '450 ms'],
    [999.7, '1 s'],
    [3_450, '3.5 s'],
    [9_990, '10 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_900, '1 h'],
    [7_199_900, '2 h'],
    [7_800_000, '2 h 10 min'],
    [NaN, '–'],
    [-5, '–'],
  ])('%d ms -> %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [39_436, '38.5 KB'],
    [1024 ** 2 - 100, '1 MB'],
    [8_353_218_560, '7.78 GB'],
    [3 * 1024 ** 4, '3 TB'],
  ])('%d -> %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatNumber and formatCount', () => {
  it('keep four and three digits', () => {
    expect([0, 0.123456, 1234.56, 1e-5, 2e7, NaN].map(formatNumber)).toEqual([
      '0',
      '0.1235',
      '1235',
      '1.000e-5',
      '2.000e+7',
      'NaN',
    ]);
    expect([950, 999.7, 12_345, 999_700, 1_204_000].map(formatCount)).toEqual([
      '950',
      '1k',
      '12.3k',
      '1M',
      '1.2M',
    ]);
  });
});

describe('formatScore', () => {
  it('tells accuracy in percent, and what is not all never as all', () => {
    const tell = (value: number): string => formatScore({ name: 'accuracy', value });
    expect([1, 0.99996, 0.8061, 0, NaN].map(tell)).toEqual(['100.0%', '>99.9%', '80.6%', '0.0%', 'NaN']);
    expect(formatScore({ name: 'rmse', value: 0.93341 })).toBe('0.9334');
  });
});

describe('headlineScore', () => {
  it('is accuracy, else RMSE, else the loss', () => {
    expect(headlineScore({ loss: 1, accuracy: 0.9 })).toEqual({ name: 'accuracy', value: 0.9 });
    expect(headlineScore({ loss: 1, rmse: 3 })).toEqual({ name: 'rmse', value: 3 });
    expect(headlineScore({})).toBeUndefined();
  });
});
