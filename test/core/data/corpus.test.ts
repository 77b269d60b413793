// Every encoding by delimiter by line end by quoting: the head shows the cells, and DuckDB is given the very text.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readFileHead } from '../../../src/core/data/csvFile';
import { readHead } from '../../../src/core/data/csvHead';
import { plainTextOf } from '../../../src/core/data/plainText';
import { readingSchema } from '../../../src/shared/schema/reading';
import { ENCODED, encode, type Encoded } from './encodings';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const DELIMITERS = [',', ';', '\t', '|'];
const LINE_ENDS = { LF: ['\n'], 'CR LF': ['\r\n'], CR: ['\r'], mixed: ['\n', '\r\n', '\r'] };
type Quoting = 'none' | 'needed' | 'all' | 'single';
const QUOTINGS: readonly Quoting[] = ['none', 'needed', 'all', 'single'];

/** The words with what only quotes can hold, where there are quotes. */
function tableOf({ rows }: Encoded, delimiter: string, quoting: Quoting): string[][] {
  const [a = [], b = [], c = []] = rows;
  if (quoting === 'none')
    return [['id', 'name', 'note'], ...rows.map((row, i) => [String(i), row[0]!, row[1]!])];
  const mark = quoting === 'single' ? "'" : '"';
  return [
    ['id', 'name', `no${delimiter}te`],
    ['0', `${a[0]}${delimiter}${a[1]}`, a[2]!],
    ['1', `${b[0]} ${mark}${b[1]}${mark}`, `${b[2]}\n${b[0]}\r\n2`],
    ['2', '', `${c[0]}`],
    ['3', c[1]!, ` ${c[2]} ${mark}`],
  ];
}

function textOf(
  table: readonly (readonly string[])[],
  delimiter: string,
  quoting: Quoting,
  ends: string[],
): string {
  const mark = quoting === 'single' ? "'" : '"';
  const cell = (text: string): string => {
    const isNeeded = quoting !== 'needed' || [delimiter, '"', '\n', '\r'].some((each) => text.includes(each));
    if (quoting === 'none' || !isNeeded) return text;
    return mark + text.replaceAll(mark, mark + mark) + mark;
  };
  return table.map((row, i) => row.map(cell).join(delimiter) + ends[i % ends.length]!).join('');
}

describe.each(
  ENCODED.map((each) => [each.hasBom ? `${each.encoding} with a mark` : each.encoding, each] as const),
)('%s', (_, encoded) => {
  it.each(DELIMITERS)('parted by %j round-trips with any line end and quoting', async (delimiter) => {
    for (const [name, ends] of Object.entries(LINE_ENDS)) {
      for (const quoting of QUOTINGS) {
        const what = `${name}, quotes: ${quoting}`;
        const table = tableOf(encoded, delimiter, quoting);
        const text = textOf(table, delimiter, quoting, ends);
        const path = await csv.write(encode(text, encoded), 'corpus.csv');
        const { dialect, preview } = await readHead(path, 10);
        expect(dialect, what).toMatchObject({
          delimiter,
          quote: quoting === 'single' ? "'" : '"',
          encoding: encoded.encoding,
          hasHeader: true,
        });
        const [header = [], ...rows] = table;
        expect(preview.columns, what).toEqual(header);
        expect(preview.rows, what).toEqual(rows.map((row) => row.map((each) => (each === '' ? null : each))));

        const open = { reading: readingSchema.parse({}) };
        const source = plainTextOf(await readFileHead(path, open), open);
        const plain = await source.get({});
        expect((await readFile(plain.path, 'utf8')).replace(/^\uFEFF/, ''), what).toBe(text);
        expect(plain.issues, what).toEqual([]);
        source.dispose();
      }
    }
  });
});

describe('DuckDB', () => {
  const [, , utf16] = ENCODED;
  it.each(DELIMITERS)('reads a text parted by %j as its head is shown', async (delimiter) => {
    for (const ends of Object.values(LINE_ENDS)) {
      for (const quoting of QUOTINGS) {
        const text = textOf(tableOf(utf16!, delimiter, quoting), delimiter, quoting, ends);
        const source = await csv.open(encode(text, utf16!), 'duck.csv');
        const { preview } = await source.head(10);
        expect(await source.preview(10)).toEqual({ ...preview, totalRows: preview.rows.length });
        expect(await source.linesOf(preview.rows.map((_, row) => row))).toEqual(
          quoting === 'none' ? [2, 3, 4] : [2, 3, 6, 7],
        );
        source.close();
      }
    }
  });
});
