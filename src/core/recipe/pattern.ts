// Owns trying a regular expression and its replacement before they are used: what DuckDB (RE2) says of it, in words that
// name the pattern.
import * as l10n from '@vscode/l10n';
import { isCancelled } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import { sqlText } from '../data/database';
import type { StepContext } from './steps/step';

/** What is wrong with it, or undefined. */
export async function checkPattern(
  pattern: string,
  { database, signal }: Pick<StepContext, 'database' | 'signal'>,
): Promise<string | undefined> {
  try {
    await database.rows(`SELECT regexp_matches('', ${sqlText(pattern)})`, { signal });
    return undefined;
  } catch (error) {
    if (isCancelled(error)) throw error;
    const reason = error instanceof Error ? error.message.split('\n')[0]?.replace(/^[\w ]+Error: /, '') : '';
    return l10n.t('"{0}" is no regular expression in RE2 syntax: {1}.', pattern, reason ?? '');
  }
}

/** @param group the highest that is asked for @throws BenchError 'recipe.pattern' */
export async function requirePattern(
  pattern: string,
  group: number,
  context: Pick<StepContext, 'database' | 'signal'>,
): Promise<void> {
  const issue = await checkPattern(pattern, context);
  if (issue !== undefined) throw new BenchError('recipe.pattern', issue, { details: { pattern } });
  const groups = countGroups(pattern);
  if (group <= groups) return;
  throw new BenchError(
    'recipe.pattern',
    l10n.t(
      '"{0}" has {1} groups; expected group {2}. Put what it should take in parentheses.',
      pattern,
      groups,
      group,
    ),
    { details: { pattern } },
  );
}

/** Groups that capture, of a pattern that RE2 takes. */
export function countGroups(pattern: string): number {
  // Escapes, quoted stretches and classes hold parentheses that are none.
  const plain = pattern.replace(
    /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/g,
    '',
  );
  return (plain.match(/\((?!\?)|\(\?P?<[A-Za-z_]/g) ?? []).length;
}

/**
 * The highest group that a replacement takes. (DuckDB takes \0 to \9 and \\, and leaves the text as it is for others.)
 * @throws BenchError 'recipe.pattern'
 */
export function groupOfReplacement(replacement: string): number {
  let highest = 0;
  for (const [escape] of replacement.matchAll(/\\[\s\S]?/g)) {
    const digit = escape.slice(1);
    if (digit === '\\') continue;
    if (!/^\d$/.test(digit)) {
      throw new BenchError(
        'recipe.pattern',
        l10n.t(
          'The replacement "{0}" has "{1}"; expected \\0 to \\9, or \\\\ for a backslash.',
          replacement,
          escape,
        ),
      );
    }
    highest = Math.max(highest, Number(digit));
  }
  return highest;
}

/** A text as a pattern that matches just it. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** A text as a replacement that is just it. */
export function literalReplacement(text: string): string {
  return text.replaceAll('\\', '\\\\');
}
