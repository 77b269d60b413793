// Owns where the table begins in a delimited text and how wide it is: titles and notes may stand above it, a header may
// lack the name of the row names or have an empty one too many. Pure: sees records.

export interface Layout {
  /** Index of the first record of the table. */
  readonly first: number;
  /** Cells of a row. */
  readonly width: number;
  /** Records that are rows of that width, the first one included. */
  readonly same: number;
  /** The header has a cell less than the rows: their first one is a name of the row, as R writes it. */
  readonly hasRowNames: boolean;
}

const MAX_PREAMBLE = 50;
/** Of the records, so many must be as wide as the first for it to be taken as it is. */
const MIN_SHARE = 0.5;
/** Of the records from there on, so many must be of one width for those above to be none. */
const MIN_SHARE_BELOW = 0.8;

/** DuckDB takes empty cells too many for none. */
export function fits(record: readonly string[], width: number): boolean {
  return record.length >= width && record.slice(width).every((cell) => cell === '');
}

/** @param records the first ones of a text, at least one */
export function layoutOf(records: readonly (readonly string[])[]): Layout {
  const [header = [], ...rows] = records;
  // Empty cells of a header too many.
  const usual = commonWidth(rows);
  if (usual > 1 && header.length > usual && fits(header, usual)) return layoutAt(records, 0, usual);
  const asIs = layoutAt(records, 0, header.length);
  if (asIs.same >= records.length * MIN_SHARE && asIs.width > 1) return asIs;
  const width = commonWidth(records);
  if (width < 2) return asIs;
  const first = records.findIndex((record) => record.length === width);
  const below = layoutAt(records, first, width);
  const isTable = below.same >= (records.length - first) * MIN_SHARE_BELOW && below.same >= 2;
  if (!isTable || first > MAX_PREAMBLE) return asIs;
  if (first === 1 && header.length === width - 1 && header.length > 1) {
    return { ...below, first: 0, same: below.same + 1, hasRowNames: true };
  }
  return below;
}

function layoutAt(records: readonly (readonly string[])[], first: number, width: number): Layout {
  const same = records.slice(first).filter((record) => fits(record, width)).length;
  return { first, width, same, hasRowNames: false };
}

/** The most frequent number of cells; the larger one of equals. */
function commonWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  let best = 0;
  for (const [width, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && width > best)) best = width;
  }
  return best;
}
