// Guessing delimiter, quote, header and names from the head of a text.
import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../src/core/data/csvText';
import { guessHeader, nameColumns } from '../../../src/core/data/header';
import { layoutOf } from '../../../src/core/data/layout';
import { guessSyntax, leadingLines } from '../../../src/core/data/sniff';

const AUTO = { delimiter: 'auto', quote: 'auto' } as const;

function syntaxOf(text: string, reading: Parameters<typeof guessSyntax>[1] = AUTO): string {
  const { delimiter, quote, escape } = guessSyntax(text, reading).value;
  return `${delimiter} ${quote} ${escape}`;
}

describe('delimiter and quote', () => {
  it.each([
    ['a,b\n1,2\n', ', " "'],
    ['a;b\n1,5;2,5\n', '; " "'],
    ['a\tb\n"x, y"\tz\n', '\t " "'],
    ['a|b|c\n1|2|3\n', '| " "'],
    // A text with commas in every row, but not in the header.
    ['name;date\nDoe, John;2020\nRoe, Jane;2021\n', '; " "'],
    // One ragged row is no reason for another delimiter.
    ['a,b,c\n1,2,3\n4,5\n6,7,8\n', ', " "'],
    ['one\nx\ny\n', ', " "'],
    ["'a','b'\n'1,2','x'\n", ", ' '"],
    ["a,b\nit's,x\n'tis,y\n", ', " "'],
    ["a,b\n'x',1\n'it''s',2\n", ", ' '"],
    ['a,b\n"x\\"y",2\n"z",3\n', ', " \\'],
    // A title and notes above the table.
    ['Sales of 2020\n\nyear;n\n2019;1\n2020;2\n2021;3\n', '; " "'],
    // Cells that begin with a quote that is never closed, or goes on behind it.
    ['a\tb\n"Foo" and bar\t2\n"Baz" or\t3\n"x\t4\n', '\t  '],
    // Quotes within quotes are mistakes, but the others are quotes.
    ['"a","b"\n"x "y" z","2"\n"v","3"\n"w","4"\n', ', " "'],
    // Quotes that never close are text.
    ['a,b\n"hello,1\n"world,2\nx,3\n', ',  '],
    ['size,n\n5",1\n6",2\n', ', " "'],
  ])('of %j', (text, expected) => {
    expect(syntaxOf(text)).toBe(expected);
  });

  it('are as chosen', () => {
    expect(syntaxOf('a,b;c\n1,2;3\n', { delimiter: ';', quote: 'auto' })).toBe('; " "');
    expect(syntaxOf('a§b\n1§2\n', { delimiter: '§', quote: 'auto' })).toBe('§ " "');
    expect(syntaxOf('a,b\n"x",2\n', { delimiter: 'auto', quote: '' })).toBe(',  ');
  });

  it('are told where they are not the usual ones', () => {
    expect(guessSyntax('a,b\n1,2\n', AUTO).reason).toBe('');
    expect(guessSyntax('a;b\n1;2\n3;4;5\n', AUTO).reason).toBe(
      'Cells are parted by ";": 2 of the first 3 records have 2 cells so.',
    );
    expect(guessSyntax("'a','b'\n'1','2'\n", AUTO).reason).toBe("Cells are quoted with '.");
  });

  it('come from the first line where it says so, as Excel writes it', () => {
    const found = leadingLines('\r\nsep=;\r\na,x;b\r\n1;2\r\n');
    expect(found).toEqual({ lines: 2, rest: 'a,x;b\r\n1;2\r\n', delimiter: ';' });
    expect(guessSyntax(found.rest, AUTO, { named: found.delimiter }).value.delimiter).toBe(';');
    expect(leadingLines('sep,x\n1,2\n')).toEqual({ lines: 0, rest: 'sep,x\n1,2\n' });
  });
});

describe('the header', () => {
  const header = (text: string): [boolean, string] => {
    const { records } = parseRecords(text, { delimiter: ',', quote: '"', escape: '"' }, 1000);
    const { value, reason } = guessHeader(records, 'auto');
    return [value, reason];
  };

  it.each([
    'a,b\n1,2\n',
    'country,2019,2020\nFrance,1,2\nSpain,3,4\n',
    ',0,1\nx,5,6\ny,7,8\n',
    'word\nx\ny\nx\n',
    'date,n\n2020-01-01,1\n',
    // Files put together: the header is there again.
    'name,n\na,1\nname,n\nb,2\n',
    '__proto__,n\na,1\n',
  ])('is there in %j', (text) => {
    expect(header(text)[0]).toBe(true);
  });

  it.each(['1,2\n3,4\n', '5.1,3.5,setosa\n4.9,3,setosa\n7,3.2,versicolor\n', '2020-01-01,a\n2020-01-02,a\n'])(
    'is missing in %j, and that is told',
    (text) => {
      const [value, reason] = header(text);
      expect(value).toBe(false);
      expect(reason).toMatch(/^No header:/);
    },
  );

  it.each(['vhigh,2,big\nhigh,2,small\nvhigh,3,big\n', '7,2020-01-01\n8,2020-01-02\n'])(
    'is missing in %j: each cell is like those below it',
    (text) => {
      expect(header(text)[0]).toBe(false);
    },
  );

  it('is told where it could be a row', () => {
    expect(header('country,2019\nFrance,1\n')[1]).toContain('"2019" could be a value');
  });

  it('has unique names, in linear time', () => {
    const many = Array.from({ length: 100_000 }, () => 'x');
    const { columns } = nameColumns(many, 1);
    expect(new Set(columns).size).toBe(100_000);
    expect(columns.slice(0, 3)).toEqual(['x', 'x_2', 'x_3']);
    expect(nameColumns(['a', 'a_2', 'a', ''], 1).columns).toEqual(['a', 'a_2', 'a_3', 'column4']);
  });
});

describe('the table in a text', () => {
  const at = (text: string): unknown[] => {
    const { records } = parseRecords(text, { delimiter: ',', quote: '"', escape: '"' }, 1000);
    const { first, width, hasRowNames } = layoutOf(records);
    return [first, width, hasRowNames];
  };

  it.each([
    ['begins with the first record', 'a,b\n1,2\n3,4\n', [0, 2, false]],
    ['has ragged rows', 'a,b,c\n1,2,3\n1,2\n4,5,6\n', [0, 3, false]],
    ['has a title above it', 'Title\nSource: x\n\na,b\n1,2\n3,4\n', [2, 2, false]],
    ['has a delimiter behind each row', 'a,b\n1,2,\n3,4,\n', [0, 2, false]],
    ['has a delimiter behind the header', 'a,b,\n1,2\n', [0, 2, false]],
    ['has a last column without name and values', 'a,b,\n1,2,\n', [0, 3, false]],
    ['has names of rows, as R writes them', 'a,b\nx,1,2\ny,3,4\n', [0, 3, true]],
    ['is one column', 'a\n1\n2\n', [0, 1, false]],
    ['is one column of texts with commas', 'text\nsome, more\nwords\nand, so, on\nx\n', [0, 1, false]],
  ])('%s', (_, text, expected) => {
    expect(at(text)).toEqual(expected);
  });
});
