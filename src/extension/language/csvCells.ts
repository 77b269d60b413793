// Owns where a cell of a record stands in the text of a CSV. Pure; knows no editor.

export interface CellSyntax {
  readonly delimiter: string;
  /** Empty: quotes are text like any other. */
  readonly quote: string;
}

/**
 * @param offset where the record starts
 * @param index 0-based column
 * @returns start and end of the cell, quotes left out; undefined when the record has fewer cells
 */
export function cellRange(
  text: string,
  offset: number,
  index: number,
  { delimiter, quote }: CellSyntax,
): { readonly start: number; readonly end: number } | undefined {
  let start = offset;
  for (let column = 0; ; column++) {
    const end = cellEnd(text, start, delimiter, quote);
    if (column === index) return withoutQuotes(text, { start, end }, quote);
    if (text[end] !== delimiter) return undefined;
    start = end + 1;
  }
}

function cellEnd(text: string, start: number, delimiter: string, quote: string): number {
  let at = start;
  if (quote !== '' && text[at] === quote) {
    // A doubled quote closes and opens again.
    at++;
    while (at < text.length) {
      if (text[at] === quote && text[at + 1] !== quote) break;
      at += text[at] === quote ? 2 : 1;
    }
  }
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function withoutQuotes(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  quote: string,
): { readonly start: number; readonly end: number } {
  const isQuoted = quote !== '' && end - start >= 2 && text[start] === quote && text[end - 1] === quote;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}
