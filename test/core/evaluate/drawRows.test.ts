import { describe, expect, it } from 'vitest';
import { drawNumbers, rowDrawer } from '../../../src/core/evaluate/drawRows';
import { randomStream } from '../../../src/shared/random';

describe('drawing rows', () => {
  it('gives each row the same chance', () => {
    const drawn = new Uint32Array(70_000);
    drawNumbers(drawn, 7, randomStream(1, 'draw'));
    const counts = new Float64Array(7);
    for (const value of drawn) counts[value] = counts[value]! + 1;
    // Chi squared with 6 degrees of freedom: under 22.5 in 999 of 1000.
    const chi = counts.reduce((total, count) => total + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(22.5);
    expect(counts.length).toBe(7);
  });

  it('of many rows draws the same, in ascending order', () => {
    const rows = 20_001;
    const sorted = new Uint32Array(rows);
    rowDrawer(rows, randomStream(1, 'draw'))(sorted);
    const plain = new Uint32Array(rows);
    drawNumbers(plain, rows, randomStream(1, 'draw'));
    expect(sorted).toEqual(plain.sort());
  });

  it('draws nothing of no rows and the only one of one', () => {
    const none = new Uint32Array(0);
    rowDrawer(0, randomStream(1, 'draw'))(none);
    const one = Uint32Array.of(9);
    rowDrawer(1, randomStream(1, 'draw'))(one);
    expect(Array.from(one)).toEqual([0]);
  });
});
