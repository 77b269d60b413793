// Owns the steps on texts, tf-idf apart (tfIdfSteps.ts). All work on the trimmed text of a column and give text; what is
// empty after a step is missing.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import { sqlText, sqlTexts } from '../../data/database';
import { columnOf, columnsOf, textOf, type Relation, type RelationColumn } from '../../data/relation';
import { bindSql, presentTextSql } from '../../data/scalarSql';
import { groupOfReplacement, literalPattern, literalReplacement, requirePattern } from '../pattern';
import { changeColumns, widenColumns } from './changeColumns';
import { requireColumns, sameColumns, widened } from './columnNames';
import type { ApplyContext, StepContext, StepDefinition } from './step';
import { STOP_WORDS } from './stopWords';
import { noteTargetUse } from './targetUse';

/** All that looks like space, also the wide one of East Asia, the zero-width one and a byte order mark. */
const ODD_SPACE =
  '\\t\\n\\v\\f\\r\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200b}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const SPACE = `[ ${ODD_SPACE}]`;

function replaced(text: string, pattern: string, replacement: string, flags = 'g'): string {
  return `regexp_replace(${text}, ${sqlText(pattern)}, ${sqlText(replacement)}, '${flags}')`;
}

/** New texts for the columns of a step. */
async function changeTexts(
  columns: readonly RelationColumn[],
  sql: (text: string) => string,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const changes = columns.map((column) => ({
    name: column.name,
    kind: 'text' as const,
    sql: presentTextSql(sql(`(${textOf(column)})`)),
    numbers: column.numbers,
  }));
  return changeColumns(input, changes, context);
}

/** Numbers and dates have no space and no case: they stay what they are. */
function textColumns(step: { readonly columns: readonly string[] }, input: Relation): RelationColumn[] {
  return columnsOf(input, step.columns).filter(({ kind }) => kind === 'text');
}

function trimmedSql(text: string, inner: boolean): string {
  if (!inner) return replaced(text, `^${SPACE}+|${SPACE}+$`, '');
  // Seeing that there is nothing to do takes a seventh of the time of doing it.
  return bindSql('s0', text, (name) => {
    const isOdd = `regexp_matches(${name}, ${sqlText(`[${ODD_SPACE}]|  |^ | $`)})`;
    return `(CASE WHEN ${isOdd} THEN trim(${replaced(name, `${SPACE}+`, ' ')}) ELSE ${name} END)`;
  });
}

/** Words start with a letter or digit; an apostrophe is inside them. */
const WORD = "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}'\u2019]*";

function caseSql(text: string, to: StepOf<'changeCase'>['case']): string {
  if (to !== 'title') return `${to}(${text})`;
  const pieces = `regexp_extract_all(lower(${text}), ${sqlText(`${WORD}|[^\\p{L}\\p{N}]+`)})`;
  return `array_to_string(list_transform(${pieces}, lambda w: upper(w[1]) || w[2:]), '')`;
}

async function replaceText(
  step: StepOf<'replaceText'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const columns = columnsOf(input, step.columns);
  if (step.match === 'regex') await requirePattern(step.find, groupOfReplacement(step.replace), context);
  return changeTexts(columns, (text) => replacedText(text, step), input, context);
}

function replacedText(text: string, { find, replace, match, ignoreCase }: StepOf<'replaceText'>): string {
  switch (match) {
    case 'regex':
      return replaced(text, find, replace, ignoreCase ? 'gi' : 'g');
    case 'part':
      return ignoreCase
        ? replaced(text, literalPattern(find), literalReplacement(replace), 'gi')
        : `replace(${text}, ${sqlText(find)}, ${sqlText(replace)})`;
    case 'cell':
      return bindSql('r0', text, (cell) => {
        const [found, wanted] = [cell, sqlText(find.trim())].map((side) =>
          ignoreCase ? `lower(${side})` : side,
        );
        return `(CASE WHEN ${found ?? ''} = ${wanted ?? ''} THEN ${sqlText(replace)} ELSE ${cell} END)`;
      });
  }
}

async function extractText(
  step: StepOf<'extractText'>,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const column = columnOf(input, step.column);
  noteTargetUse([column.name], step.name, context);
  await requirePattern(step.pattern, step.group, context);
  const found = `regexp_extract((${textOf(column)}), ${sqlText(step.pattern)}, ${step.group})`;
  const added = {
    name: step.name,
    kind: 'text' as const,
    sql: presentTextSql(found),
    numbers: column.numbers,
  };
  return widenColumns(input, [{ from: step.column, added: [added], keep: step.keep }], context);
}

/** Values compare without the space around them. @throws BenchError 'recipe.valueTwice' */
function mappedValues(step: StepOf<'mapValues'>): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  for (const { from, to } of step.values) {
    const key = from.trim();
    const value = to === null || to.trim() === '' ? null : to;
    const other = values.get(key);
    if (other !== undefined && other !== value) {
      throw new BenchError(
        'recipe.valueTwice',
        l10n.t('"{0}" becomes "{1}" and "{2}". Keep one of them.', key, other ?? '', value ?? ''),
      );
    }
    values.set(key, value);
  }
  return values;
}

async function mapValues(
  step: StepOf<'mapValues'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const values = mappedValues(step);
  const whenMissing = values.get('') ?? null;
  const present = [...values].filter(([from]) => from !== '');
  const froms = `[${sqlTexts(present.map(([from]) => from))}]::VARCHAR[]`;
  const tos = `[${present.map(([, to]) => (to === null ? 'NULL' : sqlText(to))).join(', ')}]::VARCHAR[]`;
  const sql = (text: string): string =>
    bindSql('m0', text, (cell) => {
      const missing = whenMissing === null ? 'NULL' : sqlText(whenMissing);
      const mapped = `WHEN list_contains(${froms}, ${cell}) THEN (${tos})[list_position(${froms}, ${cell})]`;
      return `(CASE WHEN ${cell} IS NULL THEN ${missing} ${mapped} ELSE ${cell} END)`;
    });
  return changeTexts([columnOf(input, step.column)], sql, input, context);
}

/** What HTML writes for a character; others become a space. */
const ENTITIES: readonly (readonly [entity: string, character: string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&apos;', "'"],
  ['&nbsp;', ' '],
  // Last, so that &amp;lt; stays &lt;.
  ['&amp;', '&'],
];

function withoutHtml(text: string): string {
  const scripts = '<(?:script|style)\\b[^>]*>[\\s\\S]*?</(?:script|style)\\s*>';
  const tags = replaced(text, `${scripts}|<!--[\\s\\S]*?-->|</?[A-Za-z!][^<>]*>`, ' ', 'gi');
  const decoded = ENTITIES.reduce(
    (sql, [entity, character]) => `replace(${sql}, ${sqlText(entity)}, ${sqlText(character)})`,
    tags,
  );
  return replaced(decoded, '&(?:#\\d+|#x[0-9a-f]+|[a-z][a-z0-9]+);', ' ', 'gi');
}

/** @param text SQL, words with one space between */
function withoutStopWords(text: string): string {
  // Each word with a space of its own on both sides: RE2 cannot look ahead. (A lookup a word takes eight times as long.)
  const apart = `' ' || replace(${text}, ' ', '  ') || ' '`;
  const kept = replaced(apart, ` (?:${STOP_WORDS.join('|')}) `, '', 'gi');
  return `trim(replace(${kept}, '  ', ' '))`;
}

function cleanSql(text: string, step: StepOf<'cleanText'>): string {
  let sql = text;
  if (step.removeHtml) sql = withoutHtml(sql);
  if (step.removeUrls) sql = replaced(sql, '(?:https?|ftp)://\\S+|\\bwww\\.\\S+', ' ', 'gi');
  if (step.lowerCase) sql = `lower(${sql})`;
  if (step.removePunctuation) {
    // don't is one word, so its apostrophe leaves no space.
    sql = replaced(sql, "(\\p{L})['\u2019](\\p{L})", '\\1\\2');
    sql = replaced(sql, '[\\p{P}\\p{S}]+', ' ');
  }
  if (step.removeDigits) sql = replaced(sql, '\\p{N}+', ' ');
  sql = trimmedSql(sql, true);
  return step.removeStopWords ? withoutStopWords(sql) : sql;
}

/** The characters that terms.ts takes for Chinese and Japanese, in RE2 syntax. */
const CJK = '\\p{Han}\\p{Hiragana}\\p{Katakana}\\x{30fc}';

/** As termsOf of terms.ts, but in the case they have and with words of one character. */
function tokensSql(text: string, minLength: number): string {
  // RE2 cannot take classes from each other: with a space around Chinese, a word cannot run into it.
  const apart = replaced(text, `([${CJK}]+)`, ' \\1 ');
  const runs = `regexp_extract_all(${apart}, ${sqlText(`[${CJK}]+|[\\p{L}\\p{N}\\p{M}_]+`)})`;
  const isCjk = `regexp_matches(r, ${sqlText(`^[${CJK}]`)})`;
  const pairs = 'list_transform(range(1, length(r)), lambda i: substr(r, i, 2))';
  const tokens = `flatten(list_transform(${runs}, lambda r: CASE WHEN length(r) > 2 AND ${isCjk} THEN ${pairs} ELSE [r] END))`;
  const kept = minLength === 1 ? tokens : `list_filter(${tokens}, lambda w: length(w) >= ${minLength})`;
  return `array_to_string(${kept}, ' ')`;
}

export const textSteps = {
  trim: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, context) =>
      changeTexts(textColumns(step, input), (text) => trimmedSql(text, step.inner), input, context),
  },
  changeCase: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, context) =>
      changeTexts(textColumns(step, input), (text) => caseSql(text, step.case), input, context),
  },
  replaceText: { kind: 'plain', columns: sameColumns, apply: replaceText },
  extractText: {
    kind: 'plain',
    columns: (step, columns) => widened(columns, { from: step.column, added: [step.name], keep: step.keep }),
    apply: extractText,
  },
  mapValues: {
    kind: 'plain',
    columns: (step, columns) => {
      requireColumns([step.column], columns);
      return columns;
    },
    apply: mapValues,
  },
  cleanText: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, context) =>
      changeTexts(columnsOf(input, step.columns), (text) => cleanSql(text, step), input, context),
  },
  tokenise: {
    kind: 'plain',
    columns: sameColumns,
    apply: (step, input, context) =>
      changeTexts(columnsOf(input, step.columns), (text) => tokensSql(text, step.minLength), input, context),
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
