// Owns taking rows of a table: all columns at once, so that features and target always move together.
import type { Table, TableColumn } from '../data/table';

/** @param rows indices into `table`, in the order wanted */
export function takeRows(table: Table, rows: Uint32Array): Table {
  const columns = new Map<string, TableColumn>();
  for (const [name, column] of table.columns) columns.set(name, takeColumn(column, rows));
  return {
    rows: rows.length,
    columns,
    sourceRows: Int32Array.from(rows, (row) => table.sourceRows[row] ?? -1),
  };
}

function takeColumn(column: TableColumn, rows: Uint32Array): TableColumn {
  if (column.kind === 'number') {
    const values = new Float64Array(rows.length);
    for (const [at, row] of rows.entries()) values[at] = column.values[row] ?? NaN;
    return { ...column, values };
  }
  return { ...column, values: Array.from(rows, (row) => column.values[row] ?? null) };
}
