// Reading CSV files as people have them: dialects, headers, broken rows, bad input.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import * as iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../../src/core/data/csvHead';
import { openCsv, type CsvSource } from '../../../src/core/data/csvSource';
import { readRelation, type ColumnRequest, type RelationTable } from '../../../src/core/data/readRelation';
import { createWorkbench } from '../../../src/core/data/workbench';
import type { DataIssue } from '../../../src/shared/schema/profile';
import { csvFolder } from './tempCsv';

const csv = csvFolder();

async function readTable(
  source: CsvSource,
  requests: readonly ColumnRequest[],
): Promise<RelationTable & { issues: readonly DataIssue[] }> {
  const { database, relation, issues } = await source.relation();
  // Else each query would plan every column.
  const written = requests.length > 32 ? await createWorkbench(database).materialise(relation) : relation;
  return { ...(await readRelation(written, requests, database)), issues };
}

async function texts(content: string | Buffer, name?: string): Promise<Record<string, (string | null)[]>> {
  const source = await csv.open(content, name);
  const requests = source.columns().map((column) => ({ name: column, as: 'text' as const }));
  const table = await readTable(source, requests);
  return Object.fromEntries(
    [...table.columns].map(([column, found]) => [column, found.kind === 'text' ? [...found.values] : []]),
  );
}

describe('openCsv', () => {
  it.each([
    ['comma', 'a,b\n1,x\n2,y\n'],
    ['semicolon with decimal commas elsewhere', 'a;b\n1;x\n2;y\n'],
    ['tab', 'a\tb\n1\tx\n2\ty\n'],
    ['pipe', 'a|b\n1|x\n2|y\n'],
    ['quoted header', '"a","b"\n1,x\n2,"y"\n'],
    ['CR LF', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['no line feed at the end', 'a,b\n1,x\n2,y'],
    ['UTF-8 BOM', '\uFEFFa,b\n1,x\n2,y\n'],
    ['blank lines first', '\n\na,b\n1,x\n\n2,y\n'],
    ['spaces around', ' a , b\n 1 , x \n2,y\n'],
  ])('reads %s', async (_, content) => {
    expect(await texts(content)).toEqual({ a: ['1', '2'], b: ['x', 'y'] });
  });

  it('reads hundreds of columns in seconds, each with its own rows', async () => {
    const names = Array.from({ length: 600 }, (_, i) => `c${i}`);
    const cell = (row: number, i: number): string => (i === 7 && row === 1 ? 'bad' : String(row * 1000 + i));
    const lines = [0, 1, 2].map((row) => names.map((_, i) => cell(row, i)).join(','));
    const source = await csv.open([names.join(','), ...lines].join('\n'));
    const table = await readTable(
      source,
      names.map((name) => ({ name, as: 'number' })),
    );
    expect(table.rows).toBe(3);
    expect([...table.badCells.keys()]).toEqual(['c7']);
    for (const [i, name] of names.entries()) {
      const found = table.columns.get(name);
      const expected = [0, 1, 2].map((row) => Number(cell(row, i)));
      expect(found?.kind === 'number' ? [...found.values] : []).toEqual(expected);
    }
  }, 20_000);

  it('reads the head of a hundred thousand columns, and says that they are too many to work on', async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const path = await csv.write(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`, 'wide.csv');
    expect((await readHead(path, 1)).preview.columns).toHaveLength(100_000);
    const source = await openCsv(path);
    try {
      await expect(source.profile()).rejects.toMatchObject({
        code: 'data.tooWide',
        message: expect.stringContaining('at most 20000 columns, found 100000') as string,
      });
    } finally {
      source.close();
    }
  });

  it('reads the named file, not another one that its name would match as a pattern', async () => {
    await csv.write('a,b\nwrong,1\n', 'data1.csv');
    await csv.write('a,b\nwrong,1\n', 'datax.csv');
    expect(await texts('a,b\nright,1\n', 'data[1].csv')).toEqual({ a: ['right'], b: ['1'] });
    expect(await texts('a,b\nright,1\n', 'data[12]?*.csv')).toEqual({ a: ['right'], b: ['1'] });
  });

  it('reads quotes, line breaks in cells and every missing spelling, but keeps "None"', async () => {
    expect(await texts('a,b\n"x, ""y""","two\nlines"\nNA,\n?,None\nnull,n/a\n.,-\n')).toEqual({
      a: ['x, "y"', null, null, null, null],
      b: ['two\nlines', null, 'None', null, '-'],
    });
  });

  it('takes any header as a name, made unique', async () => {
    const source = await csv.open('__proto__,a,a,,constructor,a_2\n1,2,3,4,5,6\n');
    expect(source.columns()).toEqual(['__proto__', 'a', 'a_3', 'column4', 'constructor', 'a_2']);
    const table = await readTable(source, [{ name: '__proto__', as: 'number' }]);
    expect(table.columns.get('__proto__')).toMatchObject({ values: Float64Array.of(1) });
    expect(table.issues.map(({ code }) => code)).toEqual(['data.duplicateColumn', 'data.unnamedColumn']);
  });

  it('names the columns of a file without a header and says so', async () => {
    const source = await csv.open('1,2.5\n3,4\n');
    expect(source.columns()).toEqual(['column1', 'column2']);
    const profile = await source.profile();
    expect(profile.rows).toBe(2);
    expect(profile.issues.map(({ code }) => code)).toEqual(['data.noHeader']);
  });

  it('keeps ragged rows apart and says where and how many', async () => {
    const source = await csv.open('a,b,c\n1,2,3\n1,2\n"x\ny",2,3\n1,2,3,4\n7,8,9\n');
    const table = await readTable(source, [{ name: 'a', as: 'text' }]);
    expect(table.columns.get('a')).toMatchObject({ values: ['1', 'x\ny', '7'] });
    expect(table.issues).toMatchObject([{ code: 'data.raggedRows', line: 3, count: 2, severity: 'warning' }]);
    // Header 1, row 2, ragged 3, a row over lines 4 and 5, ragged 6, row 7.
    expect([await source.lineOf(0), await source.lineOf(1), await source.lineOf(2)]).toEqual([2, 4, 7]);
    expect((await source.profile()).issues).toMatchObject([{ code: 'data.raggedRows', line: 3, count: 2 }]);
  });

  it.each([
    ['LF', '\n', ''],
    ['CR LF', '\r\n', ''],
    ['CR LF and a BOM', '\r\n', '\uFEFF'],
  ])('finds lines in a long file with broken rows (%s)', async (_, end, bom) => {
    // Every row knows its line; every 997th is short, every 1009th is followed by a blank line.
    let line = 1;
    const lines = ['line,b,c'];
    while (line < 60_000) {
      line++;
      if (line % 997 === 0) lines.push(`${line},short`);
      else if (line % 1009 === 0) {
        lines.push(`${line},"two${end}lines",x`, '');
        line += 2;
      } else lines.push(`${line},"a ""b""",x`);
    }
    const source = await csv.open(bom + lines.join(end));
    const table = await readTable(source, [{ name: 'line', as: 'number' }]);
    const column = table.columns.get('line');
    if (column?.kind !== 'number') throw new Error('not a number');
    for (const row of [0, 995, 996, 5000, 30_000, table.rows - 1]) {
      expect(await source.lineOf(row)).toBe(column.values[row]);
    }
    expect(table.issues).toMatchObject([{ code: 'data.raggedRows', line: 997 }]);
  });

  it('says so when a quote never closes', async () => {
    const source = await csv.open('a,b\n"1",2\n3,"x\n4,5\n');
    const table = await readTable(source, [{ name: 'a', as: 'text' }]);
    expect(table.rows).toBe(1);
    expect(table.issues).toMatchObject([{ severity: 'error', code: 'data.malformedRows', line: 3 }]);
  });

  it('names column, line and value of a cell that is no number, and reads it as missing', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => (i === 40 ? 'abc' : i === 41 ? '-' : `${i * 1.5}`));
    const source = await csv.open(`age,k\n${rows.map((age) => `${age},x`).join('\n')}\n`);
    const profile = await source.profile();
    expect(profile.columns[0]).toMatchObject({ type: 'number', missing: 2 });
    expect(profile.issues.find(({ code }) => code === 'data.notNumber')?.message).toBe(
      'Column "age": line 42 has "abc"; expected a number. Cells like this: 1; they count as missing.',
    );
    const table = await readTable(source, [{ name: 'age', as: 'number' }]);
    expect(table.badCells.get('age')).toEqual({ count: 1, firstRow: 40, firstText: 'abc' });
  });

  it('never takes inf, 1_000 or hex for a number', async () => {
    const source = await csv.open('a,b\ninf,1\nNaN,2\n1_000,3\n0x10,4\n1e400,5\n-1.5e3,6\n');
    const table = await readTable(source, [{ name: 'a', as: 'number' }]);
    expect(table.columns.get('a')).toMatchObject({ values: Float64Array.of(NaN, NaN, NaN, NaN, NaN, -1500) });
  });

  it('reads names that a file system or SQL could misread', async () => {
    expect(await texts('a,b\n1,2\n', "it's [1]*.csv")).toEqual({ a: ['1'], b: ['2'] });
  });

  it.each([
    ['data.empty', ''],
    ['data.empty', '\uFEFF\n \n'],
    ['data.headerOnly', 'a,b\n'],
    ['data.headerOnly', 'a,b'],
    ['data.notText', Buffer.alloc(5000)],
    ['data.notText', Buffer.from('PK\x03\x04' + 'x'.repeat(100))],
  ])('says %s', async (code, content) => {
    const path = await csv.write(content);
    await expect(openCsv(path)).rejects.toMatchObject({ code, isBadInput: true });
  });

  it('says that a file is missing or a folder', async () => {
    await expect(openCsv('/no/such.csv')).rejects.toMatchObject({ code: 'data.fileMissing' });
    await expect(openCsv(tmpdir())).rejects.toMatchObject({ code: 'data.isDirectory' });
  });

  it('says that a pipe is read only once', async () => {
    const path = await csv.write('');
    await rm(path);
    execFileSync('mkfifo', [path]);
    await expect(openCsv(path)).rejects.toMatchObject({ code: 'data.notFile', isBadInput: true });
  });

  it('says what JSON it takes', async () => {
    const list = await csv.write('[{"a": 1},\n {"a": 2}]\n', 'list.json');
    await expect(openCsv(list)).rejects.toMatchObject({ code: 'data.notLines', isBadInput: true });
    const empty = await csv.write('{}\n{}\n', 'empty.jsonl');
    await expect(openCsv(empty)).rejects.toThrow(/no keys in its lines/);
  });

  it.each([1, 3, 1 << 20])('reads GBK behind a mark of UTF-8, %i bytes at a time', async (chunkBytes) => {
    const text = '姓名,城市,金额\n张三,北京,1\n李四,上海,2\n王五,广州,3\n';
    const bytes = Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), iconv.encode(text, 'gbk')]);
    const source = await csv.open(bytes, undefined, { chunkBytes });
    expect(source.columns()).toEqual(['姓名', '城市', '金额']);
    expect((await source.preview(1)).rows).toEqual([['张三', '北京', '1']]);
  });

  it('shows the first rows as they are, with null for missing', async () => {
    const source = await csv.open('a,b\n 1 ,NA\n2,y\n3,z\n');
    expect(await source.preview(2)).toEqual({
      columns: ['a', 'b'],
      rows: [
        [' 1 ', null],
        ['2', 'y'],
      ],
      totalRows: 3,
    });
  });

  it('stops when it is cancelled', async () => {
    const source = await csv.open('a,b\n1,2\n');
    const abort = new AbortController();
    abort.abort();
    await expect(source.profile({ signal: abort.signal })).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
    expect((await source.profile()).rows).toBe(1);
  });

  it('reads back any table that was written with quotes', async () => {
    const cell = fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => !/[\0\uFFFD]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (rows) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const content = ['"a","b"', ...rows.map((row) => row.map(quote).join(','))].join('\n');
        const source = await csv.open(content);
        const { rows: found } = await source.preview(100);
        source.close();
        const blank = (text: string | null): string => text ?? '';
        const missing = (text: string): string => (['', 'NA', '?', '.'].includes(text.trim()) ? '' : text);
        expect(found.map((row) => row.map(blank))).toEqual(rows.map((row) => row.map(missing)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('two profiles of a file at once', () => {
  it('do not mix their columns', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [1, 2, 3, 5, 6, 10].map((n) => `v${i % n}`).join(','));
    const source = await csv.open(['a,b,c,d,e,f', ...rows].join('\n'));
    let second: ReturnType<CsvSource['profile']> | undefined;
    // Starts when the first one is in the middle of its columns.
    const onProgress = (fraction: number): void => {
      if (fraction > 0.6) second ??= source.profile();
    };
    const first = await source.profile({ onProgress });
    const alone = await source.profile();
    expect(first).toEqual(alone);
    expect(await second).toEqual(alone);
  });
});
