import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from '../../src/shared/didYouMean';

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1], // a swap of neighbours is one edit
    ['epohcs', 'epochs', 1],
    ['ca', 'abc', 3], // optimal string alignment, not full Damerau-Levenshtein (2)
    ['Target', 'target', 0], // case does not count
    ['年龄', '年纪', 1],
    ['😀a', '😀b', 1], // characters, not UTF-16 units
  ])('%j to %j is %d, both ways', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });
});

describe('did you mean', () => {
  it('takes the nearest, and the first of equals', () => {
    expect(didYouMean('survved', ['sex', 'survive', 'survived'])).toBe('survived');
    expect(didYouMean('colA', ['colB', 'colC'])).toBe('colB');
  });

  it('says nothing when a third of the name or more is wrong', () => {
    expect(didYouMean('abcdef', ['abcxyz'])).toBeUndefined();
    expect(didYouMean('age', [])).toBeUndefined();
  });

  it('never offers a name that has nothing in common', () => {
    expect(didYouMean('x', ['y'])).toBeUndefined();
    expect(didYouMean('x', ['xy'])).toBe('xy');
    expect(didYouMean('X', ['x'])).toBe('x');
  });
});
