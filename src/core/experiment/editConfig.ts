// Owns the change of a value in the text of a config: the rest of the text, its order and its comments stay as they are.
import { applyEdits, modify } from 'jsonc-parser';
import type { ConfigChange } from '../../shared/schema/diagnosis';

/** @returns the text with the changes in it; a value that is not there yet is put in its place */
export function editConfig(text: string, changes: readonly ConfigChange[]): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  return changes.reduce(
    (edited, { path, value }) => applyEdits(edited, modify(edited, [...path], value, { formattingOptions })),
    text,
  );
}
