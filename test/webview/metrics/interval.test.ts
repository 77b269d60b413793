// Holds the interval of a share to statsmodels 0.15.0, proportion_confint(count, total, method='wilson').
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../webview/metrics/interval';

describe('wilsonInterval', () => {
  it.each([
    [52, 52, 0.9312077638761376, 1],
    [0, 10, 0, 0.27753279986288926],
    [51, 52, 0.8987948887210774, 0.9965971919290547],
    [7, 10, 0.39677814746114537, 0.8922087325936989],
    [1, 1, 0.2065493143772374, 1],
    [45, 99, 0.3599936019378829, 0.552493053704647],
  ])('%i of %i: %f to %f', (count, total, low, high) => {
    const found = wilsonInterval(count, total);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });

  it('is 1 / (1 + z²/n) at its low end when every row was right', () => {
    expect(wilsonInterval(52, 52).low).toBeCloseTo(1 / (1 + 1.959963984540054 ** 2 / 52), 14);
  });
});
