// Which spellings are one category, and which only look alike.
import { describe, expect, it } from 'vitest';
import { spellingKey } from '../../../src/core/quality/spelling';

describe('spellings', () => {
  it.each([
    ['US', 'us '],
    ['U.S.', 'US'],
    ['self-employed', 'Self  Employed'],
    ['New York', 'NewYork'],
    ['Ｂlue', 'blue'],
    ['Straße', 'STRASSE'],
    ['e‑mail', 'E-Mail'],
    ["O'Neill", 'O’Neill'],
  ])('%s and %s are one', (a, b) => expect(spellingKey(a)).toBe(spellingKey(b)));

  it.each([
    ['A', 'A-'],
    ['C', 'C++'],
    ['<=50K', '>50K'],
    ['3.5', '35'],
    ['1-2', '12'],
    ['Cafe', 'Café'],
    ['v1.0', 'v10'],
    ['-1', '1'],
  ])('%s and %s are two', (a, b) => expect(spellingKey(a)).not.toBe(spellingKey(b)));
});
