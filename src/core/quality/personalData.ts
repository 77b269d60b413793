// Owns the check on data about people: e-mail addresses, phone, card, account and identity numbers, names. Values are
// shown masked. What a pattern finds is proven by check digits where there are some.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import { sqlText } from '../data/database';
import {
  cellsOf,
  count,
  FIRST_ROWS,
  leaveOut,
  numberAt,
  percent,
  seemsWhole,
  stepsRemedy,
  type CheckContext,
  type Found,
  type FoundRow,
  type QualityCheck,
} from './check';
import { isCardNumber, isChineseId, isIban, isSocialSecurityNumber, mask } from './identifiers';
import {
  CHINESE_NAME,
  NAME_LIKE,
  NAMES_PEOPLE,
  NAMES_SOMETHING,
  TITLE_OR_GIVEN_NAME,
  TWO_CAPITALISED,
} from './personNames';

/** What a cell must have to be tried at all: a few marks are found ten times as fast as ten patterns. */
const NEEDS = {
  at: "contains(t, '@')",
  digits: `regexp_matches(t, '[0-9](?:[ ().+/-]{0,2}[0-9]){6}')`,
  country: `regexp_matches(t, '^[A-Z]{2}[0-9]{2}')`,
  nothing: 'true',
};

interface Kind {
  readonly name: () => string;
  readonly needs: keyof typeof NEEDS;
  /** RE2. Groups do not capture. */
  readonly pattern: string;
  /** The pattern is all of the cell; else it may stand anywhere in a text. */
  readonly isWhole: boolean;
  /** What the pattern cannot say. */
  readonly proves?: (text: string) => boolean;
  /** Of the cells with a value, so many must have it, and so many at least. */
  readonly minShare: number;
  readonly minCells: number;
  /** Only in a column with such a name. */
  readonly named?: RegExp;
}

const MOST = 0.8;
const HALF = 0.5;
const FEW = 3;

const NAMED_PHONE =
  /(^|[_ .-])(phone|tele?phone|tel|mobile|cell|fax|whatsapp|handy|telefon[oe]?|téléphone|teléfono|móvil|celular|телефон)([_ .-]|$)|phone$|电话|手机|電話|携帯|전화/i;

const KINDS: readonly Kind[] = [
  {
    name: () => l10n.t('e-mail addresses'),
    needs: 'at',
    pattern: '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,24}',
    isWhole: false,
    minShare: 0,
    minCells: 1,
  },
  {
    // As they are written with a country code, with the area in brackets, or in the groups of North America.
    name: () => l10n.t('phone numbers'),
    needs: 'digits',
    pattern:
      '\\+[0-9]{1,3}[ ().-]{0,2}[0-9](?:[ ().-]{0,2}[0-9]){6,12}|\\([0-9]{2,5}\\) ?[0-9]{2,5}[- .]?[0-9]{3,5}|[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}',
    isWhole: true,
    minShare: HALF,
    minCells: FEW,
  },
  {
    // Mobile numbers of China have no marks: eleven digits from 13 to 19.
    name: () => l10n.t('phone numbers'),
    needs: 'digits',
    pattern: '(?:(?:00|\\+)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}',
    isWhole: true,
    minShare: 0.95,
    minCells: 10,
  },
  {
    name: () => l10n.t('phone numbers'),
    needs: 'digits',
    pattern: '\\+?[0-9(](?:[ ()./-]{0,2}[0-9]){6,14}',
    isWhole: true,
    minShare: HALF,
    minCells: FEW,
    named: NAMED_PHONE,
  },
  {
    // One in ten random numbers passes the check digit.
    name: () => l10n.t('payment card numbers'),
    needs: 'digits',
    pattern: '[0-9](?:[ -]?[0-9]){11,18}',
    isWhole: true,
    proves: isCardNumber,
    minShare: HALF,
    minCells: FEW,
  },
  {
    name: () => l10n.t('payment card numbers'),
    needs: 'digits',
    pattern: '\\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{1,7}\\b',
    isWhole: false,
    proves: isCardNumber,
    minShare: 0,
    minCells: 1,
  },
  {
    // One in 97 random codes passes.
    name: () => l10n.t('bank account numbers (IBAN)'),
    needs: 'country',
    pattern: '[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?',
    isWhole: true,
    proves: isIban,
    minShare: HALF,
    minCells: FEW,
  },
  {
    name: () => l10n.t('US social security numbers'),
    needs: 'digits',
    pattern: '\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b',
    isWhole: false,
    proves: isSocialSecurityNumber,
    minShare: 0.01,
    minCells: FEW,
  },
  {
    name: () => l10n.t('US social security numbers'),
    needs: 'digits',
    pattern: '[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}',
    isWhole: true,
    proves: isSocialSecurityNumber,
    minShare: HALF,
    minCells: FEW,
    named: /(^|[_ .-])(ssn|social[_ .-]?security)([_ .-]|$)/i,
  },
  {
    name: () => l10n.t('Chinese identity numbers'),
    needs: 'digits',
    // One in ten thousand random numbers has a date and passes the check digit.
    pattern: '\\b[1-9][0-9]{16}[0-9Xx]\\b',
    isWhole: false,
    proves: isChineseId,
    minShare: 0.001,
    minCells: 1,
  },
  {
    name: () => l10n.t('names of people'),
    needs: 'nothing',
    pattern: `${NAME_LIKE}|[\\p{Han}\\p{Hangul}]{2,4}`,
    isWhole: true,
    minShare: MOST,
    minCells: FEW,
    named: NAMES_PEOPLE,
  },
];

export const personalData: QualityCheck = {
  title: () => l10n.t('Data about people'),
  async run(context) {
    const found: Found[] = [];
    for (const column of context.profile.columns) {
      if (!mayBePersonal(column)) continue;
      const cells = await distinctCells(context, column);
      const counted = await countKinds(context, column, cells);
      const kind = counted ?? (await namesUnsaid(context, column, cells));
      if (kind !== undefined) found.push(await finding(context, column, kind));
    }
    return found;
  },
};

/** Dates and yes or no are about everybody; a phone number has seven digits at least, and no fraction. */
function mayBePersonal(column: ColumnProfile): boolean {
  const { type, numeric, missing, rows } = column;
  if (type === 'boolean' || type === 'datetime' || missing === rows) return false;
  return type !== 'number' || (numeric !== undefined && numeric.max >= 1e6 && seemsWhole(column));
}

/** `t` and in how many cells it stands, 0 for missing. Categories are looked at once each. */
async function distinctCells(context: CheckContext, { name, type }: ColumnProfile): Promise<string> {
  const cells = await cellsOf(context, name);
  // Not left out by WHERE, which has the text made twice.
  return type === 'category'
    ? `(SELECT t, count(t) AS c FROM ${cells} GROUP BY t)`
    : `(SELECT t, CASE WHEN t IS NULL THEN 0 ELSE 1 END AS c FROM ${cells})`;
}

interface FoundKind {
  readonly kind: Kind;
  readonly cells: number;
  readonly present: number;
}

/** The first kind that enough cells are of. */
async function countKinds(
  context: CheckContext,
  column: ColumnProfile,
  cells: string,
): Promise<FoundKind | undefined> {
  const kinds = KINDS.filter(({ named }) => named?.test(wordsOf(column.name)) ?? true);
  const counts = kinds.map(
    (kind) =>
      `coalesce(sum(c) FILTER (WHERE CASE WHEN has_${kind.needs} THEN ${matchesSql(kind)} ELSE false END), 0)::BIGINT`,
  );
  const needs = Object.entries(NEEDS).map(([name, sql]) => `${sql} AS has_${name}`);
  const [row] = await context.query(
    `SELECT sum(c)::BIGINT, ${counts.join(', ')} FROM (SELECT t, c, ${needs.join(', ')} FROM ${cells})`,
  );
  const present = numberAt(row, 0);
  for (const [index, kind] of kinds.entries()) {
    const candidates = numberAt(row, index + 1);
    if (!isEnough(kind, candidates, present)) continue;
    const proven = kind.proves === undefined ? candidates : await countProven(context, kind, cells);
    if (isEnough(kind, proven, present)) return { kind, cells: proven, present };
  }
  return undefined;
}

function isEnough({ minCells, minShare }: Kind, cells: number, present: number): boolean {
  return cells > 0 && cells >= Math.min(minCells, present) && cells >= minShare * present;
}

/** firstName and first_name are named alike. */
function wordsOf(name: string): string {
  return name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2');
}

function matchesSql({ pattern, isWhole }: Kind): string {
  return isWhole ? `regexp_full_match(t, ${sqlText(pattern)})` : `regexp_matches(t, ${sqlText(pattern)})`;
}

async function countProven(context: CheckContext, kind: Kind, cells: string): Promise<number> {
  let proven = 0;
  await context.database.stream(
    `SELECT regexp_extract(t, ${sqlText(kind.pattern)}), c::INTEGER FROM ${cells} WHERE ${matchesSql(kind)}`,
    (chunk) => {
      const [texts, counts] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
      for (const [i, text] of texts.entries()) {
        if (kind.proves?.(String(text)) === true) proven += Number(counts[i]);
      }
    },
    { signal: context.signal },
  );
  return proven;
}

/** Of cells that look like names, so many must have a first name or a title that is known. */
const KNOWN_IF_NAMED = 0.2;
const KNOWN = 0.3;

/** Fewer are a few things that happen to start with a surname: 黄酒, 白酒. */
const MIN_CHINESE_NAMES = 20;

/** Chinese names in a column that does not say so. */
async function chineseNames(
  context: CheckContext,
  { distinct }: ColumnProfile,
  cells: string,
): Promise<FoundKind | undefined> {
  if (distinct < MIN_CHINESE_NAMES) return undefined;
  const kind: Kind = {
    name: () => l10n.t('names of people'),
    needs: 'nothing',
    pattern: CHINESE_NAME,
    isWhole: true,
    minShare: MOST,
    minCells: FEW,
  };
  const [row] = await context.query(
    `SELECT sum(c)::BIGINT, coalesce(sum(c) FILTER (WHERE ${matchesSql(kind)}), 0)::BIGINT FROM ${cells}`,
  );
  const [present, like] = [numberAt(row, 0), numberAt(row, 1)];
  return isEnough(kind, like, present) ? { kind, cells: like, present } : undefined;
}

/** Names of people in a column that does not say so: two capitalised words, and enough of them known as names. */
async function namesUnsaid(
  context: CheckContext,
  column: ColumnProfile,
  cells: string,
): Promise<FoundKind | undefined> {
  const { name, type, distinct, rows, missing } = column;
  const isNamed = NAMES_SOMETHING.test(name);
  if (type === 'number') return undefined;
  const chinese = await chineseNames(context, column, cells);
  if (chinese !== undefined) return chinese;
  if (!isNamed && distinct < HALF * (rows - missing)) return undefined;
  const kind: Kind = {
    name: () => l10n.t('names of people'),
    needs: 'nothing',
    pattern: TWO_CAPITALISED,
    isWhole: true,
    minShare: isNamed ? 0.6 : MOST,
    minCells: FEW,
  };
  const [row] = await context.query(
    `SELECT sum(c)::BIGINT, coalesce(sum(c) FILTER (WHERE is_name), 0)::BIGINT,
       coalesce(sum(c) FILTER (WHERE CASE WHEN is_name THEN regexp_matches(t, ${sqlText(TITLE_OR_GIVEN_NAME)}) ELSE false END), 0)::BIGINT
     FROM (SELECT t, c, ${matchesSql(kind)} AS is_name FROM ${cells})`,
  );
  const [present = 0, like = 0, known = 0] = [0, 1, 2].map((index) => numberAt(row, index));
  const isKnown = known >= (isNamed ? KNOWN_IF_NAMED : KNOWN) * like;
  return isEnough(kind, like, present) && isKnown ? { kind, cells: like, present } : undefined;
}

async function finding(
  context: CheckContext,
  column: ColumnProfile,
  { kind, cells, present }: FoundKind,
): Promise<Found> {
  const rows = await firstMasked(context, column, kind);
  return {
    status: 'warn',
    message: l10n.t(
      'Column "{0}": {1} in {2} of {3} cells ({4}), such as {5}. A model does not need to know who it is.',
      column.name,
      kind.name(),
      count(cells),
      count(present),
      percent(cells / present),
      rows[0]?.text ?? '…',
    ),
    columns: [column.name],
    count: cells,
    rows,
    remedies: remediesOf(column, kind),
  };
}

async function firstMasked(context: CheckContext, { name }: ColumnProfile, kind: Kind): Promise<FoundRow[]> {
  // Some that the pattern finds are not proven.
  const found = await context.query(
    `SELECT rid, regexp_extract(t, ${sqlText(kind.pattern)}) FROM ${await cellsOf(context, name)}
     WHERE ${matchesSql(kind)} LIMIT ${10 * FIRST_ROWS}`,
  );
  return found
    .map(([rid, text]) => ({ row: Number(rid), text: String(text) }))
    .filter(({ text }) => kind.proves?.(text) ?? true)
    .slice(0, FIRST_ROWS)
    .map(({ row, text }) => ({ row, column: name, text: mask(text) }));
}

function remediesOf({ name, type }: ColumnProfile, { pattern, isWhole }: Kind): Remedy[] {
  if (isWhole || type !== 'text') return leaveOut(name);
  return [
    stepsRemedy(l10n.t('Take them out of the texts of "{0}"', name), 'start', {
      step: 'replaceText',
      columns: [name],
      find: pattern,
      replace: '',
      match: 'regex',
    }),
    ...leaveOut(name),
  ];
}
