// Owns the sentences of the page: what a step has done, how a file is read, how rows are split. Pure.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../src/shared/errors';
import type { Split } from '../../src/shared/schema/experiment';
import type { Dialect } from '../../src/shared/schema/profile';
import type { RecipePreview, StepSummary } from '../../src/shared/schema/recipeResult';
import { formatCount, formatPercent } from '../ui/format';

const plural = (n: number, one: string, many: (count: string) => string): string =>
  n === 1 ? one : many(formatCount(n));

export const rowsText = (n: number): string =>
  plural(n, l10n.t('1 row'), (count) => l10n.t('{0} rows', count));
export const columnsText = (n: number): string =>
  plural(n, l10n.t('1 column'), (count) => l10n.t('{0} columns', count));

/** What a step changed, as parts of a sentence; empty for one that changed nothing. */
function effects(summary: StepSummary): string[] {
  const { rowsBefore, rowsAfter, columnsAdded, columnsRemoved, cellsChanged } = summary;
  const rows = rowsAfter - rowsBefore;
  const parts: string[] = [];
  if (cellsChanged > 0)
    parts.push(plural(cellsChanged, l10n.t('1 cell changed'), (count) => l10n.t('{0} cells changed', count)));
  if (rows < 0)
    parts.push(plural(-rows, l10n.t('1 row removed'), (count) => l10n.t('{0} rows removed', count)));
  if (rows > 0) parts.push(plural(rows, l10n.t('1 row added'), (count) => l10n.t('{0} rows added', count)));
  if (columnsAdded.length > 0)
    parts.push(
      plural(columnsAdded.length, l10n.t('1 column added'), (count) => l10n.t('{0} columns added', count)),
    );
  if (columnsRemoved.length > 0)
    parts.push(
      plural(columnsRemoved.length, l10n.t('1 column removed'), (count) =>
        l10n.t('{0} columns removed', count),
      ),
    );
  return parts;
}

/** "12 cells changed, 3 rows removed". */
export function effectText(summary: StepSummary): string {
  const { step } = summary;
  if (step.step === 'renameColumns')
    return plural(step.renames.length, l10n.t('1 column renamed'), (count) =>
      l10n.t('{0} columns renamed', count),
    );
  const parts = effects(summary);
  if (step.step === 'sort' || step.step === 'shuffle') parts.push(l10n.t('rows in another order'));
  if (step.step === 'reorderColumns') parts.push(l10n.t('columns in another order'));
  return parts.length === 0 ? l10n.t('nothing changed') : parts.join(', ');
}

/** What the counts are of: the sample that is shown at once, or all rows once they were counted. */
export function scopeText(preview: RecipePreview, isExact: boolean): string {
  if (preview.isWhole)
    return preview.sampleRows === 1
      ? l10n.t('in the only row')
      : l10n.t('in all {0} rows', formatCount(preview.sampleRows));
  if (isExact) {
    return preview.fileRows === undefined
      ? l10n.t('in all rows')
      : l10n.t('in all {0} rows', formatCount(preview.fileRows));
  }
  return preview.fileRows === undefined
    ? l10n.t('in the first {0} rows, until the file is read', formatCount(preview.sampleRows))
    : l10n.t(
        'in a sample of {0} of {1} rows',
        formatCount(preview.sampleRows),
        formatCount(preview.fileRows),
      );
}

export function fittedText(rows: number): string {
  return rows === 1 ? l10n.t('fitted on 1 train row') : l10n.t('fitted on {0} train rows', formatCount(rows));
}

export function separatorWord(separator: string): string {
  switch (separator) {
    case '\t':
      return l10n.t('tab');
    case ',':
      return l10n.t('comma');
    case ';':
      return l10n.t('semicolon');
    case '|':
      return l10n.t('bar');
    case ' ':
      return l10n.t('space');
    case '.':
      return l10n.t('point');
    case "'":
      return l10n.t('apostrophe');
    case '"':
      return l10n.t('quotation mark');
    case '':
      return l10n.t('none');
    default:
      return separator;
  }
}

/** "UTF-8, comma, with header, decimal point". */
export function dialectText(dialect: Dialect): string {
  const zipped = dialect.compression === 'none' ? '' : ` (${dialect.compression})`;
  if (dialect.format !== 'csv') return `${dialect.format === 'parquet' ? 'Parquet' : 'JSON Lines'}${zipped}`;
  return [
    `${dialect.encoding.toUpperCase()}${zipped}`,
    l10n.t('separated by {0}', separatorWord(dialect.delimiter)),
    dialect.hasHeader ? l10n.t('with header') : l10n.t('no header'),
    dialect.decimal === ',' ? l10n.t('decimal comma') : l10n.t('decimal point'),
    dialect.thousands === '' ? '' : l10n.t('thousands by {0}', separatorWord(dialect.thousands)),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** "70 / 15 / 15, random, seed 1". */
export function splitText(split: Split | undefined): string {
  if (split === undefined) return l10n.t('70 / 15 / 15, automatic, seed 1');
  switch (split.method) {
    case 'random':
    case 'stratified':
      return l10n.t('{0}, {1}, seed {2}', sharesText(split), splitMethod(split.method), String(split.seed));
    case 'group':
      return l10n.t(
        '{0}, groups of {1} together, seed {2}',
        sharesText(split),
        split.column,
        String(split.seed),
      );
    case 'time':
      return l10n.t('{0}, the latest by {1} last', sharesText(split), split.column);
    case 'column':
      return l10n.t('by the column {0}', split.column);
    case 'kFold':
      return l10n.t('fold {0} of {1}, {2}', String(split.fold), String(split.folds), splitMethod(split.kind));
    default:
      return assertNever(split);
  }
}

function sharesText({ validation, test }: { readonly validation: number; readonly test: number }): string {
  return [Math.max(0, 1 - validation - test), validation, test]
    .map((share) => formatPercent(share, 0).replace(/\s?%/, ''))
    .join(' / ');
}

/** A method of a split, or a kind of folds. */
export function splitMethod(method: string): string {
  switch (method) {
    case 'random':
      return l10n.t('random');
    case 'plain':
      return l10n.t('plain');
    case 'stratified':
      return l10n.t('stratified');
    case 'column':
      return l10n.t('by a column');
    case 'group':
      return l10n.t('by group');
    case 'time':
      return l10n.t('by time');
    case 'kFold':
      return l10n.t('in folds');
    default:
      return method;
  }
}

export function partWord(part: 'train' | 'validation' | 'test'): string {
  switch (part) {
    case 'train':
      return l10n.t('train');
    case 'validation':
      return l10n.t('validation');
    case 'test':
      return l10n.t('test');
  }
}
