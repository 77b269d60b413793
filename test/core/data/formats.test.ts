// Packed files, JSON lines and Parquet; text that is not quite text.
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/core/data/csvSource';
import { readHead } from '../../../src/core/data/csvHead';
import { openDatabase } from '../../../src/core/data/database';
import { encode } from './encodings';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const CSV = 'name,n\nJosé,1\n"two\nlines",2\nshort\n李,3\n';
const ROWS = [
  ['José', '1'],
  ['two\nlines', '2'],
  ['李', '3'],
];
/** CSV as the command zstd 1.5 writes it (--no-check). */
const ZSTD = Buffer.from('KLUv/QBYSQEAbmFtZSxuCkpvc8OpLDEKInR3bwpsaW5lcyIsMgpzaG9ydArmnY4sMwo=', 'base64');

/** The same in two frames, one behind the other. */
const ZSTD_FRAMES = Buffer.from(
  'KLUv/QBYaQAAbmFtZSxuCkpvc8OpLCi1L/0AWOEAADEKInR3bwpsaW5lcyIsMgpzaG9ydArmnY4sMwo=',
  'base64',
);

async function copies(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith(`model-bench-copy-${process.pid}-`));
}

describe('a packed file', () => {
  it.each([
    ['gzip', gzipSync(CSV)],
    ['gzip', Buffer.concat([gzipSync(CSV.slice(0, 12)), gzipSync(CSV.slice(12))])],
    ['zstd', ZSTD],
    ['zstd', ZSTD_FRAMES],
  ])('of %s is read whatever its name, with the lines of its text', async (compression, content) => {
    for (const chunkBytes of [3, undefined]) {
      const source = await csv.open(content, 'packed.csv', { chunkBytes });
      expect((await source.head(5)).preview.rows).toEqual(ROWS);
      expect((await source.preview(5)).rows).toEqual(ROWS);
      expect(source.file.dialect).toMatchObject({ compression, format: 'csv', encoding: 'utf-8' });
      expect(await source.linesOf([0, 1, 2])).toEqual([2, 3, 6]);
      const { issues } = await source.relation();
      expect(issues).toMatchObject([{ code: 'data.raggedRows', line: 5, count: 1 }]);
      source.close();
    }
  });

  it('may be in any encoding', async () => {
    const text = 'id;name\n1;张伟\n2;王芳\n';
    const source = await csv.open(
      gzipSync(encode(text, { encoding: 'gb18030', hasBom: false })),
      'gbk.csv.gz',
    );
    expect((await source.preview(5)).rows).toEqual([
      ['1', '张伟'],
      ['2', '王芳'],
    ]);
    expect(source.file.dialect).toMatchObject({ compression: 'gzip', encoding: 'gb18030', delimiter: ';' });
  });

  it.each([
    ['gzip', gzipSync('a,b\n' + '1,2\n'.repeat(100_000)).subarray(0, 200)],
    ['zstd', ZSTD.subarray(0, 30)],
  ])('of %s that is cut off is said so', async (_, content) => {
    const read = async (): Promise<unknown> => (await csv.open(content, 'cut.csv')).preview(5);
    await expect(read()).rejects.toMatchObject({ code: 'data.damagedArchive', isBadInput: true });
  });

  it('leaves no copy behind when it is closed', async () => {
    const before = await copies();
    const source = await csv.open(gzipSync(CSV), 'closed.csv.gz');
    await source.profile();
    expect(await copies()).toHaveLength(before.length + 1);
    source.close();
    await expect.poll(copies).toEqual(before);
  });

  it('stops when it is cancelled, and can be read after that', async () => {
    const source = await csv.open(gzipSync(CSV), 'cancelled.csv.gz');
    const before = await copies();
    const abort = new AbortController();
    abort.abort();
    await expect(source.preview(5, { signal: abort.signal })).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
    await expect.poll(copies).toEqual(before);
    expect((await source.preview(5)).totalRows).toBe(3);
    source.close();
  });
});

describe('a text that is not quite text', () => {
  it('keeps NUL characters out of the cells and tells them', async () => {
    const source = await csv.open('a,b\n1,x\n2,y\0z\0\n"3\n",\0w\n', 'nul.csv');
    expect((await source.preview(5)).rows).toEqual([
      ['1', 'x'],
      ['2', 'yz'],
      ['3\n', 'w'],
    ]);
    expect((await source.head(5)).preview.rows[1]).toEqual(['2', 'yz']);
    const { issues } = await source.profile();
    expect(issues).toContainEqual(expect.objectContaining({ code: 'data.nulCharacters', count: 3, line: 3 }));
    expect(await source.lineOf(2)).toBe(4);
  });

  it('stays UTF-8 where a byte late in it is damaged, and names the line', async () => {
    const good = Buffer.from('a,b\n' + 'é,x\n'.repeat(100_000));
    const source = await csv.open(Buffer.concat([good, Buffer.from('\xe9,x\n', 'latin1')]), 'damaged.csv');
    expect(source.file.dialect.encoding).toBe('utf-8');
    const { issues, totalRows } = { ...(await source.profile()), ...(await source.preview(1)) };
    expect(totalRows).toBe(100_001);
    expect(source.file.dialect).toMatchObject({ encoding: 'utf-8' });
    expect(issues).toContainEqual(
      expect.objectContaining({ code: 'data.badCharacters', count: 1, line: 100_002 }),
    );
  });

  it('is another encoding than its head where that is ASCII', async () => {
    const late = Buffer.concat([
      Buffer.from('name,n\n' + 'plain,1\n'.repeat(100_000)),
      encode('张伟,2\n王芳,3\n李娜,4\n', { encoding: 'gb18030', hasBom: false }),
    ]);
    const source = await csv.open(late, 'late.csv');
    expect((await source.head(1)).dialect.encoding).toBe('utf-8');
    const { dialect, rows } = await source.profile();
    expect([dialect.encoding, rows]).toEqual(['gb18030', 100_003]);
    const { relation, database } = await source.relation();
    const found = await database.rows(`SELECT c0 FROM ${relation.from} ORDER BY ord DESC LIMIT 3`);
    expect(found).toEqual([['李娜'], ['王芳'], ['张伟']]);
  });

  it('is read in the encoding that is chosen, and what does not fit is told', async () => {
    const source = await csv.open(Buffer.from('a,b\nJos\xe9,1\nx,2\n', 'latin1'), 'chosen.csv', {
      reading: { encoding: 'utf-8' },
    });
    expect((await source.preview(5)).rows[0]).toEqual(['Jos\uFFFD', '1']);
    const { issues, dialect } = await source.profile();
    expect(dialect).toMatchObject({ encoding: 'utf-8', reason: 'utf-8, as chosen.' });
    expect(issues).toContainEqual(expect.objectContaining({ code: 'data.badCharacters', line: 2, count: 1 }));
  });

  it('has a delimiter line of Excel, blank lines first, and lines that count', async () => {
    const source = await csv.open('\r\nsep=|\r\na|b,c\r\n1|2\r\n3|4\r\n', 'sep.csv');
    expect(source.columns()).toEqual(['a', 'b,c']);
    expect((await source.preview(5)).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(await source.linesOf([0, 1])).toEqual([4, 5]);
    expect(source.file.dialect.reason).toContain('as its first line says');
  });

  it('may have a title above the table, which is told and left out', async () => {
    const text = 'Sales "2020"\n\nSource: x\nyear,"n\n(k)"\n2019,1\nshort\n2020,2\n2021,3\n';
    const source = await csv.open(text, 'titled.csv');
    expect(source.columns()).toEqual(['year', 'n\n(k)']);
    const { preview } = await source.head(5);
    expect(preview.rows).toEqual([
      ['2019', '1'],
      ['2020', '2'],
      ['2021', '3'],
    ]);
    expect(await source.preview(5)).toEqual({ ...preview, totalRows: 3 });
    expect(await source.linesOf([0, 1, 2])).toEqual([6, 8, 9]);
    const { issues } = await source.relation();
    expect(issues.map(({ code, line }) => [code, line])).toEqual([
      ['data.preamble', 1],
      ['data.raggedRows', 7],
    ]);
  });

  it.each([
    ['a header whose quotes do not close', '"size" (cm),n\n1,2\n3,4\n', [2, 3]],
    ['such a header and mixed line ends', '\r\n"size" (cm),n\n1,2\r"3",4\n', [3, 4]],
    ['a title with a quote', 'see "this\nsize,n\n1,2\n3,4\n5,6\n', [3, 4, 5]],
  ])('may have %s', async (_, text, lines) => {
    const source = await csv.open(text, 'header.csv');
    const { preview } = await source.head(5);
    expect(await source.preview(5)).toEqual({ ...preview, totalRows: lines.length });
    expect(preview.rows.slice(0, 2)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(await source.linesOf(lines.map((_line, row) => row))).toEqual(lines);
  });

  it('may have names of rows that the header does not name, as R writes it', async () => {
    const source = await csv.open('a,b\nx,1,2\ny,3,4\n', 'rowNames.csv');
    expect(source.columns()).toEqual(['column1', 'a', 'b']);
    expect((await source.preview(5)).rows).toEqual([
      ['x', '1', '2'],
      ['y', '3', '4'],
    ]);
  });

  it('may have a record longer than DuckDB takes by itself', async () => {
    const long = 'x'.repeat(5 << 20);
    const source = await csv.open(`a,b\n1,"${long}"\n2,y\n`, 'longRecord.csv');
    const { rows, totalRows } = await source.preview(5);
    expect(totalRows).toBe(2);
    expect(rows[0]?.[1]?.length).toBe(long.length);
  });
});

describe('JSON lines', () => {
  const LINES = [
    '{"a":1,"b":"x","__proto__":true}',
    '',
    '{"a":2.50,"c":[1,{"k":"v"}],"b":null}',
    'no json',
    '{"a":"NA","late/~\\"key":12345678901234567890}',
    '[1,2]',
    '  {"a":-1e3,"b":"two\\nlines, \\"quoted\\"","c":{"z":1}} ',
  ];
  const COLUMNS = ['a', 'b', '__proto__', 'c', 'late/~"key'];
  const CELLS = [
    ['1', 'x', 'true', null, null],
    ['2.5', null, null, '[1,{"k":"v"}]', null],
    [null, null, null, null, '12345678901234567890'],
    ['-1000.0', 'two\nlines, "quoted"', null, '{"z":1}', null],
  ];

  it.each([
    ['LF', LINES.join('\n')],
    ['CR LF', LINES.join('\r\n') + '\r\n'],
    ['both', `\uFEFF${LINES.slice(0, 3).join('\r\n')}\r\n${LINES.slice(3).join('\n')}`],
    ['gzip', gzipSync(LINES.join('\n'))],
  ])('give a column for each key of any line, wherever it is (%s)', async (_, content) => {
    const source = await csv.open(content, 'table.jsonl');
    expect(source.columns()).toEqual(COLUMNS);
    expect(await source.preview(9)).toEqual({ columns: COLUMNS, rows: CELLS, totalRows: 4 });
    expect((await source.head(9)).preview).toEqual({ columns: COLUMNS, rows: CELLS });
    const profile = await source.profile();
    expect(profile.dialect).toMatchObject({ format: 'jsonl', encoding: 'utf-8' });
    expect(profile.issues).toContainEqual(
      expect.objectContaining({ code: 'data.badJsonLines', line: 4, count: 2 }),
    );
    expect(await source.linesOf([0, 1, 2, 3])).toEqual([1, 3, 5, 7]);
  });

  it('are told from CSV by their first line, and a CSV is not taken for them', async () => {
    expect((await readHead(await csv.write('{"a":1}\n{"a":2}\n', 'table.txt'), 5)).dialect.format).toBe(
      'jsonl',
    );
    expect((await readHead(await csv.write('{a},b\n1,2\n', 'table2.txt'), 5)).dialect.format).toBe('csv');
    expect(
      (await readHead(await csv.write('{"a":1}\n', 'x.csv'), 5, { reading: { format: 'jsonl' } })).preview,
    ).toEqual({
      columns: ['a'],
      rows: [['1']],
    });
  });

  it('say that there is none', async () => {
    await expect(csv.open('1\n2\n', 'none.jsonl')).rejects.toMatchObject({ code: 'data.noUsableRows' });
  });
});

describe('Parquet', () => {
  async function write(select: string, name: string): Promise<string> {
    const path = await csv.write('', name);
    const database = await openDatabase();
    await database.rows(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    database.dispose();
    return path;
  }

  it('gives cells as one would write them, and names as they are', async () => {
    const path = await write(
      `SELECT 1 AS "A", 2.0::DOUBLE AS "a_", true AS b, 0.1::FLOAT AS f, 1.50::DECIMAL(5, 2) AS d,
        DATE '2020-01-02' AS day, TIMESTAMP '2020-01-02 03:04:05' AS t, TIMESTAMPTZ '2020-01-02 03:04:05+02' AS z,
        [1, 2] AS l, {'x': 1, 'y': [{'q': 'é'}]} AS s, 'x' || chr(0) || 'y' AS "__proto__", NULL::VARCHAR AS n, 'NA' AS na
       UNION ALL SELECT NULL, 2.5, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'z', NULL, 'v'`,
      'table.parquet',
    );
    const source = await openCsv(path);
    expect(source.columns()).toEqual([
      'A',
      'a_',
      'b',
      'f',
      'd',
      'day',
      't',
      'z',
      'l',
      's',
      '__proto__',
      'n',
      'na',
    ]);
    const first = [
      ['1', '2', 'true', '0.1', '1.50', '2020-01-02', '2020-01-02 03:04:05', '2020-01-02 01:04:05+00'],
      ['[1,2]', '{"x":1,"y":[{"q":"é"}]}', 'xy', null, null],
    ].flat();
    const preview = await source.preview(5);
    expect(preview.rows[0]).toEqual(first);
    expect(preview.totalRows).toBe(2);
    expect((await source.head(5)).preview).toEqual(preview);
    const { columns, dialect } = await source.profile();
    expect(dialect).toMatchObject({ format: 'parquet', encoding: 'utf-8' });
    expect(columns.find(({ name }) => name === 't')?.type).toBe('datetime');
    expect(await source.lineOf(0)).toBeUndefined();
    source.close();
  });

  it('is known by its first bytes, and told where it is none', async () => {
    const path = await write('SELECT 1 AS a', 'named.csv');
    expect((await readHead(path, 5)).dialect.format).toBe('parquet');
    const other = await csv.write('a,b\n1,2\n', 'wrong.parquet');
    await expect(openCsv(other)).rejects.toMatchObject({ code: 'data.notParquet', isBadInput: true });
    await writeFile(other, 'PAR1 cut off');
    await expect(openCsv(other)).rejects.toMatchObject({ code: 'data.notParquet' });
  });
});
