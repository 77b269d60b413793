// Owns noise on a text: tokens left out or swapped with their neighbour. A token is what stands between spaces; in runs
// of Chinese or Japanese, which have none, it is a character.
import type { RandomStream } from '../../../shared/random';

const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
const TOKEN = new RegExp(`\\s*(?:[${CJK}]|[^\\s${CJK}]+)`, 'gu');
const SPACE = /^\s*/;

/** Tokens are changed, the space before each place stays: no text gets spaces it did not have. */
export function changeTokens(text: string, change: (tokens: string[]) => string[]): string {
  const found = text.match(TOKEN) ?? [];
  const spaces = found.map((token) => SPACE.exec(token)?.[0] ?? '');
  const tokens = change(found.map((token) => token.trimStart()));
  return tokens.map((token, i) => `${i === 0 ? '' : (spaces[i] ?? '')}${token}`).join('');
}

/** Each token leaves with this probability; one always stays. */
export function dropTokens(tokens: string[], probability: number, stream: RandomStream): string[] {
  const kept = tokens.filter(() => stream.next() >= probability);
  if (kept.length > 0 || tokens.length === 0) return kept;
  return tokens.slice(stream.nextInt(tokens.length)).slice(0, 1);
}

/** So many swaps of neighbours as `share` of the tokens, one at least where there are two. */
export function swapTokens(tokens: string[], share: number, stream: RandomStream): string[] {
  const swapped = [...tokens];
  if (swapped.length < 2) return swapped;
  for (let left = Math.max(1, Math.round(tokens.length * share)); left > 0; left--) {
    const at = stream.nextInt(swapped.length - 1);
    const [first = '', second = ''] = swapped.slice(at, at + 2);
    swapped[at] = second;
    swapped[at + 1] = first;
  }
  return swapped;
}
