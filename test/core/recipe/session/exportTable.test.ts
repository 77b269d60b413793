// A table written to a file: what is read back, what a spreadsheet would take for a formula, and no half file ever.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sqlText, type Database } from '../../../../src/core/data/database';
import type { Relation } from '../../../../src/core/data/relation';
import { createWorkbench, type NewValues } from '../../../../src/core/data/workbench';
import { exportTable, type Exported } from '../../../../src/core/recipe/session/exportTable';
import { parseRecords } from '../../../../src/core/data/csvText';
import { exportOptionsSchema, type ExportOptions } from '../../../../src/shared/schema/recipeResult';

let folder: string;
let database: Database;
let source: string;
beforeAll(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-export-')));
  database = await openDatabase();
  source = path.join(folder, 'source.csv');
  fs.writeFileSync(source, 'a\n1\n');
});
afterAll(() => {
  database.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
});

const workbench = (): ReturnType<typeof createWorkbench> => createWorkbench(database);

async function relationOf(columns: readonly NewValues[], parts?: readonly number[]): Promise<Relation> {
  const bench = workbench();
  const rows = columns[0]?.values.length ?? 0;
  const table = bench.tableName();
  await database.createTable(table, [
    { id: 'rid', type: 'BIGINT', values: Array.from({ length: rows }, (_, i) => i) },
    { id: 'ord', type: 'BIGINT', values: Array.from({ length: rows }, (_, i) => i) },
  ]);
  const made = await bench.withValues({ from: table, columns: [], isSplit: false, nextId: 0 }, columns);
  return parts === undefined ? made : bench.withParts(made, Uint8Array.from(parts));
}

let count = 0;
async function exported(
  relation: Relation,
  options: Partial<ExportOptions> & Pick<ExportOptions, 'format'>,
  output = path.join(folder, `out${count++}`),
): Promise<Exported & { bytes: Buffer; output: string }> {
  const result = await exportTable({
    relation,
    database,
    output,
    source,
    options: exportOptionsSchema.parse(options),
  });
  const bytes = fs.readFileSync(output);
  expect(result.sizeBytes).toBe(bytes.length);
  return { ...result, bytes, output };
}

const text = (name: string, ...values: (string | null)[]): NewValues => ({ name, kind: 'text', values });
const numbers = (name: string, ...values: number[]): NewValues => ({
  name,
  kind: 'number',
  values: Float64Array.from(values),
});

describe('CSV', () => {
  it('is a header and the cells as they are shown, missing ones empty', async () => {
    const relation = await relationOf([
      text('a,"b"', 'x', null, ' spaced ', 'two\nlines'),
      numbers('n', 1, 0.1, NaN, -1e300),
      { name: 'when', kind: 'datetime', values: Float64Array.of(0, 1.5e12, NaN, 86_400_000.5) },
    ]);
    const { bytes, rows, columns } = await exported(relation, { format: 'csv' });
    expect(bytes.toString()).toBe(
      [
        '"a,""b""",n,when',
        'x,1,1970-01-01T00:00:00',
        ',0.1,2017-07-14T02:40:00',
        ' spaced ,,',
        '"two\nlines",-1e+300,1970-01-02T00:00:00.000500',
        '',
      ].join('\n'),
    );
    expect([rows, columns]).toEqual([4, 3]);
  });

  it('puts an apostrophe before what a spreadsheet would take for a formula, and leaves numbers', async () => {
    const cells = ['=cmd|x', '+1 day', '-5', '+.5e3', '@user', '\tx', '\rx', 'a=b', '-', '-1,5'];
    const relation = await relationOf([text('=head', ...cells), numbers('n', ...cells.map((_, i) => -i))]);
    const safe = await exported(relation, { format: 'csv' });
    const syntax = { delimiter: ',', quote: '"', escape: '"' };
    const read = parseRecords(safe.bytes.toString(), syntax, Infinity).records;
    expect(read.map(([cell]) => cell)).toEqual([
      "'=head",
      "'=cmd|x",
      "'+1 day",
      '-5',
      '+.5e3',
      "'@user",
      "'\tx",
      "'\rx",
      'a=b',
      "'-",
      "'-1,5",
    ]);
    expect(read.slice(1).map((row) => row[1])).toEqual(cells.map((_, i) => String(-i)));
    const plain = await exported(relation, { format: 'csv', quoteFormulas: false });
    expect(parseRecords(plain.bytes.toString(), syntax, Infinity).records.map(([cell]) => cell)).toEqual([
      '=head',
      ...cells,
    ]);
  });

  it('knows a negative number that is written with a comma', async () => {
    const { columns, ...rest } = await relationOf([text('a', '-1,5', '-x')]);
    const relation = {
      ...rest,
      columns: columns.map((column) => ({ ...column, numbers: { decimal: ',', thousands: '.' } as const })),
    };
    const { bytes } = await exported(relation, { format: 'csv', delimiter: ';' });
    expect(bytes.toString()).toBe("a\n-1,5\n'-x\n");
  });

  it.each([
    ['utf-8', (bytes: Buffer) => bytes.toString('utf8')],
    ['utf-8-bom', (bytes: Buffer) => bytes.toString('utf8').replace(/^\uFEFF/, () => '')],
    ['utf-16le', (bytes: Buffer) => bytes.toString('utf16le').replace(/^\uFEFF/, () => '')],
    ['gb18030', (bytes: Buffer) => iconv.decode(bytes, 'gb18030')],
  ] as const)('in %s holds every character', async (encoding, decode) => {
    const value = 'é 数据 😀 𠮷';
    const { bytes } = await exported(await relationOf([text('名', value)]), { format: 'csv', encoding });
    expect(decode(bytes)).toBe(`名\n${value}\n`);
    if (encoding === 'utf-8-bom') expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    if (encoding === 'utf-16le') expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  });

  it('of more than one buffer is coded without a seam', async () => {
    // Two bytes, three and four in UTF-8, so that every buffer ends within a character.
    const cells = Array.from({ length: 60_000 }, (_, i) => `${'x'.repeat(i % 5)}é数😀${i}`);
    const relation = await relationOf([text('t', ...cells)]);
    for (const encoding of ['utf-16le', 'gb18030'] as const) {
      const { bytes } = await exported(relation, { format: 'csv', encoding });
      expect(iconv.decode(bytes, encoding)).toBe(`t\n${cells.join('\n')}\n`);
    }
  });

  it('of no rows is its header alone', async () => {
    for (const encoding of ['utf-8', 'utf-8-bom', 'utf-16le'] as const) {
      const { bytes, rows } = await exported(await relationOf([text('a'), text('b')]), {
        format: 'csv',
        encoding,
      });
      expect(iconv.decode(bytes, encoding.replace('-bom', ''))).toBe('a,b\n');
      expect(rows).toBe(0);
    }
  });

  it('of one column has no blank line, which readers would skip', async () => {
    const { bytes } = await exported(await relationOf([text('a', 'x', null, 'y')]), { format: 'csv' });
    expect(bytes.toString()).toBe('a\nx\n""\ny\n');
  });

  it('adds the part of each row when asked, under a free name', async () => {
    const relation = await relationOf([text('split', 'p', 'q', 'r')], [0, 1, 2]);
    const { bytes, columns } = await exported(relation, { format: 'csv', splitColumn: true });
    expect(bytes.toString()).toBe('split,split_2\np,train\nq,validation\nr,test\n');
    expect(columns).toBe(2);
  });

  it('reads back as it was written, for any cells and delimiter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })), {
            minLength: 2,
            maxLength: 2,
          }),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        fc.constantFrom(',' as const, ';' as const, '\t' as const, '|' as const),
        async (rows, delimiter) => {
          const cells = rows.map((row) => row.map((cell) => cell?.replaceAll('\0', '0') ?? null));
          const relation = await relationOf([
            text('a', ...cells.map((row) => row[0] ?? null)),
            text('b', ...cells.map((row) => row[1] ?? null)),
          ]);
          const { bytes } = await exported(
            relation,
            { format: 'csv', delimiter, quoteFormulas: false },
            path.join(folder, 'property.csv'),
          );
          const { records } = parseRecords(
            bytes.toString(),
            { delimiter, quote: '"', escape: '"' },
            Infinity,
          );
          expect(records).toEqual([['a', 'b'], ...cells.map((row) => row.map((cell) => cell ?? ''))]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

/** Two rows and a missing one of every kind. */
const TYPED = (): Promise<Relation> =>
  relationOf([
    text('whole', '1', ' -20 ', null),
    text('real', '1.5', '2e3', 'nan'),
    text('zip', '01234', '99999', null),
    text('long', '12345678901234567', '1', null),
    text('mixed', '1', 'x', null),
    text('none', null, null, null),
    text('words', 'a', '数', null),
    numbers('n', 0.5, 2, NaN),
    { name: 'when', kind: 'datetime', values: Float64Array.of(0, 1.5e12, NaN) },
  ]);

describe('Parquet', () => {
  it('is typed: numbers where no digit is lost, times as timestamps', async () => {
    const { output, rows, issues } = await exported(await TYPED(), { format: 'parquet' });
    expect([rows, issues]).toEqual([3, []]);
    const types = await database.rows(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(output)}))`,
    );
    expect(Object.fromEntries(types)).toEqual({
      whole: 'BIGINT',
      real: 'DOUBLE',
      zip: 'VARCHAR',
      long: 'VARCHAR',
      mixed: 'VARCHAR',
      none: 'VARCHAR',
      words: 'VARCHAR',
      n: 'DOUBLE',
      when: 'TIMESTAMP',
    });
    const read = await database.rows(
      `SELECT whole::VARCHAR, real, zip, words, n, epoch_ms("when")::DOUBLE FROM read_parquet(${sqlText(output)})`,
    );
    expect(read).toEqual([
      ['1', 1.5, '01234', 'a', 0.5, 0],
      ['-20', 2000, '99999', '数', 2, 1.5e12],
      [null, null, null, null, null, null],
    ]);
  });

  it('looks at all rows before it calls a text a number', async () => {
    const rows = Array.from({ length: 10_100 }, (_, i) => i);
    const relation = await relationOf([
      text('late', ...rows.map((i) => (i === 10_050 ? 'x' : String(i)))),
      text('begins', ...rows.map((i) => (i < 10_050 ? null : String(i)))),
    ]);
    const { output } = await exported(relation, { format: 'parquet' });
    const types = await database.rows(
      `SELECT column_type FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(output)}))`,
    );
    expect(types.flat()).toEqual(['VARCHAR', 'BIGINT']);
  });

  it('keeps names apart that differ in case alone, and says so', async () => {
    const relation = await relationOf([text('a', 'x'), text('A', 'y'), text('A_2', 'z'), text('q"q', 'w')]);
    const { output, issues } = await exported(relation, { format: 'parquet' });
    const names = await database.rows(
      `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(output)}))`,
    );
    expect(names.flat()).toEqual(['a', 'A_3', 'A_2', 'q"q']);
    expect(issues.map(({ code, column }) => [code, column])).toEqual([['recipe.parquetName', 'A']]);
  });
});

describe('Arrow', () => {
  it('has the same types and values', async () => {
    const { bytes, rows } = await exported(await TYPED(), { format: 'arrow' });
    const table = tableFromIPC(bytes);
    expect(rows).toBe(3);
    expect(Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]))).toEqual({
      whole: 'Int64',
      real: 'Float64',
      zip: 'Utf8',
      long: 'Utf8',
      mixed: 'Utf8',
      none: 'Utf8',
      words: 'Utf8',
      n: 'Float64',
      when: 'Timestamp<MICROSECOND>',
    });
    const values = (name: string): unknown[] => [...(table.getChild(name) ?? [])];
    expect(values('whole')).toEqual([1n, -20n, null]);
    expect(values('real')).toEqual([1.5, 2000, null]);
    expect(values('words')).toEqual(['a', '数', null]);
    expect(values('none')).toEqual([null, null, null]);
    expect(values('when')).toEqual([0, 1.5e12, null]);
  });

  it('of many rows comes in batches, every row in its place', async () => {
    const rows = 200_000;
    const from = `(SELECT range AS rid, range AS ord, 'r' || range AS c0, CASE WHEN range % 7 > 0 THEN range::DOUBLE / 2 END AS c1 FROM range(${rows}))`;
    const relation: Relation = {
      from,
      columns: [
        { name: 't', id: 'c0', kind: 'text' },
        { name: 'n', id: 'c1', kind: 'number' },
      ],
      isSplit: false,
      nextId: 2,
    };
    const table = tableFromIPC((await exported(relation, { format: 'arrow' })).bytes);
    expect(table.numRows).toBe(rows);
    expect(table.batches.length).toBeGreaterThan(2);
    for (const row of [0, 1, 65_535, 65_536, 70_000, 131_072, rows - 1]) {
      expect(table.getChild('t')?.get(row)).toBe(`r${row}`);
      expect(table.getChild('n')?.get(row)).toBe(row % 7 > 0 ? row / 2 : null);
    }
  });

  it('of no rows says its columns', async () => {
    const { bytes } = await exported(await relationOf([text('a'), numbers('n')]), { format: 'arrow' });
    const table = tableFromIPC(bytes);
    expect([table.numRows, table.schema.names]).toEqual([0, ['a', 'n']]);
  });
});

describe('the place', () => {
  const refused = async (output: string): Promise<unknown> =>
    exported(await relationOf([text('a', 'x')]), { format: 'csv' }, output).catch((error: unknown) => error);

  it('is never the source, by whichever name', async () => {
    const before = fs.readFileSync(source);
    const link = path.join(folder, 'link.csv');
    const hard = path.join(folder, 'hard.csv');
    const linked = path.join(folder, 'linked');
    fs.symlinkSync(source, link);
    fs.linkSync(source, hard);
    fs.symlinkSync(folder, linked);
    for (const output of [
      source,
      link,
      hard,
      path.join(linked, 'source.csv'),
      path.join(folder, '.', 'source.csv'),
    ]) {
      expect(await refused(output)).toMatchObject({ code: 'recipe.outputIsSource' });
    }
    expect(fs.readFileSync(source)).toEqual(before);
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('is a file in a folder that is there', async () => {
    expect(await refused(path.join(folder, 'no', 'out.csv'))).toMatchObject({ code: 'recipe.output' });
    expect(await refused(folder)).toMatchObject({ code: 'recipe.output' });
    expect(fs.existsSync(path.join(folder, 'no'))).toBe(false);
  });

  it('may have a name with quotes, brackets and stars', async () => {
    const name = process.platform === 'win32' ? "it's [1].csv" : 'it\'s "[1]"*?.csv';
    const { bytes } = await exported(
      await relationOf([text('a', 'x')]),
      { format: 'csv' },
      path.join(folder, name),
    );
    expect(bytes.toString()).toBe('a\nx\n');
  });

  it('keeps the old file when the new one cannot be made, and no part of the new one', async () => {
    const place = fs.mkdtempSync(path.join(folder, 'kept-'));
    const output = path.join(place, 'out');
    fs.writeFileSync(output, 'old');
    const from = `(SELECT range AS rid, range AS ord, CASE WHEN range < 90000 THEN 'x' ELSE error('no') END AS c0 FROM range(100000))`;
    const broken: Relation = {
      from,
      columns: [{ name: 'a', id: 'c0', kind: 'text' }],
      isSplit: false,
      nextId: 1,
    };
    for (const format of ['csv', 'parquet', 'arrow'] as const) {
      await expect(exported(broken, { format }, output)).rejects.toThrow();
    }
    await expect(exported(broken, { format: 'csv', encoding: 'gb18030' }, output)).rejects.toThrow();
    expect(fs.readdirSync(place)).toEqual(['out']);
    expect(fs.readFileSync(output, 'utf8')).toBe('old');
  });

  it('is left as it was when the export is cancelled', async () => {
    const place = fs.mkdtempSync(path.join(folder, 'cancelled-'));
    const from = `(SELECT range AS rid, range AS ord, md5(range::VARCHAR) AS c0 FROM range(20000000))`;
    const large: Relation = {
      from,
      columns: [{ name: 'a', id: 'c0', kind: 'text' }],
      isSplit: false,
      nextId: 1,
    };
    for (const format of ['csv', 'parquet', 'arrow'] as const) {
      const abort = new AbortController();
      const options = exportOptionsSchema.parse({ format });
      const job = { relation: large, database, output: path.join(place, 'out'), source, options };
      setTimeout(() => abort.abort(), 50);
      await expect(exportTable(job, { signal: abort.signal })).rejects.toMatchObject({
        code: 'internal.cancelled',
      });
    }
    expect(fs.readdirSync(place)).toEqual([]);
  });
});
