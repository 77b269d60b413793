// Owns trying a regular expression before it is used: what DuckDB (RE2) says of it, in words that name the pattern.
import * as l10n from '@vscode/l10n';
import { isCancelled } from '../../shared/abort';
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
