// Owns the checks on cells of another kind than their column: numbers written oddly, words among numbers, cells that
// are no date among dates.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import { isMissingNumberSql, numberSql, type NumberFormat } from '../data/cells';
import { isMostly } from '../data/columnType';
import { dateTimeSql, showsDayFirstSql } from '../data/datetimeSql';
import {
  cellsOf,
  count,
  firstCells,
  IS_STRAY_SQL,
  numberAt,
  percent,
  shortText,
  stepsRemedy,
  type CheckContext,
  type Found,
  type QualityCheck,
  type NumberCells,
} from './check';
import { IS_WRITTEN_SQL } from './numberCells';

/** A column of amounts that is read as text has few words in it, of a kind: "none reported". Codes have many. */
const MAX_WORDS = 10;
const MIN_DISTINCT_NUMBERS = 10;
const MIN_NUMBER_SHARE = 0.5;
/** More words are not listed one by one. */
const MAX_LISTED_WORDS = 20;

const IS_WORD_SQL = `(${IS_STRAY_SQL} AND NOT ${IS_WRITTEN_SQL})`;

export const mixedTypes: QualityCheck = {
  title: () => l10n.t('Values of more than one kind'),
  async run(context) {
    const found: Found[] = [];
    for (const column of context.profile.columns) {
      if (column.type === 'datetime') {
        const finding = await notDates(context, column);
        if (finding !== undefined) found.push(finding);
      } else if (column.type !== 'boolean') {
        const cells = await context.numbers(column);
        if (cells.written === 0 || !isAmount(column, cells)) continue;
        found.push(await writtenNumbers(context, column, cells));
      }
    }
    return found;
  },
};

export const textInNumbers: QualityCheck = {
  title: () => l10n.t('Words among numbers'),
  async run(context) {
    const found: Found[] = [];
    for (const column of context.profile.columns) {
      if (column.type === 'boolean' || column.type === 'datetime') continue;
      const cells = await context.numbers(column);
      if (cells.words === 0 || !(column.type === 'number' || isSpoiltNumber(cells))) continue;
      found.push(await wordsAmongNumbers(context, column, cells));
    }
    return found;
  },
};

/** Numbers, once those are read that are written oddly. */
function isAmount({ type }: ColumnProfile, { numbers, written, words }: NumberCells): boolean {
  return type === 'number' || isMostly(numbers + written, numbers + written + words);
}

/** So many words that the column is read as text, but of few kinds, and the rest are amounts. */
function isSpoiltNumber({ numbers, written, words, distinctNumbers, distinctWords }: NumberCells): boolean {
  return (
    numbers >= MIN_NUMBER_SHARE * (numbers + written + words) &&
    distinctNumbers >= MIN_DISTINCT_NUMBERS &&
    distinctWords <= MAX_WORDS
  );
}

async function writtenNumbers(
  context: CheckContext,
  column: ColumnProfile,
  cells: NumberCells,
): Promise<Found> {
  const { name } = column;
  const rows = await firstCells(context, name, IS_WRITTEN_SQL);
  return {
    status: 'warn',
    message: l10n.t(
      'Column "{0}": numbers such as "{2}", written in another way than the other {3}: {1}. They are read as {4}.',
      name,
      count(cells.written),
      rows[0]?.text ?? '',
      count(cells.numbers),
      column.type === 'number' ? l10n.t('missing') : l10n.t('text'),
    ),
    columns: [name],
    count: cells.written,
    rows,
    remedies: [await readAsNumbers(context, name)],
  };
}

const FORMATS: readonly NumberFormat[] = [
  { decimal: '.', thousands: ',' },
  { decimal: '.', thousands: '' },
  { decimal: '.', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: '.' },
  { decimal: ',', thousands: '' },
  { decimal: ',', thousands: ' ' },
];

/** Casts with the format that reads the most cells; the first of those that read as many. */
async function readAsNumbers(context: CheckContext, name: string): Promise<Remedy> {
  const relation = await context.relation([name]);
  // A cast that says nothing takes the file's own way.
  const own = relation.columns[0]?.numbers;
  const bare = `trim(t, ' $€£¥₹%\u00a0')`;
  const formats = FORMATS.map((format) => (format.thousands === '' && format.decimal === '.' ? own : format));
  const [row] = await context.query(
    `SELECT count(*) FILTER (WHERE ${IS_WRITTEN_SQL} AND regexp_matches(t, '[$€£¥₹%]')),
       ${formats.map((format) => `count(${numberSql(bare, format)})`).join(', ')}
     FROM ${await cellsOf(context, name)}`,
  );
  const read = FORMATS.map((_, index) => numberAt(row, index + 1));
  const best = FORMATS[read.indexOf(Math.max(...read))];
  return stepsRemedy(l10n.t('Read "{0}" as numbers', name), 'start', {
    step: 'cast',
    columns: [name],
    to: 'number',
    symbols: numberAt(row, 0) > 0,
    ...best,
  });
}

async function wordsAmongNumbers(
  context: CheckContext,
  column: ColumnProfile,
  cells: NumberCells,
): Promise<Found> {
  const { name } = column;
  const rows = await firstCells(context, name, IS_WORD_SQL);
  const all = cells.numbers + cells.words + cells.written;
  return {
    status: 'warn',
    message: l10n.t(
      'Column "{0}": words such as "{4}" among numbers: {1} of {2} cells ({3}).',
      name,
      count(cells.words),
      count(all),
      percent(cells.words / all),
      rows[0]?.text ?? '',
    ),
    columns: [name],
    count: cells.words,
    rows,
    remedies: await wordRemedies(context, column),
  };
}

async function wordRemedies(context: CheckContext, { name }: ColumnProfile): Promise<Remedy[]> {
  const words = await context.query(
    `SELECT t, count(*) AS c FROM ${await cellsOf(context, name)} WHERE ${IS_WORD_SQL}
     GROUP BY t ORDER BY c DESC, t LIMIT ${MAX_LISTED_WORDS + 1}`,
  );
  const cast = stepsRemedy(l10n.t('Read "{0}" as numbers; words become missing', name), 'start', {
    step: 'cast',
    columns: [name],
    to: 'number',
  });
  if (words.length > MAX_LISTED_WORDS) return [cast];
  const values = words.map(([word]) => String(word));
  const shown = values
    .slice(0, 3)
    .map((word) => `"${shortText(word)}"`)
    .join(', ');
  const more = values.length > 3 ? ', …' : '';
  return [
    stepsRemedy(l10n.t('Let {0} in "{1}" mean missing', shown + more, name), 'start', {
      step: 'markMissing',
      columns: [name],
      values,
    }),
    cast,
  ];
}

/** The profile says whether there are any: reading dates is slow. */
async function notDates(context: CheckContext, { name }: ColumnProfile): Promise<Found | undefined> {
  const isTold = context.profile.issues.some(
    ({ code, column }) => code === 'data.notDate' && column === name,
  );
  if (!isTold) return undefined;
  const cells = await cellsOf(context, name);
  const [days] = await context.query(`SELECT bool_or(${showsDayFirstSql("coalesce(t, '')")}) FROM ${cells}`);
  const isNoDate = `(t IS NOT NULL AND NOT ${isMissingNumberSql('t')} AND (${dateTimeSql('t', days?.[0] === true)}) IS NULL)`;
  const [row] = await context.query(`SELECT count(*) FILTER (WHERE ${isNoDate}), count(t) FROM ${cells}`);
  const strays = numberAt(row, 0);
  if (strays === 0) return undefined;
  const rows = await firstCells(context, name, isNoDate);
  return {
    status: 'warn',
    message: l10n.t(
      'Column "{0}": cells such as "{1}" that are no date among dates: {2} of {3} ({4}). They are read as missing.',
      name,
      rows[0]?.text ?? '',
      count(strays),
      count(numberAt(row, 1)),
      percent(strays / numberAt(row, 1)),
    ),
    columns: [name],
    count: strays,
    rows,
    remedies: [
      stepsRemedy(l10n.t('Read "{0}" as dates; what is none becomes missing', name), 'start', {
        step: 'parseDate',
        columns: [name],
      }),
    ],
  };
}
