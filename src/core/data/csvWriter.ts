// Owns writing CSV text: RFC 4180, comma, LF; a cell is quoted when it holds a comma, a quote or a line break.

/** null is an empty cell; an empty text is a quoted empty cell, so that the two stay apart. */
export function writeCsv(header: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  return [header, ...rows].map((row) => writeRecord(row)).join('\n') + '\n';
}

/** A record of one empty cell would be a blank line, which readers skip. */
function writeRecord(row: readonly (string | null)[]): string {
  return row.map(writeCell).join(',') || '""';
}

function writeCell(cell: string | null): string {
  if (cell === null) return '';
  if (cell === '' || /[",\r\n]/.test(cell)) return `"${cell.replaceAll('"', '""')}"`;
  return cell;
}
