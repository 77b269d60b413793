// Where a cell stands in the text of a CSV.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { cellRange } from '../../../src/extension/language/csvCells';

const COMMA = { delimiter: ',', quote: '"' };
const cell = (text: string, offset: number, index: number, syntax = COMMA): string | undefined => {
  const range = cellRange(text, offset, index, syntax);
  return range && text.slice(range.start, range.end);
};

describe('the range of a cell', () => {
  it('is that of its text, without quotes', () => {
    const text = 'a,"b, c",d\n1,,"x"\n';
    expect([0, 1, 2].map((index) => cell(text, 0, index))).toEqual(['a', 'b, c', 'd']);
    expect([0, 1, 2].map((index) => cell(text, 11, index))).toEqual(['1', '', 'x']);
  });

  it('goes over line ends and doubled quotes inside quotes', () => {
    const text = '"say ""hi""\nthere",2\r\n';
    expect([0, 1].map((index) => cell(text, 0, index))).toEqual(['say ""hi""\nthere', '2']);
  });

  it('is not there in a record of fewer cells', () => {
    expect(cellRange('a,b\nc,d,e', 0, 2, COMMA)).toBeUndefined();
    expect(cellRange('', 0, 1, COMMA)).toBeUndefined();
  });

  it('takes quotes as text where there are none', () => {
    expect(cell(`5" pipe;2`, 0, 0, { delimiter: ';', quote: '' })).toBe('5" pipe');
  });

  it('finds every cell that was written', () => {
    const record = fc.array(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', '字') }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(record, record, (before, cells) => {
        const text = writeCsv(before, [cells]);
        const offset = writeCsv(before, []).length;
        const found = cells.map((_, index) => cell(text, offset, index)?.replaceAll('""', '"'));
        expect(found).toEqual(cells);
      }),
    );
  });
});
