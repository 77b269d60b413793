// Owns the check on categories that are one to a person and several to a computer: "US" and "us ", "self-employed" and
// "Self Employed".
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import { sqlTexts } from '../data/database';
import {
  count,
  FIRST_ROWS,
  featureColumns,
  numberAt,
  shortText,
  stepsRemedy,
  targetColumn,
  type CheckContext,
  type Found,
  type FoundRow,
  type QualityCheck,
} from './check';

/** Spellings are compared in memory; a column of more values holds texts or codes rather than categories. */
const MAX_SPELLINGS = 100_000;
const SHOWN = 3;

/** Space and marks between two letters, and the points of an abbreviation: U.S. and US, e-mail and E mail. */
const BETWEEN_LETTERS = /(?<=\p{L})[\s._'’\u2010-\u2015-]+(?=\p{L})|(?<=\p{L})\.(?=\s|$)/gu;

/**
 * What spellings of one category have in common. Marks that may tell categories apart stay: A and A-, C and C++,
 * <=50K and >50K, 3.5 and 35.
 */
export function spellingKey(text: string): string {
  // Twice: upper case first makes ß and ss the same.
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase();
  return folded.trim().replaceAll(/\s+/g, ' ').replaceAll(BETWEEN_LETTERS, '');
}

export const inconsistentSpelling: QualityCheck = {
  title: () => l10n.t('Spellings of one category'),
  async run(context) {
    const target = context.target?.task === 'regression' ? undefined : targetColumn(context);
    const columns = target === undefined ? featureColumns(context) : [target, ...featureColumns(context)];
    const found: Found[] = [];
    for (const column of columns) {
      const isCategory = column.type === 'category' || column.type === 'boolean';
      if (!isCategory || column.distinct > MAX_SPELLINGS) continue;
      const groups = await spellingsOf(context, column);
      if (groups.length > 0) found.push(await finding(context, column, groups));
    }
    return found;
  },
};

interface Spelling {
  /** As it is in the file, space around it included. */
  readonly text: string;
  readonly rows: number;
}
/** Most frequent first. */
type Spellings = readonly [Spelling, Spelling, ...Spelling[]];

async function spellingsOf(context: CheckContext, { name }: ColumnProfile): Promise<Spellings[]> {
  const relation = await context.relation([name]);
  const id = relation.columns[0]?.id ?? 'NULL';
  const rows = await context.query(
    `SELECT ${id}, count(*) AS c FROM ${relation.from} WHERE ${id} IS NOT NULL GROUP BY ALL ORDER BY c DESC, ${id}
     LIMIT ${MAX_SPELLINGS * 2}`,
  );
  const byKey = new Map<string, Spelling[]>();
  for (const row of rows) {
    const spelling = { text: String(row[0]), rows: numberAt(row, 1) };
    const key = spellingKey(spelling.text);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [spelling]);
    else group.push(spelling);
  }
  return [...byKey.values()].filter(
    (group): group is [Spelling, Spelling, ...Spelling[]] => group.length > 1,
  );
}

async function finding(
  context: CheckContext,
  { name }: ColumnProfile,
  groups: readonly Spellings[],
): Promise<Found> {
  const others = groups.flatMap(([, ...rest]) => rest);
  const cells = others.reduce((sum, { rows }) => sum + rows, 0);
  const isOnlySpace = groups.every((group) => new Set(group.map(({ text }) => spaced(text))).size === 1);
  const shown = groups
    .slice(0, SHOWN)
    .map((group) => group.map(({ text, rows }) => `"${quoted(text)}" (${count(rows)})`).join(' = '));
  return {
    // Space around a value is never learnt from; another spelling is.
    status: isOnlySpace ? 'note' : 'warn',
    message: l10n.t(
      'Column "{0}": categories with more than one spelling: {1}; cells unlike the most frequent spelling: {2}. {3}.',
      name,
      groups.length,
      count(cells),
      shown.join('; ') + (groups.length > SHOWN ? '; …' : ''),
    ),
    columns: [name],
    count: cells,
    rows: await firstSpellings(context, name, others),
    remedies: [oneSpelling(name, groups, isOnlySpace)],
  };
}

function spaced(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** Space at the ends must be seen. */
function quoted(text: string): string {
  return text === text.trim() ? shortText(text) : text.length > 40 ? shortText(text) : text;
}

async function firstSpellings(
  context: CheckContext,
  name: string,
  others: readonly Spelling[],
): Promise<FoundRow[]> {
  const relation = await context.relation([name]);
  const id = relation.columns[0]?.id ?? 'NULL';
  const texts = others.slice(0, 1000).map(({ text }) => text);
  const found = await context.query(
    `SELECT rid, ${id} FROM ${relation.from} WHERE ${id} IN (${sqlTexts(texts)}) ORDER BY rid LIMIT ${FIRST_ROWS}`,
  );
  return found.map(([rid, text]) => ({ row: Number(rid), column: name, text: shortText(String(text)) }));
}

function oneSpelling(name: string, groups: readonly Spellings[], isOnlySpace: boolean): Remedy {
  const trim = { step: 'trim' as const, columns: [name], inner: true };
  const label = l10n.t('Spell every category of "{0}" in its most frequent way', name);
  if (isOnlySpace) return stepsRemedy(label, 'start', trim);
  const values = groups.flatMap(([most, ...others]) => {
    const to = spaced(most.text);
    const from = new Set(others.map(({ text }) => spaced(text)).filter((text) => text !== to));
    return [...from].map((text) => ({ from: text, to }));
  });
  return stepsRemedy(label, 'start', trim, { step: 'mapValues', column: name, values });
}
