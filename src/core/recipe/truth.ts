// Owns which of two spellings is the positive one: for boolean features and binary targets alike.
import { compareCodePoints } from './codePoints';

/** Lower case. What one looks for is the positive class, as a doctor says it. */
const POSITIVE = new Set(
  '1 1.0 true t yes y positive pos malignant survived sick diseased disease abnormal fraud spam churned default defaulted failed failure anomaly attack relapse 是 真 有 阳性'.split(
    ' ',
  ),
);
const NEGATIVE = new Set(
  '0 0.0 -1 false f no n negative neg benign died dead healthy normal none absent ham legitimate stayed ok 否 假 无 阴性'.split(
    ' ',
  ),
);

/**
 * The spelling that says yes, if only one does; else the one whose opposite says no; else the second by code
 * point, so that the choice never depends on the order or the number of rows.
 */
export function positiveOf(a: string, b: string): string {
  const [first, second] = compareCodePoints(a, b) <= 0 ? [a, b] : [b, a];
  const says = (set: ReadonlySet<string>, text: string): boolean => set.has(text.trim().toLowerCase());
  const isFirstPositive = says(POSITIVE, first);
  if (isFirstPositive !== says(POSITIVE, second)) return isFirstPositive ? first : second;
  const isFirstNegative = says(NEGATIVE, first);
  if (isFirstNegative !== says(NEGATIVE, second)) return isFirstNegative ? second : first;
  return second;
}
