import { describe, expect, it } from 'vitest';
import { applyRecipe } from '../../../src/core/recipe/apply';
import { fitFeatures } from '../../../src/core/recipe/fit';
import type { Table, TableColumn } from '../../../src/core/data/table';
import { labelsOf, numbersOf, originalColumns } from '../../../src/core/report/originalColumns';
import { experimentSchema } from '../../../src/shared/schema/experiment';

function tableOf(columns: readonly TableColumn[]): Table {
  const rows = columns[0]?.values.length ?? 0;
  return {
    rows,
    columns: new Map(columns.map((column) => [column.name, column])),
    sourceRows: new Int32Array(rows),
  };
}

const numbers = Float64Array.of(39.1, NaN, 40.3, 36.7, 1e3, -2.25);
const texts = ['red', 'green', null, 'red', 'blue', 'green'];
const truths = ['yes', 'no', 'no', null, 'yes', 'no'];
const table = tableOf([
  { kind: 'number', name: 'n', values: numbers },
  { kind: 'text', name: 'c', values: texts },
  { kind: 'text', name: 'e', values: texts },
  { kind: 'text', name: 'b', values: truths },
]);
const { features } = experimentSchema.shape;

describe('original columns', () => {
  it('come back from the encoded ones', () => {
    const parsed = features.parse([
      { column: 'n', type: 'number' },
      { column: 'c', type: 'category', maxCategories: 2 },
      { column: 'e', type: 'category', encode: 'embedding' },
      { column: 'b', type: 'boolean' },
    ]);
    const used = parsed.filter((feature) => feature.type !== 'id');
    const { encoders } = fitFeatures(used, table);
    const { x } = applyRecipe({ encoders }, table);
    const featureNames = encoders.flatMap(({ names }) => names);
    const columns = originalColumns({ encoders, featureNames });
    expect(columns.map(({ name, start, width }) => [name, start, width])).toEqual([
      ['n', 0, 2],
      ['c', 2, 4],
      ['e', 6, 1],
      ['b', 7, 2],
    ]);
    const rows = { x, rows: table.rows, width: featureNames.length };
    const [n, c, e, b] = columns;
    // float32 keeps 7 digits of the scaled value.
    expect(Array.from(numbersOf(n!, rows) ?? [], (value) => Number(value.toFixed(4)))).toEqual([...numbers]);
    expect(labelsOf(n!, rows)).toBeUndefined();
    expect(labelsOf(c!, rows)).toEqual(['red', 'green', '(missing)', 'red', '(other)', 'green']);
    expect(labelsOf(e!, rows)).toEqual(['red', 'green', '(missing)', 'red', 'blue', 'green']);
    expect(labelsOf(b!, rows)).toEqual(['yes', 'no', 'no', '(missing)', 'yes', 'no']);
    expect(numbersOf(c!, rows)).toBeUndefined();
  });

  it('are the encoded ones where nothing was encoded', () => {
    const columns = originalColumns({ encoders: [], featureNames: ['a', 'b'] });
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(numbersOf(columns[1]!, { x: Float32Array.of(1, 2, 3, 4), rows: 2, width: 2 })).toEqual(
      Float64Array.of(2, 4),
    );
  });
});
