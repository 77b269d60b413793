// Where findings of the quality checks are marked in the text of a CSV.
import { describe, expect, it } from 'vitest';
import { qualityReportSchema } from '../../../../src/shared/schema/quality';
import { cellsOf, findingMarks, type CsvText } from '../../../../src/extension/views/preprocess/findingMarks';

const comma = { delimiter: ',', quote: '"', hasHeader: true };

const cells = (line: string, dialect = comma): string[] =>
  cellsOf(line, dialect).map(({ start, end }) => line.slice(start, end));

function text(content: string, dialect = comma): CsvText {
  const lines = content.split('\n');
  return { columns: cells(lines[0]!, dialect), dialect, lineAt: (line) => lines[line] };
}

type FindingInput = Record<string, unknown>;
function report(...findings: FindingInput[]) {
  return qualityReportSchema.parse({
    path: 'x.csv',
    modifiedMs: 0,
    rows: 3,
    checks: [
      {
        check: 'textInNumbers',
        title: 'Text in numbers',
        status: 'warn',
        findings: findings.map((finding) => ({
          check: 'textInNumbers',
          status: 'warn',
          message: 'found',
          columns: [],
          rows: [],
          remedies: [],
          ...finding,
        })),
      },
    ],
  });
}

describe('cells of a line', () => {
  it.each([
    ['a,b,c', ['a', 'b', 'c']],
    ['', ['']],
    ['a,,', ['a', '', '']],
    ['"a,b",c', ['"a,b"', 'c']],
    ['"say ""hi, you""",c', ['"say ""hi, you"""', 'c']],
    ['"",x', ['""', 'x']],
    ['5" pipe,x', ['5" pipe', 'x']],
    ['a,"goes on', ['a', '"goes on']],
  ])('%s', (line, expected) => expect(cells(line)).toEqual(expected));

  it('are parted by any delimiter, and by quotes only where there are some', () => {
    expect(cells('a\t"b\tc"', { ...comma, delimiter: '\t' })).toEqual(['a', '"b\tc"']);
    expect(cells('"a,b"', { ...comma, quote: '' })).toEqual(['"a', 'b"']);
  });
});

describe('marks of findings', () => {
  const csv = text('id,age\n1,34\n2,"n/a"');

  it('are at the cells of the rows, with message, check and status', () => {
    const found = findingMarks(
      report({ columns: ['age'], rows: [{ row: 1, line: 3, column: 'age', text: 'n/a' }], status: 'fail' }),
      csv,
    );
    expect(found).toEqual([
      { line: 2, start: 2, end: 7, message: 'found', check: 'textInNumbers', status: 'fail' },
    ]);
  });

  it('are at the name of a column when no row is named, and at the first line for the table', () => {
    expect(findingMarks(report({ columns: ['age'] }), csv)).toMatchObject([{ line: 0, start: 3, end: 6 }]);
    expect(findingMarks(report({}), csv)).toMatchObject([{ line: 0, start: 0, end: 6 }]);
    const headless = text('1,2', { ...comma, hasHeader: false });
    expect(findingMarks(report({ columns: ['2'] }), headless)).toMatchObject([{ line: 0, start: 0, end: 3 }]);
  });

  it('leave out lines that are not there, and take the whole line where the cell is not', () => {
    expect(findingMarks(report({ rows: [{ row: 0, line: 99 }] }), csv)).toMatchObject([{ line: 0 }]);
    expect(findingMarks(report({ rows: [{ row: 0, line: 2, column: '__proto__' }] }), csv)).toMatchObject([
      { line: 1, start: 0, end: 4 },
    ]);
    expect(findingMarks(report({ columns: ['age'] }), text(''))).toMatchObject([
      { line: 0, start: 0, end: 0 },
    ]);
  });

  it('are none for what passes, and not endless', () => {
    expect(findingMarks(report({ status: 'pass' }), csv)).toEqual([]);
    const rows = Array.from({ length: 1000 }, (_, row) => ({ row, line: 2 }));
    expect(findingMarks(report(...Array.from({ length: 100 }, () => ({ rows }))), csv)).toHaveLength(500);
  });
});
