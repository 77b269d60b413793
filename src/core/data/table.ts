// Owns a table in memory: columns of equal length, in file order. Rows are never objects, so a header named
// `__proto__` is a name like any other.

/** Numbers keep missing as NaN; texts keep it as null. */
export type TableColumn =
  | { readonly kind: 'number'; readonly name: string; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly name: string; readonly values: readonly (string | null)[] };

export interface Table {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** 0-based data row in the file (header excluded) of each row here; -1 for a row that a recipe made. */
  readonly sourceRows: Int32Array;
}
