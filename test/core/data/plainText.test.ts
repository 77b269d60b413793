// Progress of work that is begun anew or done in several queries.
import { describe, expect, it } from 'vitest';
import { part, rising } from '../../../src/core/data/plainText';

describe('progress', () => {
  it('never falls, whatever a second query of the same part says', () => {
    const told: number[] = [];
    const whole = rising((fraction) => told.push(fraction));
    const reading = part(whole, 0, 0.5);
    for (const fraction of [0, 0.4, 0.1, 0.8]) reading?.(fraction);
    part(whole, 0.5, 1)?.(0);
    expect(told).toEqual([0, 0.2, 0.2, 0.4, 0.5]);
  });

  it('is told to nobody where nobody asks', () => {
    expect(rising(undefined)).toBeUndefined();
  });
});
