// Owns one planted fault per quality check, in a table that has none otherwise. A check without a case does not compile.
import { randomStream } from '../../../src/shared/random';
import { writeCsv } from '../../../src/core/data/csvWriter';
import type { SplitInput, TargetInput } from './support';
import type { QualityCheckId, QualityStatus } from '../../../src/shared/schema/quality';

const ROWS = 240;
const stream = randomStream(7, 'quality cases');
const numbers = (count: number, of: () => number): number[] => Array.from({ length: count }, of);
const day = (offset: number): string =>
  new Date(Date.UTC(2020, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10);

/** Weakly tied to the label, so that no column gives it away. */
const label = numbers(ROWS, () => stream.nextInt(2));
const clean: Readonly<Record<string, readonly string[]>> = {
  height: label.map((y) => (170 + 8 * stream.nextNormal() + 4 * y).toFixed(2)),
  weight: label.map(() => (70 + 9 * stream.nextNormal()).toFixed(2)),
  colour: label.map(() => ['red', 'green', 'blue', 'grey'][stream.nextInt(4)]!),
  seen: label.map(() => day(stream.nextInt(700))),
  label: label.map((y) => (y === 1 ? 'yes' : 'no')),
};

export interface Plant {
  readonly csv: string;
  readonly target?: TargetInput;
  readonly split?: SplitInput;
  /** What the finding is about; none for the table. */
  readonly columns: readonly string[];
  readonly status: QualityStatus;
  readonly count?: number;
  /** 1-based line of the first row that is named. */
  readonly firstLine?: number;
}

const LABEL: TargetInput = { column: 'label', task: 'binary' };

function table(columns: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(columns);
  const rows = Object.values(columns)[0]!.length;
  return writeCsv(
    names,
    Array.from({ length: rows }, (_, row) => names.map((name) => columns[name]![row] ?? '')),
  );
}

/** The clean table with some columns changed or added. */
function plant(changed: Readonly<Record<string, readonly string[]>>): string {
  return table({ ...clean, ...changed });
}

function each(of: (row: number) => string): string[] {
  return Array.from({ length: ROWS }, (_, row) => of(row));
}

/** A column of the clean table with a few cells changed. */
function patched(name: string, cells: Readonly<Record<number, string>>): string[] {
  return clean[name]!.map((text, row) => cells[row] ?? text);
}

export const CLEAN: { readonly csv: string; readonly target: TargetInput } = {
  csv: table(clean),
  target: LABEL,
};

export const CASES: Readonly<Record<QualityCheckId, Plant>> = {
  constant: {
    csv: plant({ planet: each(() => 'Earth') }),
    columns: ['planet'],
    status: 'warn',
  },
  nearlyConstant: {
    csv: plant({ planet: each((row) => (row === 30 ? 'Mars' : 'Earth')) }),
    columns: ['planet'],
    status: 'note',
    count: 1,
    firstLine: 32,
  },
  allMissing: {
    csv: plant({ empty: each(() => 'NA') }),
    columns: ['empty'],
    status: 'warn',
    count: ROWS,
  },
  highMissing: {
    csv: plant({ weight: each((row) => (row % 2 === 0 ? '' : clean['weight']![row]!)) }),
    columns: ['weight'],
    status: 'warn',
    count: ROWS / 2,
    firstLine: 2,
  },
  idLike: {
    csv: plant({ ticket: each((row) => `T${(row * 7919) % 10_007}`) }),
    columns: ['ticket'],
    status: 'note',
  },
  duplicateRows: {
    csv: table(
      Object.fromEntries(
        Object.entries(clean).map(([name, texts]) => [name, [...texts, ...texts.slice(10, 15)]]),
      ),
    ),
    columns: [],
    status: 'warn',
    count: 5,
    firstLine: ROWS + 2,
  },
  nearDuplicatesAcrossSplits: {
    // Six rows again, in capitals and with another fourth digit, so that they are no duplicates.
    csv: table({
      ...Object.fromEntries(
        Object.entries(clean).map(([name, texts]) => [name, [...texts, ...texts.slice(10, 70)]]),
      ),
      height: [
        ...clean['height']!,
        ...clean['height']!.slice(10, 70).map((text) => `${text.slice(0, 5)}${9 - Number(text[5])}`),
      ],
      colour: [...clean['colour']!, ...clean['colour']!.slice(10, 70).map((text) => text.toUpperCase())],
    }),
    columns: [],
    status: 'warn',
  },
  mixedTypes: {
    csv: plant({
      income: each((row) => (row % 9 === 4 ? `1,${String(100 + row)}` : String(700 + ((row * 37) % 211)))),
    }),
    columns: ['income'],
    status: 'warn',
    count: Math.ceil(ROWS / 9),
    firstLine: 6,
  },
  outliers: {
    csv: plant({ height: patched('height', { 20: '1720', 50: '17.5' }) }),
    columns: ['height'],
    status: 'note',
    count: 2,
    firstLine: 22,
  },
  skew: {
    csv: plant({ price: each(() => (10 * Math.exp(1.1 * stream.nextNormal())).toFixed(3)) }),
    columns: ['price'],
    status: 'note',
  },
  rareCategories: {
    csv: plant({ colour: patched('colour', { 3: 'teal', 90: 'ochre', 91: 'ochre' }) }),
    columns: ['colour'],
    status: 'note',
    count: 3,
    firstLine: 5,
  },
  highCardinality: {
    csv: plant({ town: each((row) => `town ${String((row * 31) % 80)}`) }),
    columns: ['town'],
    status: 'warn',
  },
  classImbalance: {
    csv: plant({ label: each((row) => (row % 12 === 0 ? 'yes' : 'no')) }),
    columns: ['label'],
    status: 'note',
    count: ROWS / 12,
  },
  targetMissing: {
    csv: plant({ label: patched('label', { 7: '', 8: 'NA', 100: '?' }) }),
    columns: ['label'],
    status: 'note',
    count: 3,
    firstLine: 9,
  },
  targetProxy: {
    csv: plant({
      refund: label.map((y) => (y === 1 ? String(20 + stream.nextInt(50)) : String(stream.nextInt(10)))),
    }),
    columns: ['refund'],
    status: 'warn',
  },
  futureInformation: {
    csv: plant({
      left: clean['seen']!.map((text, row) =>
        label[row] === 1 && stream.nextInt(10) > 0
          ? new Date(Date.parse(text) + (3 + stream.nextInt(40)) * 86_400_000).toISOString().slice(0, 10)
          : '',
      ),
    }),
    columns: ['left', 'seen'],
    status: 'warn',
  },
  groupOverlap: {
    csv: plant({
      // Rows of one patient are alike: twelve each.
      patient_id: each((row) => `P${String(Math.floor(row / 12) + 100)}`),
      label: each((row) => (Math.floor(row / 12) % 2 === 0 ? 'yes' : 'no')),
    }),
    columns: ['patient_id'],
    status: 'warn',
  },
  textInNumbers: {
    csv: plant({ weight: patched('weight', { 12: 'heavy', 13: 'light', 44: 'heavy' }) }),
    columns: ['weight'],
    status: 'warn',
    count: 3,
    firstLine: 14,
  },
  inconsistentSpelling: {
    csv: plant({ colour: patched('colour', { 5: ' Red', 6: 'GREEN', 7: 'Ｂlue', 8: 'red ' }) }),
    columns: ['colour'],
    status: 'warn',
    count: 4,
    firstLine: 7,
  },
  personalData: {
    csv: plant({ contact: each((row) => `user${String(row)}@example.org`) }),
    columns: ['contact'],
    status: 'warn',
    count: ROWS,
    firstLine: 2,
  },
};

/** The same faults in another shape, where another remedy is offered. */
export const VARIANTS: readonly (readonly [QualityCheckId, string, Plant])[] = [
  [
    'highMissing',
    'a category',
    {
      csv: plant({ colour: each((row) => (row % 5 === 0 ? '' : clean['colour']![row]!)) }),
      columns: ['colour'],
      status: 'note',
    },
  ],
  [
    'highMissing',
    'a date',
    {
      csv: plant({ seen: each((row) => (row % 3 === 0 ? 'NA' : clean['seen']![row]!)) }),
      columns: ['seen'],
      status: 'note',
    },
  ],
  [
    'nearDuplicatesAcrossSplits',
    'rows that are equal but for the target',
    {
      csv: table({
        ...Object.fromEntries(
          Object.entries(clean).map(([name, texts]) => [name, [...texts, ...texts.slice(10, 70)]]),
        ),
        label: [
          ...clean['label']!,
          ...clean['label']!.slice(10, 70).map((text) => (text === 'yes' ? 'no' : 'yes')),
        ],
      }),
      columns: [],
      status: 'warn',
    },
  ],
  [
    'outliers',
    'a wide column on both sides',
    {
      csv: plant({ weight: patched('weight', { 1: '-4e9', 2: '1e12', 3: '-1e10' }) }),
      columns: ['weight'],
      status: 'note',
      count: 3,
    },
  ],
  [
    'skew',
    'a tail to the left',
    {
      csv: plant({ depth: each(() => (-10 * Math.exp(1.2 * stream.nextNormal())).toFixed(3)) }),
      columns: ['depth'],
      status: 'note',
    },
  ],
  [
    'rareCategories',
    'enough rows to be one category',
    {
      csv: plant({ colour: patched('colour', { 3: 'teal', 90: 'ochre', 91: 'ochre', 200: 'mauve' }) }),
      columns: ['colour'],
      status: 'note',
      count: 4,
    },
  ],
  [
    'classImbalance',
    'a class of two rows',
    {
      csv: plant({ label: patched('label', { 17: 'maybe', 77: 'maybe' }) }),
      target: { column: 'label', task: 'multiclass' },
      columns: ['label'],
      status: 'warn',
      count: 2,
    },
  ],
  [
    'targetMissing',
    'a number with words in it',
    {
      csv: plant({ weight: patched('weight', { 4: '', 9: 'heavy' }) }),
      target: { column: 'weight', task: 'regression' },
      columns: ['weight'],
      status: 'note',
      count: 2,
    },
  ],
  [
    'targetProxy',
    'a number that explains a number',
    {
      csv: plant({ pounds: clean['weight']!.map((text) => (2.2046 * Number(text)).toFixed(1)) }),
      target: { column: 'weight', task: 'regression' },
      columns: ['pounds'],
      status: 'fail',
    },
  ],
  [
    'inconsistentSpelling',
    'space alone',
    {
      csv: plant({ colour: patched('colour', { 5: ' red', 6: 'green ', 7: 'blue  ' }) }),
      columns: ['colour'],
      status: 'note',
    },
  ],
  [
    'personalData',
    'an address in free text',
    {
      csv: plant({
        remark: each(
          (row) =>
            `seen on day ${String(row)} of the long and dry year, write to me@example.org or wait for ${String(row * 3)} days`,
        ),
      }),
      columns: ['remark'],
      status: 'warn',
    },
  ],
  [
    'futureInformation',
    'rows in the order of time',
    {
      csv: plant({
        seen: each((row) => day(row)),
        weight: numbers(ROWS, () => stream.nextNormal())
          .map(
            (
              (sum) => (step) =>
                (sum += step)
            )(0),
          )
          .map((value) => value.toFixed(3)),
      }),
      target: { column: 'weight', task: 'regression' },
      columns: ['seen'],
      status: 'note',
    },
  ],
];
