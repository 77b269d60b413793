import { describe, expect, it } from 'vitest';
import { isBetter, METRICS } from '../../src/shared/metricCatalogue';
import { metricDescription, metricLabel } from '../../src/shared/metricTexts';
import { metricNameSchema } from '../../src/shared/schema/experiment';

describe('what is known of metrics', () => {
  it('names each so that none is taken for another', () => {
    const labels = metricNameSchema.options.map(metricLabel);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it.each(metricNameSchema.options)('says in a line what %s is, its range and for which tasks', (name) => {
    expect(metricDescription(name)).toMatch(/\.$/);
    const { range, tasks } = METRICS[name];
    expect(range[0]).toBeLessThan(range[1]);
    expect(tasks.length).toBeGreaterThan(0);
  });

  it('knows which of two values is better', () => {
    expect(isBetter('accuracy', 0.9, 0.8)).toBe(true);
    expect(isBetter('rmse', 0.9, 0.8)).toBe(false);
    expect(isBetter('meanBias', -0.1, 0.2)).toBe(true);
    expect(isBetter('accuracy', NaN, 0.2)).toBe(false);
    expect(isBetter('accuracy', 0.2, 0.2)).toBe(false);
  });
});
