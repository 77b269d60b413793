// The reading done outside DuckDB: lines of rows, and line ends made one, by chunks of any size.
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecords, type CsvSyntax } from '../../../src/core/data/csvText';
import { mixesLineEnds, repairer } from '../../../src/core/data/lineEnds';
import { linesOfRows } from '../../../src/core/data/rowLines';
import '../../support/properties';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const PLAIN: CsvSyntax = { delimiter: ',', quote: '"', escape: '"' };
const END = fc.constantFrom('\n', '\r\n', '\r');

/** Records with the line each starts on, written with any quotes and line ends. */
const numbered = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom('x', 'é', '', 'a,b', 'say "hi"', 'two\nlines', 'cr\rlf\r\n', ' "q'), {
        minLength: 2,
        maxLength: 3,
      }),
      END,
      fc.boolean(),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((records) => {
    let line = 1;
    const lines: number[] = [];
    const text = records.map(([cells, end, isBlankBehind]) => {
      const record = cells
        .map((cell) => (/^x$|^é$/.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`))
        .join(',');
      lines.push(line);
      const whole = record + end + (isBlankBehind ? end : '');
      line += whole.split(/\r\n|\n|\r/).length - 1;
      return whole;
    });
    // A blank line of LF behind a CR would be one CR LF.
    return { text: text.join(''), lines };
  });

describe('the line of a row', () => {
  it('is where its record starts, whatever quotes, line ends and chunks', async () => {
    const path = await csv.write('', 'lines.csv');
    await fc.assert(
      fc.asyncProperty(numbered, fc.integer({ min: 1, max: 30 }), async ({ text, lines }, chunkBytes) => {
        await writeFile(path, text);
        const options = {
          syntax: PLAIN,
          skip: 0,
          rejectedBytes: new Set<number>(),
          blankIsRow: false,
        };
        expect(
          await linesOfRows(
            path,
            lines.map((_, row) => row),
            { ...options, chunkBytes },
          ),
        ).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });

  it('is found in long stretches without quotes as in others', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) =>
      i % 700 === 699 ? `${i},"two\nlines"` : `${i},plain text`,
    );
    const path = await csv.write(`\uFEFFn,t\n${rows.join('\n')}\n`, 'long.csv');
    const options = {
      syntax: PLAIN,
      skip: 1,
      rejectedBytes: new Set<number>(),
      blankIsRow: false,
    };
    for (const chunkBytes of [5000, 1 << 20]) {
      expect(await linesOfRows(path, [0, 698, 699, 700, 2999], { ...options, chunkBytes })).toEqual([
        2, 700, 701, 703, 3005,
      ]);
    }
  });

  it('follows delimiters of several bytes, other quotes and backslashes', async () => {
    const path = await csv.write("a§b\n'x§\ny'§2\n3§it's\n'\\'\n'§5\n", 'odd.csv');
    const options = { skip: 1, rejectedBytes: new Set<number>(), blankIsRow: false };
    const syntax = { delimiter: '§', quote: "'", escape: '\\' };
    expect(await linesOfRows(path, [0, 1, 2], { ...options, syntax })).toEqual([2, 4, 5]);
  });
});

describe('line ends made one', () => {
  it('keep every record and every line', async () => {
    const path = await csv.write('', 'ends.csv');
    await fc.assert(
      fc.asyncProperty(numbered, fc.integer({ min: 1, max: 9 }), async ({ text, lines }, chunk) => {
        const normalise = repairer({ syntax: PLAIN, blankLines: 0 });
        const bytes = Buffer.from(text);
        const parts: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += chunk)
          parts.push(normalise(bytes.subarray(at, at + chunk)));
        const found = Buffer.concat(parts).toString();
        expect(parseRecords(found, PLAIN, Infinity).records).toEqual(
          parseRecords(text, PLAIN, Infinity).records,
        );
        await writeFile(path, found);
        expect(await mixesLineEnds(path, PLAIN, undefined)).toBe(false);
        const options = {
          syntax: PLAIN,
          skip: 0,
          rejectedBytes: new Set<number>(),
          blankIsRow: false,
        };
        expect(
          await linesOfRows(
            path,
            lines.map((_, row) => row),
            options,
          ),
        ).toEqual(lines);
      }),
      { numRuns: 100 },
    );
  });
});

describe('lines left out', () => {
  it('keep their ends, whatever they hold and however the text is cut', () => {
    for (const [text, left] of [
      ['a "b\r\n"c\rd\n1\r\n2', '\n\n\n1\n2'],
      ['\uFEFFa\r\n\r\n"x\r\ny"\r\n', '\n\n"x\r\ny"\n'],
    ] as const) {
      for (const chunk of [1, 2, 3, 100]) {
        const repair = repairer({ syntax: PLAIN, blankLines: left.length - left.replace(/^\n+/, '').length });
        const bytes = Buffer.from(text);
        const parts: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += chunk) parts.push(repair(bytes.subarray(at, at + chunk)));
        expect(Buffer.concat(parts).toString()).toBe(left);
      }
    }
  });
});

describe('records of a text', () => {
  it('leave out blank lines, or keep them where a row may be one', () => {
    expect(parseRecords('a\n\n1\r\n\r\n2', PLAIN, 10).records).toEqual([['a'], ['1'], ['2']]);
    expect(parseRecords('\na\n\n1\r\n\r\n2', PLAIN, 10, true).records).toEqual([
      ['a'],
      [''],
      ['1'],
      [''],
      ['2'],
    ]);
  });

  it('drop spaces around quotes, and name what does not close', () => {
    const { records, malformed } = parseRecords('a, "b, c" ,d\n"x"y,1,2\n"open', PLAIN, 10);
    expect(records[0]).toEqual(['a', 'b, c', 'd']);
    expect([...malformed]).toEqual([1, 2]);
  });
});
