// Owns the checks on values that are not there: no value at all, many missing, rows without a target.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import {
  count,
  featureColumns,
  firstCells,
  leaveOut,
  needsTarget,
  percent,
  stepsRemedy,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';

/**
 * Up to 5 % may be ignored; above 40 % what is filled in decides the result.
 * @see Jakobsen et al. 2017, BMC Medical Research Methodology 17:162
 */
const SOME_MISSING = 0.05;
const MANY_MISSING = 0.4;
/** Half of the labels gone: who has one is a sample of its own. */
const MOST_TARGETS_MISSING = 0.5;

export const allMissing: QualityCheck = {
  title: () => l10n.t('Columns without any value'),
  run: (context) =>
    Promise.resolve(
      featureColumns(context)
        .filter(isAllMissing)
        .map(({ name, rows }) => ({
          status: 'warn',
          message: l10n.t('Column "{0}" has no value in any of {1} rows.', name, count(rows)),
          columns: [name],
          count: rows,
          rows: [],
          remedies: leaveOut(name),
        })),
    ),
};

export const highMissing: QualityCheck = {
  title: () => l10n.t('Many missing values'),
  async run(context) {
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      const share = column.missing / column.rows;
      if (isAllMissing(column) || share < SOME_MISSING) continue;
      const isMany = share > MANY_MISSING;
      const fills = fillRemedies(column, await hasWords(context, column));
      found.push({
        status: isMany ? 'warn' : 'note',
        message: l10n.t(
          'Column "{0}" has no value in {1} of {2} rows ({3}).',
          column.name,
          count(column.missing),
          count(column.rows),
          percent(share),
        ),
        columns: [column.name],
        count: column.missing,
        rows: await firstCells(context, column.name, missingSql(column)),
        remedies: isMany ? [...leaveOut(column.name), ...fills] : [...fills, ...leaveOut(column.name)],
      });
    }
    return found;
  },
};

export const targetMissing: QualityCheck = {
  title: () => l10n.t('Rows without a target'),
  async run(context) {
    const column = targetColumn(context);
    if (column === undefined) return needsTarget();
    if (column.missing === 0) return [];
    const share = column.missing / column.rows;
    return [
      {
        status: share >= MOST_TARGETS_MISSING ? 'fail' : share >= SOME_MISSING ? 'warn' : 'note',
        message: isAllMissing(column)
          ? l10n.t('Target "{0}" has no value in any row. Choose another target.', column.name)
          : l10n.t(
              'Target "{0}" has no value in {1} of {2} rows ({3}). Such rows teach nothing and are left out.',
              column.name,
              count(column.missing),
              count(column.rows),
              percent(share),
            ),
        columns: [column.name],
        count: column.missing,
        rows: await firstCells(context, column.name, missingSql(column)),
        remedies: isAllMissing(column)
          ? []
          : [
              stepsRemedy(
                l10n.t('Leave out rows without "{0}"', column.name),
                'start',
                ...numbersFirst(column, context),
                { step: 'dropMissing', columns: [column.name], when: 'any' },
              ),
            ],
      },
    ];
  },
};

function isAllMissing({ missing, rows }: ColumnProfile): boolean {
  return missing === rows;
}

/** A word in a column of numbers counts as missing too. */
function missingSql({ type }: ColumnProfile): string {
  return type === 'number' ? 'n IS NULL' : 't IS NULL';
}

/** A word in a numeric target is text to the step that looks for missing values: read as numbers it is none. */
function numbersFirst(
  { name, type }: ColumnProfile,
  { target }: CheckContext,
): [] | [{ step: 'cast'; columns: string[]; to: 'number' }] {
  return type === 'number' && target?.task === 'regression'
    ? [{ step: 'cast', columns: [name], to: 'number' }]
    : [];
}

async function hasWords(context: CheckContext, { name, type }: ColumnProfile): Promise<boolean> {
  return type === 'number' && (await firstCells(context, name, 't IS NOT NULL AND n IS NULL')).length > 0;
}

/** @param areWordsMissing a median fills them too, so they must be missing to the step that says what was */
function fillRemedies({ name, type }: ColumnProfile, areWordsMissing: boolean): Remedy[] {
  switch (type) {
    case 'number':
      return [
        stepsRemedy(
          l10n.t('Fill "{0}" with its median and add a column that says where it was missing', name),
          'end',
          ...(areWordsMissing ? [{ step: 'cast' as const, columns: [name], to: 'number' as const }] : []),
          { step: 'missingIndicator', columns: [name] },
          { step: 'fillMissing', columns: [name], with: 'median' },
        ),
      ];
    case 'category':
    case 'boolean':
      return [
        stepsRemedy(l10n.t('Make "missing" a value of its own in "{0}"', name), 'end', {
          step: 'fillMissing',
          columns: [name],
          with: 'constant',
          value: 'missing',
        }),
      ];
    case 'datetime':
      return [
        stepsRemedy(
          l10n.t('Fill "{0}" from the row before and add a column that says where it was missing', name),
          'start',
          { step: 'missingIndicator', columns: [name] },
          { step: 'fillMissing', columns: [name], with: 'forward' },
          { step: 'fillMissing', columns: [name], with: 'backward' },
        ),
      ];
    case 'text':
    case 'id':
      return [];
  }
}
