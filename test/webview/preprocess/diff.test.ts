// Holds the difference between two tables: which cells, rows and columns are marked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedCells, diffCell, diffTable, isChangedRow } from '../../../webview/preprocess/diff';
import { page, step } from './example';

const marks = (rows: ReturnType<typeof diffTable>['rows']): string[] => rows.map(({ mark }) => mark);

describe('the difference', () => {
  it('finds changed cells with what they were', () => {
    const before = page(
      ['a', 'b'],
      [
        ['1', 'x'],
        [null, 'y'],
      ],
    );
    const after = page(
      ['a', 'b'],
      [
        ['1', 'x'],
        ['0', 'y'],
      ],
    );
    const table = diffTable(before, after);
    const [first, second] = table.rows;
    expect(diffCell(before, after, second!, table.columns[0]!)).toEqual({ text: '0', old: null });
    expect(diffCell(before, after, first!, table.columns[0]!)).toEqual({ text: '1' });
    expect(changedCells(before, after, table)).toEqual([1, 0]);
    expect(table.rows.map((row) => isChangedRow(before, after, table, row))).toEqual([false, true]);
  });

  it('leaves removed rows where they were, and puts made ones where they are', () => {
    const before = page(['a'], [['1'], ['2'], ['3'], ['4']]);
    const after = page(['a'], [['1'], ['3'], ['9']], [0, 2, -1]);
    const { rows, isOther } = diffTable(before, after);
    expect(marks(rows)).toEqual(['same', 'removed', 'same', 'added', 'removed']);
    expect(isOther).toBe(false);
  });

  it('takes a repeated row for a new one', () => {
    const before = page(['a'], [['1'], ['2']]);
    const after = page(['a'], [['1'], ['2'], ['2']], [0, 1, 1]);
    expect(marks(diffTable(before, after).rows)).toEqual(['same', 'same', 'added']);
  });

  it('says when the step made another table', () => {
    const before = page(['a'], [['1'], ['1']]);
    const after = page(['a', 'n'], [['1', '2']], [-1]);
    expect(diffTable(before, after).isOther).toBe(true);
    expect(diffTable(page(['a'], []), after).isOther).toBe(false);
  });

  it('knows columns by name: new ones where they are, removed ones behind the one they stood behind', () => {
    const before = page(['a', 'b', 'c'], []);
    const after = page(['a', 'b1', 'b2', 'c'], []);
    expect(diffTable(before, after).columns.map(({ name, mark }) => [name, mark])).toEqual([
      ['a', 'same'],
      ['b', 'removed'],
      ['b1', 'added'],
      ['b2', 'added'],
      ['c', 'same'],
    ]);
  });

  it('follows a column through its new name', () => {
    const before = page(['a', '__proto__'], [['1', 'x']]);
    const after = page(['A', 'p'], [['1', 'y']]);
    const rename = step({
      step: 'renameColumns',
      renames: [
        { column: 'a', to: 'A' },
        { column: '__proto__', to: 'p' },
      ],
    });
    const table = diffTable(before, after, rename);
    expect(table.columns.map(({ name, mark, renamedFrom }) => [name, mark, renamedFrom])).toEqual([
      ['A', 'same', 'a'],
      ['p', 'same', '__proto__'],
    ]);
    expect(changedCells(before, after, table)).toEqual([0, 1]);
  });

  it('has each row and each column of both sides once', () => {
    const table = fc.record({
      names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
      sources: fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(table, table, (one, other) => {
        const before = page(
          one.names,
          one.sources.map(() => one.names.map(() => 'x')),
          one.sources,
        );
        const after = page(
          other.names,
          other.sources.map(() => other.names.map(() => 'y')),
          other.sources,
        );
        const { rows, columns } = diffTable(before, after);
        const used = (indexes: number[]): number[] => indexes.filter((i) => i >= 0).sort((a, b) => a - b);
        const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
        expect(used(rows.map((row) => row.before))).toEqual(all(one.sources.length));
        expect(used(rows.map((row) => row.after))).toEqual(all(other.sources.length));
        expect(used(columns.map((column) => column.before))).toEqual(all(one.names.length));
        expect(used(columns.map((column) => column.after))).toEqual(all(other.names.length));
        // The order after the step is the order that is shown.
        expect(rows.map((row) => row.after).filter((i) => i >= 0)).toEqual(all(other.sources.length));
      }),
    );
  });
});
