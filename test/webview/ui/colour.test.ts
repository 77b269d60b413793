// Holds that a theme's colours stay visible as lines and marks.
import { describe, expect, it } from 'vitest';
import { contrast, parseColour, readableMark, type Rgba } from '../../../webview/ui/colour';

const of = (text: string): Rgba => parseColour(text) ?? { r: NaN, g: NaN, b: NaN, a: NaN };

describe('parseColour', () => {
  it('reads what the editor writes', () => {
    expect(of('#1f1f1f')).toEqual({ r: 31, g: 31, b: 31, a: 1 });
    expect(of('#FFF')).toEqual({ r: 255, g: 255, b: 255, a: 1 });
    expect(of('#ea5c0055').a).toBeCloseTo(1 / 3, 5);
    expect(of('rgba(234, 92, 0, 0.33)')).toEqual({ r: 234, g: 92, b: 0, a: 0.33 });
    expect(of('rgb(100% 0% 50% / 25%)')).toEqual({ r: 255, g: 0, b: 127.5, a: 0.25 });
  });

  it.each(['', 'red', '#12345', 'rgb(1, 2)', 'color-mix(in srgb, red, blue)'])(
    'leaves "%s" alone',
    (text) => {
      expect(parseColour(text)).toBeUndefined();
    },
  );
});

describe('contrast', () => {
  // The examples of WCAG: black on white is 21, and #767676 is the lightest grey with 4.5 on white.
  it.each([
    ['#000', '#fff', 21],
    ['#767676', '#ffffff', 4.54],
    ['#777777', '#ffffff', 4.48],
    ['#123456', '#123456', 1],
  ])('of %s on %s is %f', (one, other, ratio) => expect(contrast(of(one), of(other))).toBeCloseTo(ratio, 2));
});

describe('readableMark', () => {
  it('leaves a colour that can be seen', () => {
    expect(readableMark('#3794ff', '#1f1f1f')).toBe('#3794ff');
  });

  it('drops the alpha that makes charts-orange a dark brown', () => {
    expect(readableMark('#ea5c0055', '#1f1f1f')).toBe('#ea5c00');
  });

  it.each([
    ['#cca700', '#ffffff'],
    ['#202020', '#1f1f1f'],
    ['#f0f0f0', '#ffffff'],
    ['#808080', '#808080'],
  ])('pulls %s away from %s to a contrast of 3', (colour, background) => {
    expect(contrast(of(readableMark(colour, background)), of(background))).toBeGreaterThanOrEqual(3);
  });

  it('gives back what it cannot read', () => {
    expect(readableMark('color-mix(in srgb, red, blue)', '#fff')).toBe('color-mix(in srgb, red, blue)');
  });
});
