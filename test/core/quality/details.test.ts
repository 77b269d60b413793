// Where the checks draw their lines: what is far out and what a tail, a copy and a coincidence, a leak and a good feature.
import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { randomStream } from '../../../src/shared/random';
import type { QualityCheckId, QualityFinding } from '../../../src/shared/schema/quality';
import { csvFolder } from '../data/tempCsv';
import { applySteps, findingsOf, NOW_MS, type CheckedTable } from './support';

const folder = csvFolder();
const stream = randomStream(11, 'quality details');
const DAY_MS = 86_400_000;

function column(rows: number, of: (row: number) => string | number): string[] {
  return Array.from({ length: rows }, (_, row) => String(of(row)));
}

async function find(
  id: QualityCheckId,
  columns: Readonly<Record<string, readonly string[]>>,
  table: CheckedTable = {},
): Promise<QualityFinding[]> {
  const names = Object.keys(columns);
  const rows = Object.values(columns)[0]?.length ?? 0;
  const cells = Array.from({ length: rows }, (_, row) => names.map((name) => columns[name]![row]!));
  return findingsOf(folder, writeCsv(names, cells), id, table);
}

const about = (findings: readonly QualityFinding[]): string[] =>
  findings.map(({ columns }) => columns.join());
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

describe('outliers', () => {
  it('are cells far from all others, not the tail of a column that leans, nor levels of a scale', async () => {
    const n = 400;
    const findings = await find('outliers', {
      age: column(n, (row) => (row === 17 ? 999 : 20 + stream.nextInt(50))),
      income: column(n, () => Math.exp(1.2 * stream.nextNormal() + 8).toFixed(2)),
      wait: column(n, () => (-Math.log(1 - stream.next()) * 30).toFixed(3)),
      left: column(n, () => (-Math.exp(stream.nextNormal())).toFixed(4)),
      siblings: column(n, (row) =>
        row % 40 === 0 ? 2 + ((row / 40) % 4) : row % 97 === 0 ? 8 : stream.nextInt(2),
      ),
      rating: column(n, (row) => (row === 30 ? 99 : 1 + stream.nextInt(5))),
      mostlyZero: column(n, (row) => (row % 10 === 0 ? stream.nextInt(5000) : 0)),
      narrow: column(n, (row) => (row % 8 === 0 ? 100 * stream.next() : 50 + stream.next())),
    });
    expect(about(findings)).toEqual(['age', 'rating']);
    expect(findings.map(({ count, rows }) => [count, rows[0]?.text])).toEqual([
      [1, '999'],
      [1, '99'],
    ]);
  });

  it('of a target are left out of training, never clipped', async () => {
    const price = column(100, (row) => (row === 3 ? 1e7 : 100 + stream.nextInt(90)));
    const [finding] = await find(
      'outliers',
      { price, size: column(100, (row) => row % 13) },
      { target: { column: 'price', task: 'regression' } },
    );
    expect(
      finding?.remedies.map((remedy) => (remedy.kind === 'steps' ? remedy.steps[0]?.step : remedy.kind)),
    ).toEqual(['removeOutliers']);
  });

  it('that all are -999, or nines, or below what can be, stand for no value, however many they are', async () => {
    const own = randomStream(5, 'quality details');
    const n = 400;
    const columns = {
      depth: column(n, (row) => (row % 9 === 4 ? '-999' : (9 * own.next()).toFixed(2))),
      wage: column(n, (row) => (row % 60 === 5 ? '9999.0' : (100 + 9 * own.next()).toFixed(1))),
      age: column(n, (row) => (row % 50 === 7 ? -1 : 20 + own.next() / 2)),
      bonus: column(n, (row) => (row % 50 === 7 ? 5000 : 20 + own.next() / 2)),
      change: column(n, (row) => (row % 50 === 7 ? -100 : own.nextNormal().toFixed(3))),
    };
    const findings = await find('outliers', columns);
    const standIns = findings.filter(({ status }) => status === 'warn');
    expect(about(standIns)).toEqual(['depth', 'wage', 'age']);
    expect(standIns.map(({ count }) => count)).toEqual([44, 7, 8]);
    const csv = writeCsv(
      Object.keys(columns),
      Array.from({ length: n }, (_, row) => Object.values(columns).map((texts) => texts[row]!)),
    );
    const steps = standIns.flatMap(({ remedies }) =>
      remedies.flatMap((remedy) => ('steps' in remedy ? remedy.steps : [])),
    );
    const after = await applySteps(await folder.write(csv), steps, {});
    expect(about(await findingsOf(folder, after, 'outliers'))).toEqual(['bonus', 'change']);
  });

  it('of 1e300 neither overflow nor hide the rest', async () => {
    const big = column(200, (row) =>
      row < 2 ? 1e300 * (row === 0 ? 1 : -1) : stream.nextNormal().toFixed(3),
    );
    const [finding] = await find('outliers', { big });
    expect(finding?.count).toBe(2);
    expect(await find('skew', { big })).toEqual([]);
  });
});

describe('missing numbers', () => {
  it('are filled and marked alike, words for them included', async () => {
    const dose = column(100, (row) => (row % 10 === 3 ? '' : row % 10 === 6 ? 'unknown' : row));
    const [finding] = await find('highMissing', { dose, row: column(100, (row) => row % 7) });
    const [remedy] = finding?.remedies ?? [];
    const steps = remedy !== undefined && 'steps' in remedy ? remedy.steps : [];
    const after = await applySteps(
      await folder.write(
        writeCsv(
          ['dose'],
          dose.map((text) => [text]),
        ),
      ),
      steps,
      {},
    );
    const marked = after.split(/\r?\n/).filter((line) => line.endsWith(',1'));
    expect(marked).toHaveLength(20);
  });
});

describe('repeated rows', () => {
  it('are no finding in a table of a few small numbers, where they are chance', async () => {
    const few = (): string[] => column(2000, () => stream.nextInt(4));
    const table = { a: few(), b: few(), c: few(), d: few(), e: few() };
    expect(await find('duplicateRows', table)).toEqual([]);
    expect(await find('nearDuplicatesAcrossSplits', table)).toEqual([]);
  });

  it('are copies where sentences or long fractions repeat, though all else is of a few values', async () => {
    const own = randomStream(6, 'quality details');
    const words = ['kind', 'slow', 'red', 'tall', 'warm', 'odd', 'dry', 'new'];
    const sentence = (): string => Array.from({ length: 9 }, () => words[own.nextInt(8)]!).join(' ');
    const twice = (texts: string[]): string[] => [...texts, ...texts.slice(0, 30)];
    const label = twice(column(300, () => own.nextInt(2)));
    const ofText = { text: twice(column(300, sentence)), label };
    const ofNumbers = { x: twice(column(300, () => own.next().toFixed(12))), label };
    for (const table of [ofText, ofNumbers]) {
      expect((await find('duplicateRows', table)).map(({ count }) => count)).toEqual([30]);
    }
    const target = { column: 'label', task: 'binary' } as const;
    expect(await find('nearDuplicatesAcrossSplits', ofText, { target })).toHaveLength(1);
    // 18 of 300 numbers below 2,500 are there already, by chance.
    const chance = {
      x: column(300, () => own.nextInt(2500)),
      label: column(300, () => own.nextInt(2)),
    };
    expect(await find('duplicateRows', chance)).toEqual([]);
  });

  it('are equal after the space around cells is gone, and however wide the table is', async () => {
    const wide = Object.fromEntries(
      Array.from({ length: 36 }, (_, i) => [
        `c${String(i)}`,
        column(40, (row) => (row === 39 ? `${String(i)} ` : row === 20 ? i : stream.next().toFixed(6))),
      ]),
    );
    const [finding] = await find('duplicateRows', wide);
    expect([finding?.count, finding?.rows.map(({ line }) => line)]).toEqual([1, [41]]);
  });

  it('are not made of columns that change places, or of missing cells', async () => {
    expect(
      await find('duplicateRows', {
        a: ['x1', 'x2', '', 'u', 'v', 'w'],
        b: ['x2', 'x1', 'u', '', 'w', 'v'],
        c: ['7', '7', '7', '7', '8', '9'],
      }),
    ).toEqual([]);
  });

  it('of neighbouring years are not near each other', async () => {
    const table = {
      year: column(300, (row) => 1900 + (row % 100)),
      town: column(300, (row) => `town ${String(Math.floor(row / 100))}`),
    };
    expect(await find('nearDuplicatesAcrossSplits', table)).toEqual([]);
  });
});

describe('a column that gives the target away', () => {
  const n = 400;
  const label = column(n, () => stream.nextInt(2));
  const target: CheckedTable = { target: { column: 'label', task: 'binary' } };

  it('does so on rows that it was not learnt from: by a value, by a threshold, by being there', async () => {
    const findings = await find(
      'targetProxy',
      {
        label,
        code: label.map((y) => (y === '1' ? 'A' : stream.nextInt(2) === 0 ? 'B' : 'C')),
        score: label.map((y) => (Number(y) * 5 + stream.next()).toFixed(3)),
        comment: label.map((y, row) => (y === '1' ? `about case ${String(row)} we said something` : '')),
        ticket: column(n, (row) => `T${String(row * 7)}`),
        good: label.map((y) => (Number(y) * 2 + stream.nextNormal()).toFixed(3)),
        noise: column(n, () => stream.next()),
      },
      target,
    );
    expect(about(findings)).toEqual(['code', 'score', 'comment']);
    expect(findings[0]?.message).toContain('in 100 % of 400 rows');
  });

  it('beats the guess of a rare class: 99 % right of 99 % is no feat', async () => {
    const rare = column(1000, (row) => (row % 100 === 0 ? 1 : 0));
    const findings = await find(
      'targetProxy',
      { label: rare, x: column(1000, () => stream.nextInt(5)) },
      target,
    );
    expect(findings).toEqual([]);
  });

  it('is worth a note when it is named like the target and tells half of it', async () => {
    const findings = await find(
      'targetProxy',
      {
        label,
        label_raw: label.map((y) => (stream.next() < 0.85 ? y : '0')),
        labelled: column(n, () => stream.nextInt(3)),
        other: label.map((y) => (stream.next() < 0.85 ? y : '0')),
      },
      target,
    );
    expect(findings.map(({ columns, status }) => [columns.join(), status])).toEqual([['label_raw', 'note']]);
  });

  it('explains a number: along a line, along a curve, or by a value', async () => {
    const x = column(n, () => (10 * stream.next()).toFixed(4));
    const price = x.map((text) => (Number(text) ** 2 + 3).toFixed(5));
    const findings = await find(
      'targetProxy',
      {
        price,
        cents: price.map((text) => (100 * Number(text)).toFixed(3)),
        root: x,
        band: price.map((text) => `band ${(Math.round(Number(text) / 8) * 8).toFixed(0)}`),
        rough: price.map((text) => (Number(text) + 15 * stream.nextNormal()).toFixed(3)),
      },
      { target: { column: 'price', task: 'regression' } },
    );
    expect(about(findings)).toEqual(['cents', 'root', 'band']);
    expect(findings[0]).toMatchObject({ status: 'fail' });
  });
});

describe('a curve with a long tail', () => {
  it('gives the target away in a short table too, but not along the rows of a course of time', async () => {
    const own = randomStream(7, 'quality details');
    const n = 800;
    const mass = column(n, () => (30 + 8 * own.nextNormal()).toFixed(3));
    const table = {
      mass,
      cube: mass.map((text) => (Number(text) ** 3).toFixed(2)),
      root: mass.map((text) => Math.log(Math.abs(Number(text))).toFixed(6)),
    };
    const target = { column: 'mass', task: 'regression' } as const;
    expect(about(await find('targetProxy', table, { target }))).toEqual(['cube', 'root']);
    const course = {
      hour: column(n, (row) => row),
      mass: column(n, (row) => (30 + 8 * Math.sin(row / 9)).toFixed(3)),
    };
    expect(await find('targetProxy', course, { target })).toEqual([]);
    // In a table that is sorted by the target, rows with the same number are near each other.
    const sorted = {
      mass: [...mass].sort((a, b) => Number(a) - Number(b)),
      rooms: column(n, (row) => row % 3),
    };
    expect(await find('targetProxy', sorted, { target })).toEqual([]);
  });
});

describe('what is only known later', () => {
  const n = 200;
  const start = column(n, () => iso(Date.UTC(2021, 0, 1) + stream.nextInt(600) * DAY_MS));

  it('is a date that always comes after another one, as a note', async () => {
    const [finding, ...others] = await find('futureInformation', {
      shipped: start.map((text) => iso(Date.parse(text) + (1 + stream.nextInt(9)) * DAY_MS)),
      ordered: start,
      any: column(n, () => iso(Date.UTC(2021, 0, 1) + stream.nextInt(600) * DAY_MS)),
    });
    expect(others).toEqual([]);
    expect([finding?.status, finding?.columns]).toEqual(['note', ['shipped', 'ordered']]);
    expect(finding?.message).toContain('in 200 of 200 rows, and 5 days after it');
  });

  it('is a date that has not come yet, with its lines; days come first where one can only be read so', async () => {
    const [finding] = await find('futureInformation', {
      due: column(60, (row) => (row === 8 ? '25/12/2031' : row === 9 ? '03/04/2030' : '01/02/2020')),
    });
    expect(finding?.rows.map(({ line, text }) => [line, text])).toEqual([
      [10, '2031-12-25'],
      [11, '2030-04-03'],
    ]);
    expect(finding?.message).toContain(iso(NOW_MS));
  });

  it('is the row before, where rows are in the order of time and a split at random mixes them', async () => {
    let level = 0;
    const table = {
      day: column(n, (row) => iso(Date.UTC(2021, 0, 1) + row * DAY_MS)),
      sales: column(n, () => (level += stream.nextNormal()).toFixed(3)),
    };
    const target: CheckedTable = { target: { column: 'sales', task: 'regression' } };
    const [finding] = await find('futureInformation', table, target);
    expect(finding?.columns).toEqual(['day']);
    expect(finding?.remedies).toMatchObject([{ kind: 'split', split: { method: 'time', column: 'day' } }]);
    expect(
      await find('futureInformation', table, { ...target, split: { method: 'time', column: 'day' } }),
    ).toEqual([]);
    const shuffled = { ...table, sales: column(n, () => stream.nextNormal().toFixed(3)) };
    expect(await find('futureInformation', shuffled, target)).toEqual([]);
  });
});

describe('numbers in another spelling', () => {
  it.each([
    ['1.1xx,5', ',', '.', false],
    ['$1,1xx.25', '.', ',', true],
    ['xx %', '.', ',', true],
    ['xx,25', ',', '.', false],
    ["1'1xx.5", '.', "'", false],
    ['1 1xx.5', '.', ' ', false],
    ['€ 1 1xx,5', ',', ' ', true],
  ])('such as %s are read in the way that reads most of them', async (form, decimal, thousands, symbols) => {
    const findings = await find(
      'mixedTypes',
      {
        amount: column(40, (row) => form.replace('xx', String(10 + row))),
        plain: column(40, (row) => row * 1.5),
        code: column(40, (row) => `A-${String(row % 7)}`),
      },
      // Else the file's own way of writing numbers is found.
      { reading: { decimal: '.', thousands: '' } },
    );
    expect(about(findings)).toEqual(['amount']);
    expect(findings[0]?.remedies[0]).toMatchObject({
      steps: [{ step: 'cast', to: 'number', decimal, thousands, symbols }],
    });
  });

  it('and cells that are no date among dates are of another kind, and are told with their lines', async () => {
    const when = column(60, (row) =>
      row === 2 ? 'soon' : row === 3 ? '2020-02-30' : iso(Date.UTC(2020, 0, 1) + row * DAY_MS),
    );
    const [finding] = await find('mixedTypes', { when, x: column(60, (row) => row % 7) });
    expect(finding?.count).toBe(2);
    expect(finding?.rows.map(({ line, text }) => [line, text])).toEqual([
      [4, 'soon'],
      [5, '2020-02-30'],
    ]);
    const [remedy] = finding?.remedies ?? [];
    const file = await folder.write(
      writeCsv(
        ['when', 'x'],
        when.map((text, row) => [text, String(row % 7)]),
      ),
    );
    const after = await applySteps(file, remedy?.kind === 'steps' ? remedy.steps : [], {});
    expect(await findingsOf(folder, after, 'mixedTypes')).toEqual([]);
  });

  it('and words are told apart from codes and from categories', async () => {
    const findings = await find('textInNumbers', {
      spoilt: column(100, (row) => (row % 5 === 0 ? 'not measured' : row * 1.5)),
      ticket: column(100, (row) => (row % 4 === 0 ? `PC ${String(row)}` : 1000 + row)),
      children: column(100, (row) => (row % 4 === 3 ? '3+' : row % 4)),
      missing: column(100, (row) => (row % 5 === 0 ? 'n.a.' : row * 2.5)),
    });
    expect(about(findings)).toEqual(['spoilt']);
    expect(findings[0]).toMatchObject({ count: 20 });
  });
});

describe('groups', () => {
  it('are no finding when the split keeps them together, when they are few, or when each row is its own', async () => {
    const table = {
      user_id: column(300, (row) => `u${String(Math.floor(row / 6))}`),
      store_id: column(300, (row) => `s${String(row % 4)}`),
      order_id: column(300, (row) => `o${String(row)}`),
      x: column(300, () => stream.next()),
    };
    expect(about(await find('groupOverlap', table))).toEqual(['user_id']);
    expect(await find('groupOverlap', table, { split: { method: 'group', column: 'user_id' } })).toEqual([]);
  });

  it('that say nothing of the target are a note, others a warning', async () => {
    const patient = column(400, (row) => `p${String(Math.floor(row / 8))}`);
    const effects = column(50, () => 3 * stream.nextNormal());
    const y = patient.map((_, row) =>
      (Number(effects[Math.floor(row / 8)]) + stream.nextNormal()).toFixed(3),
    );
    const target: CheckedTable = { target: { column: 'y', task: 'regression' } };
    const [told] = await find('groupOverlap', { patient, y }, target);
    // Variance between 9, within 1.
    expect([told?.status, told?.message]).toEqual([
      'warn',
      expect.stringMatching(/(8|9)\d(\.\d)? % of the variance/),
    ]);
    const [untold] = await find(
      'groupOverlap',
      { patient, y: column(400, () => stream.nextNormal().toFixed(3)) },
      target,
    );
    expect(untold?.status).toBe('note');
  });
});
