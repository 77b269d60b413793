// Owns how values stand in a Python script. Knows nothing of recipes.

/** A string literal. */
export function pyText(text: string): string {
  // JSON's escapes are Python's, but for surrogates in pairs, which stay as they are, and lone ones, which no cell has.
  return JSON.stringify(text).replaceAll(/[\u007f-\u00a0\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The very same double; null is missing. */
export function pyNumber(value: number | null): string {
  if (value === null || Number.isNaN(value)) return 'np.nan';
  if (!Number.isFinite(value)) return value > 0 ? 'np.inf' : '-np.inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

export function pyTexts(texts: readonly string[]): string {
  return `[${texts.map(pyText).join(', ')}]`;
}

export function pyNumbers(values: readonly (number | null)[]): string {
  return `[${values.map(pyNumber).join(', ')}]`;
}

/** A dict. Keys and values are Python already. */
export function pyDict(entries: readonly (readonly [key: string, value: string])[]): string {
  return `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

export function pyBoolean(value: boolean): string {
  return value ? 'True' : 'False';
}
