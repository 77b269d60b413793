import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { parseRecords } from '../../../src/core/data/csvText';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const SYNTAX = { delimiter: ',', quote: '"', escape: '"' };

describe('CSV text', () => {
  it('quotes what would be read otherwise, and nothing else', () => {
    expect(
      writeCsv(
        ['plain', 'with, comma', 'with "quotes"'],
        [
          ['a b', 'line\nbreak', 'cr\rhere'],
          ['', null, "it's"],
        ],
      ),
    ).toBe('plain,"with, comma","with ""quotes"""\na b,"line\nbreak","cr\rhere"\n"",,it\'s\n');
  });

  it('is read back as it was written', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ' ', ',', '"', '\n', '\r', ';', '\\', "'"),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
        (rows) => {
          const { records } = parseRecords(writeCsv(['a', 'b'], rows), SYNTAX, Infinity);
          expect(records).toEqual([['a', 'b'], ...rows]);
        },
      ),
    );
  });

  it('is read back by the reader of this program, missing cells included', async () => {
    const rows = [
      ['x, y', '1', null],
      ['say "hi"', '2', 'b'],
      ['two\nlines', '3', 'c'],
      [' space ', '4', 'd'],
    ];
    const source = await csv.open(writeCsv(['text', 'n', 'last'], rows));
    expect((await source.preview(10)).rows).toEqual(rows);
  });

  it('with one column keeps an empty cell as a row', async () => {
    expect(writeCsv(['a'], [[''], ['x']])).toBe('a\n""\nx\n');
    expect(writeCsv(['a'], [[null], ['x']])).toBe('a\n""\nx\n');
  });

  it('begins with no sign that a spreadsheet takes for something else than it is', () => {
    expect(writeCsv(['ID', 'b'], [])).toBe('ID,b\n');
  });
});
