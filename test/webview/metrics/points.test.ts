// Holds the page's point store and its min/max buckets: no spike, no gap and no NaN is lost on the way to the screen.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  align,
  appendChunk,
  Column,
  curve,
  lowerBound,
  nearest,
  xColumn,
} from '../../../webview/metrics/points';

const f64 = (...values: number[]): Float64Array => Float64Array.from(values);

describe('Column', () => {
  it('keeps earlier views unchanged while later ones grow', () => {
    const first = Column.empty.append(f64(1, 2));
    const second = first.append(f64(3));
    const third = second.append(f64(4, 5));
    expect([...first.values()]).toEqual([1, 2]);
    expect([...second.values()]).toEqual([1, 2, 3]);
    expect([...third.values()]).toEqual([1, 2, 3, 4, 5]);
  });

  it('copies when the same view is appended to twice', () => {
    const base = Column.empty.append(f64(1));
    const left = base.append(f64(2));
    const right = base.append(f64(3));
    expect([...left.values()]).toEqual([1, 2]);
    expect([...right.values()]).toEqual([1, 3]);
  });

  it('keeps NaN and the infinities', () => {
    expect([...Column.empty.append(f64(NaN, Infinity, -Infinity)).values()]).toEqual([
      NaN,
      Infinity,
      -Infinity,
    ]);
  });

  it('equals plain concatenation for any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.double(), { maxLength: 200 }), { maxLength: 12 }), (chunks) => {
        const column = chunks.reduce((all, chunk) => all.append(Float64Array.from(chunk)), Column.empty);
        expect([...column.values()]).toEqual(chunks.flat());
      }),
    );
  });
});

describe('xColumn', () => {
  it('reads the axis that was asked for', () => {
    const points = appendChunk(undefined, {
      metric: 'loss',
      split: 'train',
      resolution: 'step',
      step: f64(8),
      epoch: f64(0.5),
      wallTimeMs: f64(1000),
      value: f64(0.7),
    });
    expect([...xColumn(points, 'step')]).toEqual([8]);
    expect([...xColumn(points, 'epoch')]).toEqual([0.5]);
    expect([...xColumn(points, 'time')]).toEqual([1000]);
  });
});

describe('lowerBound and nearest', () => {
  it('find the first index at or after, and the closest', () => {
    const x = f64(1, 2, 2, 5);
    expect(lowerBound(x, 0)).toBe(0);
    expect(lowerBound(x, 2)).toBe(1);
    expect(lowerBound(x, 3)).toBe(3);
    expect(lowerBound(x, 9)).toBe(4);
    expect(nearest(x, 4)).toBe(3);
    expect(nearest(x, -1)).toBe(0);
    expect(nearest(f64(), 1)).toBe(-1);
  });
});

describe('curve', () => {
  const ramp = Float64Array.from({ length: 10_000 }, (_, i) => i);

  it('draws all points while there are at most 4 a pixel', () => {
    const drawn = curve(f64(1, 2, 3), f64(3, 1, 2), { from: 1, to: 3, pixels: 100 });
    expect(drawn).toEqual({ x: [1, 2, 3], y: [3, 1, 2], notFinite: [] });
  });

  it('takes one neighbour on each side of the range, so that lines reach the edge', () => {
    expect(curve(f64(1, 2, 3, 4, 5), f64(1, 2, 3, 4, 5), { from: 2.5, to: 3.5, pixels: 100 }).x).toEqual([
      2, 3, 4,
    ]);
  });

  it('keeps a spike of one point among ten thousand', () => {
    const value = new Float64Array(10_000).fill(1);
    value[7321] = 50;
    value[2500] = -9;
    const drawn = curve(ramp, value, { from: 0, to: 9999, pixels: 100 });
    expect(drawn.x.length).toBeLessThanOrEqual(300);
    expect(drawn.y[drawn.x.indexOf(7321)]).toBe(50);
    expect(drawn.y[drawn.x.indexOf(2500)]).toBe(-9);
  });

  it('keeps a gap and a marker for one NaN among ten thousand', () => {
    const value = new Float64Array(10_000).fill(1);
    value[4000] = NaN;
    const drawn = curve(ramp, value, { from: 0, to: 9999, pixels: 100 });
    expect(drawn.y.filter((y) => y === null)).toHaveLength(1);
    expect(drawn.notFinite).toHaveLength(1);
    expect(Math.abs(drawn.notFinite[0]! - 4000)).toBeLessThanOrEqual(100);
  });

  it('leaves a gap without a marker for what has no logarithm', () => {
    const drawn = curve(f64(1, 2, 3), f64(1, 0, 2), { from: 1, to: 3, pixels: 100, positiveOnly: true });
    expect(drawn).toEqual({ x: [1, 2, 3], y: [1, null, 2], notFinite: [] });
  });

  it('subtracts the origin', () => {
    expect(curve(f64(1000, 1500), f64(1, 2), { from: 0, to: 500, pixels: 9, origin: 1000 }).x).toEqual([
      0, 500,
    ]);
  });

  it('keeps the lowest and the highest value of any data, and ascending x', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 2000 }),
        fc.integer({ min: 1, max: 60 }),
        (values, pixels) => {
          const x = Float64Array.from(values, (_, i) => i);
          const drawn = curve(x, Float64Array.from(values), { from: 0, to: values.length - 1, pixels });
          const finite = drawn.y.filter((y) => y !== null);
          expect(Math.max(...finite)).toBe(Math.max(...values));
          expect(Math.min(...finite)).toBe(Math.min(...values));
          expect(drawn.x.every((at, i) => i === 0 || at > drawn.x[i - 1]!)).toBe(true);
        },
      ),
    );
  });
});

describe('align', () => {
  it('marks absent points undefined and gaps null on one ascending axis', () => {
    const steps = { x: [1, 2, 4], y: [0.5, null, 0.4], notFinite: [2] };
    const epochs = { x: [2, 4], y: [0.7, 0.6], notFinite: [] };
    expect(align([steps, epochs])).toEqual([
      [1, 2, 4],
      [0.5, null, 0.4],
      [undefined, 0.7, 0.6],
    ]);
  });

  it('keeps both points of one curve at one x', () => {
    expect(align([{ x: [1, 1], y: [2, 3], notFinite: [] }])).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it('of nothing is nothing', () => {
    expect(align([{ x: [], y: [], notFinite: [] }])).toEqual([[], []]);
  });
});

describe('blocks', () => {
  /** A fixed congruential sequence in [0, 1), Numerical Recipes' constants. */
  function sequence(count: number): Float64Array {
    let seed = 7;
    return Float64Array.from({ length: count }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    });
  }

  it.each([
    { positiveOnly: false, from: 0, to: 30_000, pixels: 40 },
    { positiveOnly: true, from: 0, to: 30_000, pixels: 7 },
    { positiveOnly: false, from: 5_000.5, to: 21_111, pixels: 13 },
    { positiveOnly: true, from: 5_000.5, to: 21_111, pixels: 3 },
  ])('draw the same curve as without them: %o', (options) => {
    const value = sequence(30_000).map((v) => v - 0.001);
    value[700] = NaN;
    value[701] = Infinity;
    value.fill(NaN, 10_000, 11_000);
    const x = Float64Array.from(value, (_, i) => i + 1);
    let column = Column.empty;
    // As the host sends them: in pieces that end within blocks.
    for (let i = 0; i < value.length; i += 977) {
      column = column.append(value.subarray(i, i + 977));
      column.blocks();
    }
    expect(curve(x, column.values(), { ...options, blocks: column.blocks() })).toEqual(
      curve(x, value, options),
    );
  });

  it('of an older view stay its own when another goes on from it', () => {
    const older = Column.empty.append(new Float64Array(300).fill(1));
    const one = older.append(new Float64Array(300).fill(5));
    const other = older.append(new Float64Array(300).fill(-5));
    // The block of points 256 to 319, which they do not share from 300 on.
    expect([one.blocks().low[4], one.blocks().high[4]]).toEqual([256, 319]);
    expect([other.blocks().low[4], other.blocks().high[4]]).toEqual([300, 299]);
  });
});
