import { describe, expect, it } from 'vitest';
import { formatInterval } from '../../src/shared/formatInterval';

const of = (value: number, low: number, high: number): string =>
  formatInterval({ value, low, high, level: 0.95, method: 'bootstrap', resamples: 1000 });

describe('a score with its interval', () => {
  it('has no more digits than it is sure of', () => {
    expect(of(0.8312, 0.8099, 0.8525)).toBe('0.83 ± 0.02');
    expect(of(0.8312, 0.8192, 0.8432)).toBe('0.831 ± 0.012');
    expect(of(-0.001, -0.07, 0.07)).toBe('0.00 ± 0.07');
    expect(of(6, 4, 8)).toBe('6.0 ± 2.0');
    expect(of(1234.5, 1100, 1369)).toBe('1235 ± 135');
    expect(of(0.005, -0.02, 0.03)).toBe('0.01 ± 0.03');
  });

  it('shows both ends where they are not alike', () => {
    expect(of(1, 0.931, 1)).toBe('1.00 (0.93 to 1.00)');
  });

  it('says what there is when there is no interval, or no width', () => {
    expect(of(0.5, NaN, NaN)).toBe('0.5');
    expect(of(0.5, -Infinity, Infinity)).toBe('0.5');
    expect(of(NaN, NaN, NaN)).toBe('NaN');
    expect(of(1, 1, 1)).toBe('1');
    expect(of(2e30, 1e30, 3e30)).toBe('2.000e+30 ± 1.000e+30');
  });
});
