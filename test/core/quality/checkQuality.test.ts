// All checks on tables that are hard to take, and how they are run: skipped, cancelled, with progress, with lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/core/data/csvSource';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { qualityReportSchema, QUALITY_CHECKS, type QualityReport } from '../../../src/shared/schema/quality';
import { csvFolder } from '../data/tempCsv';
import { CLEAN } from './cases';
import { check, type CheckedTable } from './support';

const folder = csvFolder();

async function report(csv: string, table: CheckedTable = {}): Promise<QualityReport> {
  const source = await openCsv(await folder.write(csv));
  try {
    return qualityReportSchema.parse(await check(source, table));
  } finally {
    source.close();
  }
}

const statusOf = ({ checks }: QualityReport, id: string): string | undefined =>
  checks.find(({ check: name }) => name === id)?.status;

describe('all checks', () => {
  it('skip what needs a target, and say so', async () => {
    const { checks } = await report(CLEAN.csv);
    const skipped = checks.filter(({ status }) => status === 'skipped');
    expect(skipped.map(({ check: id }) => id)).toEqual(['classImbalance', 'targetMissing', 'targetProxy']);
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(
      new Set(['It needs to know what is predicted. Choose a target.']),
    );
  });

  it('skip what needs a split where the rows are too few for one, and make the others', async () => {
    const found = await report('a,b\n1,x\n2,y\n');
    expect(statusOf(found, 'nearDuplicatesAcrossSplits')).toBe('skipped');
    expect(statusOf(found, 'outliers')).toBe('pass');
  });

  it('refuse a target that is not there', async () => {
    await expect(report('a,b\n1,2\n', { target: { column: 'c', task: 'binary' } })).rejects.toMatchObject({
      code: 'recipe.unknownColumn',
    });
  });

  it.each([
    ['one row', 'a,b\n1,x\n'],
    ['one column', 'a\n1\n2\n2\n'],
    ['nothing but missing cells', 'a,b\nNA,\n?,NULL\n,NA\n'],
    [
      'numbers at the ends of what there is',
      `a,b\n${[1e308, -1e308, 5e-324, 0, 1e300].map((n, i) => `${String(n)},${String(i)}`).join('\n')}\n`,
    ],
    [
      'odd names',
      `__proto__,"a ""quoted"" 'name'",constructor,字\n${Array.from({ length: 30 }, (_, i) => `${String(i % 3)},x${String(i % 2)},${String(i)},'${String(i % 5)}'`).join('\n')}\n`,
    ],
    [
      'quotes and line ends in cells',
      `a,b\n${Array.from({ length: 30 }, (_, i) => `"it's ""${String(i % 4)}""\n;--",${String(i % 2)}`).join('\n')}\n`,
    ],
  ])('take a table of %s', async (_, csv) => {
    const header = csv.slice(0, csv.indexOf('\n')).split(',')[0]!;
    for (const target of [
      undefined,
      { column: header, task: 'regression' },
      { column: header, task: 'multiclass' },
    ] as const) {
      const { checks } = await report(csv, target === undefined ? {} : { target });
      expect(checks.map(({ check: id }) => id)).toEqual(QUALITY_CHECKS);
    }
  });

  it('take any small table', async () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        'NA',
        '1',
        '2',
        '-0',
        '1e300',
        '1,234',
        '2020-01-31',
        '31/12/2020',
        'yes',
        'No',
        ' us',
        'US',
        "o'x",
        'a@b.org',
        '字',
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.string({ maxLength: 6 }).map((text) => text.replaceAll(/[\0\r\n]/g, ' ')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 30 }),
        fc.boolean(),
        async (rows, isNumber) => {
          const target = { column: 'c', task: isNumber ? ('regression' as const) : ('multiclass' as const) };
          await report(writeCsv(['a', 'b', 'c'], rows), { target });
        },
      ),
      { numRuns: 6 },
    );
  });

  it('end when they are cancelled, and leave no table behind', async () => {
    const source = await folder.open(CLEAN.csv);
    const profile = await source.profile();
    const abort = new AbortController();
    const tables = async (): Promise<unknown> => (await source.relation()).database.rows('SHOW TABLES');
    const before = await tables();
    const seen: number[] = [];
    const onProgress = (fraction: number): void => {
      seen.push(fraction);
      if (seen.length === 7) abort.abort();
    };
    await expect(check(source, CLEAN, { profile, signal: abort.signal, onProgress })).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
    expect(seen).toHaveLength(7);
    expect(await tables()).toEqual(before);
    expect((await check(source, CLEAN, { profile })).checks).toHaveLength(QUALITY_CHECKS.length);
  });

  it('say the same of the same file', async () => {
    const [first, second] = await Promise.all([report(CLEAN.csv, CLEAN), report(CLEAN.csv, CLEAN)]);
    expect(second.checks).toEqual(first.checks);
  });
});
