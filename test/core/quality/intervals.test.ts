// A few intervals of a number that tell classes apart.
import { describe, expect, it } from 'vitest';
import { classOfBins } from '../../../src/core/quality/intervals';

describe('intervals', () => {
  it('part two classes at the best place', () => {
    expect(
      classOfBins(
        [
          [9, 0],
          [8, 1],
          [0, 7],
          [1, 9],
        ],
        2,
      ),
    ).toEqual([0, 0, 1, 1]);
  });

  it('find a class between two halves of another', () => {
    expect(
      classOfBins(
        [
          [5, 0],
          [5, 0],
          [0, 5],
          [5, 0],
        ],
        3,
      ),
    ).toEqual([0, 0, 1, 0]);
  });

  it('are no more than asked for, and one where nothing helps', () => {
    const striped = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? [3, 0] : [0, 3]));
    const guessed = classOfBins(striped, 2);
    expect(guessed.filter((guess, i) => i > 0 && guess !== guessed[i - 1]).length).toBeLessThanOrEqual(1);
    expect(
      classOfBins(
        [
          [2, 1],
          [2, 1],
        ],
        4,
      ),
    ).toEqual([0, 0]);
    expect(classOfBins([], 4)).toEqual([]);
  });
});
