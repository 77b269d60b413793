// Holds the Preprocess page's reducer, its columns and its virtual window.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnProfile, DatasetProfile } from '../../../src/shared/schema/profile';
import {
  gridColumns,
  initialState,
  reduce,
  tableSummary,
  visibleWindow,
} from '../../../webview/preprocess/state';

const column = (name: string): ColumnProfile => ({
  name,
  type: 'number',
  reason: 'r',
  runnersUp: [],
  rows: 2,
  missing: 0,
  distinct: 2,
  distinctIsExact: true,
  examples: [],
});
const profile: DatasetProfile = {
  path: '/a.csv',
  sizeBytes: 1,
  modifiedMs: 1,
  dialect: {
    delimiter: ',',
    quote: '"',
    hasHeader: true,
    encoding: 'utf-8',
    reason: '',
    format: 'csv',
    compression: 'none',
    decimal: '.',
    thousands: '',
  },
  rows: 2,
  columns: [column('Age'), column('__proto__')],
  issues: [],
};
const preview = { columns: ['Age', '__proto__'], rows: [['1', null]], totalRows: 2 };

describe('gridColumns', () => {
  it('shows the first rows before the profile is there', () => {
    const state = reduce(initialState(), { type: 'preview', fileName: 'a.csv', preview });
    expect(gridColumns(state)).toEqual([
      { name: 'Age', index: 0, profile: undefined },
      { name: '__proto__', index: 1, profile: undefined },
    ]);
  });

  it('finds profiles by name, a hostile one too', () => {
    const state = [
      { type: 'preview', fileName: 'a.csv', preview } as const,
      { type: 'profile', state: { kind: 'ready', profile } } as const,
    ].reduce(reduce, initialState());
    expect(gridColumns(state).map((c) => c.profile?.name)).toEqual(['Age', '__proto__']);
  });

  it('filters by name and keeps the index into the rows', () => {
    const state = [
      { type: 'preview', fileName: 'a.csv', preview } as const,
      { type: 'filter', text: ' PROTO ' } as const,
    ].reduce(reduce, initialState());
    expect(gridColumns(state)).toEqual([{ name: '__proto__', index: 1, profile: undefined }]);
  });

  it('keeps the rows when reading is cancelled or fails', () => {
    const state = [
      { type: 'preview', fileName: 'a.csv', preview } as const,
      { type: 'profile', state: { kind: 'cancelled' } } as const,
    ].reduce(reduce, initialState({ selected: 'Age' }));
    expect(state.preview).toBe(preview);
    expect(state.selected).toBe('Age');
  });
});

describe('visibleWindow', () => {
  it('covers the view and the spare items, within bounds', () => {
    expect(visibleWindow(100, 20, { offset: 205, length: 100, spare: 2 })).toEqual({ from: 8, to: 18 });
    expect(visibleWindow(3, 20, { offset: 0, length: 500, spare: 4 })).toEqual({ from: 0, to: 3 });
    expect(visibleWindow(0, 20, { offset: 0, length: 500, spare: 4 })).toEqual({ from: 0, to: 0 });
  });

  it('holds every item that is even partly seen', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(9000),
        fc.nat(900),
        (count, size, offset, length) => {
          const { from, to } = visibleWindow(count, size, { offset, length, spare: 0 });
          for (let i = 0; i < count; i++) {
            const seen = i * size < offset + length && (i + 1) * size > offset;
            if (seen) expect(i >= from && i < to).toBe(true);
          }
          expect(to - from).toBeLessThanOrEqual(Math.ceil(length / size) + 1);
        },
      ),
    );
  });
});

describe('the target', () => {
  const both = reduce(initialState({ selected: 'Age' }), { type: 'target', column: 'Sex' });

  it('is not the column that is only looked at', () => {
    expect(reduce(both, { type: 'select', column: 'Age' })).toMatchObject({ selected: 'Age', target: 'Sex' });
  });

  it('is looked at when it is chosen, and still when it no longer is', () => {
    expect(both).toMatchObject({ selected: 'Sex', target: 'Sex' });
    expect(reduce(both, { type: 'target', column: undefined })).toMatchObject({
      selected: 'Sex',
      target: undefined,
    });
  });

  it('is cleared together with the column that is looked at', () => {
    const clear = reduce(both, { type: 'clear' });
    expect(clear).toMatchObject({ selected: undefined, target: undefined });
    expect(reduce(clear, { type: 'clear' })).toBe(clear);
  });
});

describe('tableSummary', () => {
  it('counts types, missing cells and the columns that have them', () => {
    const columns = [
      { ...column('a'), missing: 1 },
      column('b'),
      { ...column('c'), type: 'category' as const, missing: 2 },
    ];
    expect(tableSummary({ columns })).toEqual({
      types: [
        { type: 'number', columns: 2 },
        { type: 'category', columns: 1 },
      ],
      missing: 3,
      cells: 6,
      columnsWithMissing: 2,
    });
  });
});
