// Owns a regular expression of RE2 as one of Python's re, where both can say it: what else they would differ in is
// written out. Knows nothing of steps.
import { pyText } from './python';

/** Python has no word for these, or another meaning. Flags are ones at the start, which both take. */
const UNSAYABLE =
  /\\[pPCQEzvh]|\\x\{|\[:|\{,|\(\?[imsU-]*U|(?<!^)\(\?[ims-]+\)|^\(\?[ims]*-[ims]*\)|[*+?}]\+|\}\{/;
/** RE2 means ASCII by them, also where letters are compared in any case. */
const ASCII_CLASS = /\\[wWdDsSbB]/;

export interface PyPattern {
  /** A string literal. */
  readonly pattern: string;
  /** `re.A`, or with re.I. */
  readonly flags: string;
}

/** Undefined where Python would find something else. */
export function pyPattern(pattern: string, ignoreCase = false): PyPattern | undefined {
  // What is escaped opens nothing: \\p is a backslash and a p.
  const plain = pattern.replaceAll('\\\\', '\\.');
  if (UNSAYABLE.test(plain)) return undefined;
  const foldsCase = ignoreCase || /\(\?[ms]*i/.test(plain);
  // Under re.A Python compares only ASCII letters in any case, RE2 all of them.
  const needsUnicode = foldsCase && /[^\p{ASCII}]/u.test(pattern);
  if (needsUnicode && ASCII_CLASS.test(plain)) return undefined;
  const flags = [...(needsUnicode ? [] : ['re.A']), ...(ignoreCase ? ['re.I'] : [])];
  return { pattern: pyText(pattern), flags: flags.length === 0 ? '0' : flags.join(' | ') };
}

/** A replacement in which \0 to \9 are groups; Python reads \0 as NUL, and \1 with a 0 behind as group 10. */
export function pyReplacement(replacement: string): string {
  return pyText(
    replacement.replaceAll(/\\(\d|\\)/g, (all, what: string) => (what === '\\' ? all : `\\g<${what}>`)),
  );
}
