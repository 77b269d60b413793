// Owns how the tests of measures read their reference values (bench/reference/metrics.py wrote them, with the versions of
// scikit-learn, scipy and numpy in each file) and what counts as equal: 1e-9, relative above 1.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

const NON_FINITE = new Set(['NaN', 'Infinity', '-Infinity']);

export function readReference(
  name: 'classes' | 'probabilities' | 'numbers' | 'labels' | 'intervals',
): unknown {
  const text = readFileSync(path.resolve('test/fixtures/evaluate', `${name}.json`), 'utf8');
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && NON_FINITE.has(value) ? Number(value) : value,
  );
}

const TOLERANCE = 1e-9;

function isClose(found: number, expected: number): boolean {
  if (Object.is(found, expected) || found === expected) return true;
  return Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
}

/** Numbers one by one; the message says which. */
export function expectClose(found: number | undefined, expected: number, what: string): void {
  const message = `${what}: found ${String(found)}, expected ${expected}`;
  expect(found !== undefined && isClose(found, expected), message).toBe(true);
}

export function expectAllClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(found.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expectClose(found[i], expected[i]!, `${what}[${i}]`);
}

/** Every key of `expected`, whatever else `found` has. */
export function expectScores(
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, number>>,
  what: string,
): void {
  for (const [key, value] of Object.entries(expected)) {
    const score = found[key];
    expectClose(typeof score === 'number' ? score : undefined, value, `${what}: ${key}`);
  }
}
