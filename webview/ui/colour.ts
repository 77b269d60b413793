// Owns making a theme's colours readable: parsing, WCAG contrast, and pulling a weak colour away from its background.
// Pure; knows nothing of the page or of the theme's variables.

/** Channels 0 to 255, alpha 0 to 1. */
export interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** WCAG 2.2, 1.4.11: what a line or a mark needs to be seen. */
export const MARK_CONTRAST = 3;

/** Hex with 3, 4, 6 or 8 digits, and rgb()/rgba(): all that the editor writes. Undefined for any other syntax. */
export function parseColour(text: string): Rgba | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const digits = hex.length <= 4 ? hex.replaceAll(/./g, '$&$&') : hex;
    if (digits.length !== 6 && digits.length !== 8) return undefined;
    const channel = (at: number): number => Number.parseInt(digits.slice(at, at + 2), 16);
    return { r: channel(0), g: channel(2), b: channel(4), a: digits.length === 8 ? channel(6) / 255 : 1 };
  }
  const inside = /^rgba?\(([^)]*)\)$/i.exec(text.trim())?.[1];
  if (inside === undefined) return undefined;
  const parts = inside.split(/[\s,/]+/).filter((part) => part !== '');
  const value = (part: string | undefined, full: number): number =>
    part?.endsWith('%') === true ? (Number(part.slice(0, -1)) / 100) * full : Number(part);
  const [r, g, b] = [value(parts[0], 255), value(parts[1], 255), value(parts[2], 255)];
  const a = parts.length > 3 ? value(parts[3], 1) : 1;
  return [r, g, b, a].every(Number.isFinite) ? { r, g, b, a } : undefined;
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance({ r, g, b }: Rgba): number {
  const linear = (channel: number): number => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** 1 (the same) to 21 (black on white), of opaque colours. */
export function contrast(one: Rgba, other: Rgba): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function mix(from: Rgba, to: Rgba, share: number): Rgba {
  const channel = (x: number, y: number): number => Math.round(x + (y - x) * share);
  return { r: channel(from.r, to.r), g: channel(from.g, to.g), b: channel(from.b, to.b), a: 1 };
}

function write({ r, g, b }: Rgba): string {
  return `#${[r, g, b].map((c) => Math.round(c).toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The colour as a mark on `background`: opaque, since a theme's see-through chart colours were chosen to lie over text,
 * and drawn towards white or black just as far as {@link MARK_CONTRAST} asks. Unknown syntax comes back as it is.
 */
export function readableMark(colour: string, background: string): string {
  const parsed = parseColour(colour);
  const ground = parseColour(background);
  if (parsed === undefined || ground === undefined) return colour;
  const opaque: Rgba = { ...parsed, a: 1 };
  const white: Rgba = { r: 255, g: 255, b: 255, a: 1 };
  const black: Rgba = { r: 0, g: 0, b: 0, a: 1 };
  const towards = contrast(white, ground) >= contrast(black, ground) ? white : black;
  const STEPS = 20;
  for (let step = 0; step < STEPS; step++) {
    const candidate = mix(opaque, towards, step / STEPS);
    if (contrast(candidate, ground) >= MARK_CONTRAST) return write(candidate);
  }
  return write(towards);
}
