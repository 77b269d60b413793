// Owns the one order of texts: by Unicode code point, the same on every machine and as Python and DuckDB sort.

export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      // UTF-16 puts astral characters (surrogates, 0xD800..) below U+E000..: lift them above.
      const lift = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
      return lift(left) - lift(right);
    }
  }
  return a.length - b.length;
}
