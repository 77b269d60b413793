// A large file is kept on disk and its numbers are parsed as it is read: nothing of its rows may differ for that.
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CsvSource } from '../../../src/core/data/csvSource';
import type { Database } from '../../../src/core/data/database';
import { numberOf, type Relation } from '../../../src/core/data/relation';
import { readingSchema } from '../../../src/shared/schema/reading';
import '../../support/properties';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const reading = (missing: string[]) => readingSchema.parse({ missing });

async function numbersOf(database: Database, { from, columns }: Relation): Promise<unknown[][]> {
  const rows = await database.rows(
    `SELECT ${['rid', 'ord', ...columns.map(numberOf)].join(', ')} FROM ${from} ORDER BY ord`,
  );
  // -0 is a bit of its own.
  return rows.map((row) =>
    row.map((cell) => (Object.is(cell, -0) ? '-0' : typeof cell === 'bigint' ? Number(cell) : cell)),
  );
}

async function textsOf(database: Database, { from, columns }: Relation): Promise<unknown[][]> {
  const rows = await database.rows(
    `SELECT ${['rid', ...columns.map(({ id }) => id)].join(', ')} FROM ${from} ORDER BY ord`,
  );
  return rows.map(([rid, ...cells]) => [Number(rid), ...cells]);
}

/** The same text as a small file and as a large one. */
async function both(
  text: string,
  missing: string[] = [],
): Promise<{ readonly small: CsvSource; readonly large: CsvSource }> {
  const small = await csv.open(text, undefined, { reading: reading(missing), largeBytes: Infinity });
  const large = await csv.open(text, undefined, { reading: reading(missing), largeBytes: 0 });
  return { small, large };
}

async function expectSame(text: string, missing: string[] = []): Promise<Relation> {
  const { small, large } = await both(text, missing);
  try {
    const names = small.columns();
    const asTexts = await small.relation();
    const stored = await large.relation();
    expect(await textsOf(stored.database, stored.relation)).toEqual(
      await textsOf(asTexts.database, asTexts.relation),
    );
    const values = await large.relation({ numbers: [] });
    expect(await textsOf(values.database, values.relation)).toEqual(
      await textsOf(asTexts.database, asTexts.relation),
    );
    const typed = await large.relation({ numbers: names });
    expect(await numbersOf(typed.database, typed.relation)).toEqual(
      await numbersOf(asTexts.database, asTexts.relation),
    );
    expect(typed.issues).toEqual(asTexts.issues);
    expect(stored.issues).toEqual(asTexts.issues);
    return typed.relation;
  } finally {
    small.close();
    large.close();
  }
}

const CELLS = [
  ...[
    '1',
    '-2.5',
    '1e3',
    '+5',
    '.5',
    '5.',
    '007',
    '-0',
    '0',
    '12345678901234567890',
    '1e-320',
    '0.1',
    '4.35',
  ],
  ...['', 'NA', 'nan', 'NaN', '?', '.', 'NULL'],
];
const ODD_CELLS = [
  ...[
    ' 7',
    '8 ',
    '\t9',
    ' NA',
    '1_000',
    '_1',
    '1_',
    'inf',
    '-Infinity',
    'Nan',
    '1e400',
    '-',
    'unknown',
    '0x10',
  ],
  ...['1 2', '1d5', '1,5', '$3', '５', 'true', '--1', '1e', 'e5', '- 1'],
];

function record(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (/[",\n]/.test(cell) || i % 2 === 1 ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}

describe('a large file', () => {
  it('has the same values, whichever cells are in it', async () => {
    const cell = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...CELLS) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_CELLS) },
      { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
        async (rows) => {
          await expectSame(`a,b,c\n${rows.map((row) => `${record(row)}\n`).join('')}`);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reads odd cells among numbers as the small one does', async () => {
    // A column of numbers for each odd cell.
    const table = (odd: readonly string[]): string =>
      [odd.map((_, i) => `c${i}`), odd.map(() => '1'), odd, odd.map(() => 'NA')].map(record).join('\n');
    const grouped = ODD_CELLS.filter((cell) => cell.includes('_'));
    await expectSame(table(ODD_CELLS.filter((cell) => !cell.includes('_'))));
    for (const cell of grouped) await expectSame(table([cell, '2.5']));
  });

  it('reads a column of numbers as numbers, with and without words of the reader for no value', async () => {
    const text = 'a,b,c\n1,x,1.5\nNA,y,?\n3,z,-\n';
    expect((await expectSame(text)).columns.map(({ kind }) => kind)).toEqual(['number', 'text', 'text']);
    expect((await expectSame(text, ['-'])).columns.map(({ kind }) => kind)).toEqual([
      'number',
      'text',
      'number',
    ]);
    // 1.0 would be another cell than 1, and is the same number.
    await expectSame('a,b\n1,2\n1.0,3\n 1,4\n', ['1', 'a,b', '"']);
  });

  it('keeps the same rows apart, and says the same lines', async () => {
    const text = 'a,b\n1,x\n2\n3,"y\nz"\nq,w\n4,5,6\n7,v\n';
    await expectSame(text);
    const { small, large } = await both(text);
    await small.relation();
    await large.relation({ numbers: ['a'] });
    expect(await large.linesOf([0, 1, 2, 3])).toEqual(await small.linesOf([0, 1, 2, 3]));
    expect(await large.preview(10)).toEqual(await small.preview(10));
  });

  it('leaves no file behind, and what it has of others only its owner may read', async () => {
    const copies = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`model-bench-copy-${process.pid}-`));
    const before = await copies();
    const { small, large } = await both('a,b\n1,2\n3,4\n');
    await large.relation();
    await large.relation({ numbers: ['a'] });
    await large.relation({ numbers: ['b'] });
    const during = (await copies()).filter((name) => !before.includes(name));
    expect(during.length).toBeGreaterThan(0);
    const modes = await Promise.all(
      during.map((name) =>
        stat(join(tmpdir(), name)).then(
          ({ mode }) => mode & 0o777,
          () => undefined,
        ),
      ),
    );
    const known = modes.filter((mode) => mode !== undefined);
    expect(known.length).toBeGreaterThan(1);
    if (process.platform !== 'win32') expect(new Set(known)).toEqual(new Set([0o600]));
    small.close();
    large.close();
    await expect.poll(async () => (await copies()).filter((name) => !before.includes(name))).toEqual([]);
  });
});
