// How numbers are written in a file: only what cannot be read otherwise counts.
import { describe, expect, it } from 'vitest';
import { detectNumberFormat } from '../../../src/core/data/numberFormat';
import { readingSchema } from '../../../src/shared/schema/reading';
import { readRelation } from '../../../src/core/data/readRelation';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const AUTO = readingSchema.parse({});

function formatOf(cells: readonly string[], delimiter = ';'): string {
  const { format } = detectNumberFormat(
    cells.map((cell) => [cell]),
    AUTO,
    delimiter,
  );
  return `${format.decimal}${format.thousands}`;
}

describe('the format of numbers', () => {
  it.each([
    // [cells, decimal mark and thousands separator]
    [['1,5', '2,25', '3'], ','],
    [['0,123', '0,456'], ','],
    [['1234,5'], ','],
    [['1.234,56', '999,00'], ',.'],
    [['1.234', '2,5', '12.500'], ',.'],
    [['1 234,56', '7,5'], ', '],
    [['1\u202f234,56', '7,5'], ', '],
    [["1'234,5", '2,5'], ",'"],
    [['1,234,567', '12'], '.,'],
    [['1,234.5', '7.25'], '.,'],
    [["1'234.5", '7.25'], ".'"],
    [['1 234', '12 345', '99'], '. '],
    [['1.5', '2.25'], '.'],
    [['1,5', 'NA', '-', '2,5'], ','],
  ])('of %j is "%s"', (cells, format) => {
    expect(formatOf(cells)).toBe(format);
  });

  it.each([
    ['one group says nothing', ['1,234', '5,678', '12']],
    ['nor with a point as only mark', ['1.234', '5.678']],
    ['codes of one shape', ['030 123', '040 456']],
    ['phone numbers', ['555 123 4567', '555 987 6543']],
    ['lists', ['1,2', '1,2,3', '4']],
    ['dates', ['01.02.2020', '03.04.2021']],
    ['words', ['a,b', 'c']],
    ['nothing', []],
  ])('is plain where the cells do not tell: %s', (_, cells) => {
    expect(formatOf(cells)).toBe('.');
  });

  it('is plain where another column has a decimal point', () => {
    const { format } = detectNumberFormat(
      [
        ['1,5', '1.5'],
        ['2,5', '2.25'],
      ],
      AUTO,
      ';',
    );
    expect(format).toEqual({ decimal: '.', thousands: '' });
  });

  it('asks for more among commas, where quoted cells may be lists', () => {
    expect(formatOf(['1,5', '2,5'], ',')).toBe('.');
    expect(formatOf(['1,5', '2,5', '3,75'], ',')).toBe(',');
  });

  it('is as chosen, and never has one sign for both', () => {
    const chosen = (decimal: '.' | ',' | 'auto', thousands: '' | ',' | '.' | 'auto'): unknown =>
      detectNumberFormat([['1,234']], { decimal, thousands, missing: [] }, ';').format;
    expect(chosen(',', 'auto')).toEqual({ decimal: ',', thousands: '' });
    expect(chosen('auto', ',')).toEqual({ decimal: '.', thousands: ',' });
    expect(chosen('.', ',')).toEqual({ decimal: '.', thousands: ',' });
    expect(chosen(',', ',')).toEqual({ decimal: ',', thousands: '' });
    expect(chosen('auto', '.')).toEqual({ decimal: '.', thousands: '' });
  });
});

describe('a file with a decimal comma', () => {
  const TEXT =
    'price;count;word\n1.234,50;1.000;a\n-0,5;2;b\n ;x;c\n1,5e2;3;d\n12,25;4;e\n3,5;5;f\n7,5;6;g\n';

  it('is read so: profile, relation, dialect, and told', async () => {
    const source = await csv.open(TEXT);
    const { columns, issues, dialect } = await source.profile();
    expect(dialect).toMatchObject({ decimal: ',', thousands: '.', delimiter: ';' });
    expect(columns.map(({ type }) => type)).toEqual(['number', 'number', 'category']);
    expect(columns[0]?.numeric).toMatchObject({ min: -0.5, max: 1234.5 });
    expect(columns[1]?.numeric).toMatchObject({ min: 2, max: 1000 });
    const codes = issues.map(({ code, column, line }) => [code, column, line]);
    expect(codes).toEqual([
      ['data.numberFormat', 'price', undefined],
      ['data.notNumber', 'count', 4],
    ]);
    const { relation, database } = await source.relation();
    const table = await readRelation(
      relation,
      ['price', 'count'].map((name) => ({ name, as: 'number' })),
      database,
    );
    expect(table.columns.get('price')).toMatchObject({
      values: Float64Array.of(1234.5, -0.5, NaN, 150, 12.25, 3.5, 7.5),
    });
    expect(table.badCells.get('count')).toEqual({ count: 1, firstRow: 2, firstText: 'x' });
  });

  it('is read otherwise where that is chosen', async () => {
    const source = await csv.open(TEXT, 'point.csv', { reading: { decimal: '.', thousands: '' } });
    const { columns, issues } = await source.profile();
    expect(columns[0]?.type).not.toBe('number');
    expect(issues.map(({ code }) => code)).toContain('data.writtenNumber');
  });

  it('takes thousands between groups of three digits only', async () => {
    const source = await csv.open('n;x\n1 234 567;a\n12 34;b\n1 234;c\n5;d\n', 'groups.csv', {
      reading: { thousands: ' ' },
    });
    const { relation, database } = await source.relation();
    const { columns } = await readRelation(relation, [{ name: 'n', as: 'number' }], database);
    expect(columns.get('n')).toMatchObject({ values: Float64Array.of(1_234_567, NaN, 1234, 5) });
  });
});

describe("the user's own words for no value", () => {
  it('are missing everywhere, numbers among them', async () => {
    const source = await csv.open(
      'n,c,d\n-999,x,2020-01-01\n1.5,keine,keine\n2.5, -999 ,2020-01-03\n',
      'own.csv',
      {
        reading: { missing: ['keine', ' -999 ', 'a|b'] },
      },
    );
    const { columns } = await source.profile();
    expect(columns.map(({ missing, type }) => [type, missing])).toEqual([
      ['number', 1],
      ['category', 2],
      ['datetime', 1],
    ]);
    expect(columns[0]?.numeric).toMatchObject({ min: 1.5, max: 2.5 });
    const { preview } = await source.head(5);
    expect(preview.rows).toEqual([
      [null, 'x', '2020-01-01'],
      ['1.5', null, null],
      ['2.5', null, '2020-01-03'],
    ]);
    expect(await source.preview(5)).toEqual({ ...preview, totalRows: 3 });
    const { relation, database } = await source.relation();
    const table = await readRelation(
      relation,
      [
        { name: 'n', as: 'number' },
        { name: 'c', as: 'text' },
      ],
      database,
    );
    expect(table.columns.get('n')).toMatchObject({ values: Float64Array.of(NaN, 1.5, 2.5) });
    expect(table.columns.get('c')).toMatchObject({ values: ['x', null, null] });
    expect(table.badCells.size).toBe(0);
  });
});
