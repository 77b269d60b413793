import { describe, expect, it } from 'vitest';
import { jsonNumberSchema, stringifyJson, toPostable } from '../../src/shared/numbers';

describe('non-finite numbers', () => {
  it('survive JSON as strings and come back as numbers', () => {
    const text = stringifyJson({ a: NaN, b: [Infinity, -Infinity, 1.5], c: new Float32Array([NaN, 2]) });
    const { a, b, c } = JSON.parse(text) as { a: unknown; b: unknown[]; c: unknown[] };
    expect([a, ...b, ...c].map((value) => jsonNumberSchema.parse(value))).toEqual([
      NaN,
      Infinity,
      -Infinity,
      1.5,
      NaN,
      2,
    ]);
  });

  it('are not made of null or of other text', () => {
    expect(jsonNumberSchema.safeParse(null).success).toBe(false);
    expect(jsonNumberSchema.safeParse('1').success).toBe(false);
  });

  it('are strings in what is posted to a page, but for typed arrays', () => {
    const points = new Float64Array([NaN, 1]);
    const posted = toPostable({ run: { loss: NaN, name: 'x', none: null }, list: [Infinity], points });
    expect(posted).toEqual({ run: { loss: 'NaN', name: 'x', none: null }, list: ['Infinity'], points });
    expect((posted as { points: unknown }).points).toBe(points);
  });
});
