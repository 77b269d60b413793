// Owns the checks on how often categories and classes occur: rare ones, too many of them, classes out of balance.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import { sqlTexts } from '../data/database';
import {
  cellsOf,
  count,
  featureColumns,
  firstCells,
  leaveOut,
  needsTarget,
  numberAt,
  percent,
  shortText,
  stepsRemedy,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';

/** Ten events a coefficient, the rule of thumb of Peduzzi et al. 1996, and not one in a hundred rows. */
const RARE_ROWS = 10;
const RARE_SHARE = 0.01;
/** What a category feature one-hot encodes if it is not told otherwise; the rest shares one column. */
const MANY_CATEGORIES = 50;
/** On average; with fewer rows a value most categories cannot be learnt. */
const FEW_ROWS_PER_CATEGORY = 10;

/**
 * The rarest class against an even share of the rows: 0.4 and 0.02 are 20 % and 1 % of two classes, which Google's
 * machine learning course calls moderate and extreme imbalance.
 */
const MODERATE = 0.4;
const EXTREME = 0.02;

export const rareCategories: QualityCheck = {
  title: () => l10n.t('Rare categories'),
  async run(context) {
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      // Where there are too many categories, most are rare: one finding will do.
      if (column.type !== 'category' || column.distinct > MANY_CATEGORIES) continue;
      const limit = Math.min(RARE_ROWS, Math.ceil(RARE_SHARE * column.rows));
      const rare = (
        await context.query(
          `SELECT t, count(*) AS c FROM ${await cellsOf(context, column.name)} WHERE t IS NOT NULL
           GROUP BY t HAVING c < ${limit} ORDER BY c, t`,
        )
      ).map((row) => ({ text: String(row[0]), rows: numberAt(row, 1) }));
      if (rare.length > 0) found.push(await rareFinding(context, column, rare));
    }
    return found;
  },
};

async function rareFinding(
  context: CheckContext,
  column: ColumnProfile,
  rare: readonly { readonly text: string; readonly rows: number }[],
): Promise<Found> {
  const { name, distinct, rows } = column;
  const texts = rare.map(({ text }) => text);
  const together = rare.reduce((sum, { rows: some }) => sum + some, 0);
  const shown = rare.slice(0, 3).map(({ text, rows: some }) => `"${shortText(text)}" (${some})`);
  return {
    status: 'note',
    message: l10n.t(
      'Column "{0}": categories with fewer than {3} rows each: {1} of {2}, such as {4}. Rows in them: {5} ({6}).',
      name,
      rare.length,
      distinct,
      Math.min(RARE_ROWS, Math.ceil(RARE_SHARE * rows)),
      shown.join(', '),
      count(together),
      percent(together / rows),
    ),
    columns: [name],
    count: together,
    rows: await firstCells(context, name, `t IN (${sqlTexts(texts)})`),
    remedies: [groupOrForget(column, texts, together)],
  };
}

/** One category of the rare ones, or none at all where that one would be as rare. */
function groupOrForget({ name, rows }: ColumnProfile, texts: readonly string[], together: number): Remedy {
  const limit = Math.min(RARE_ROWS, Math.ceil(RARE_SHARE * rows));
  if (together < limit) {
    return stepsRemedy(l10n.t('Let the rare categories of "{0}" mean missing', name), 'start', {
      step: 'markMissing',
      columns: [name],
      values: [...texts],
    });
  }
  // Counted over train rows, of which a category may have more than its share: twice the limit is enough for half of
  // the rows.
  const minShare = Math.min(0.5, Math.ceil(((2 * limit) / rows) * 1e5) / 1e5);
  return stepsRemedy(l10n.t('Put the rare categories of "{0}" into one', name), 'end', {
    step: 'groupRare',
    columns: [name],
    minShare,
  });
}

export const highCardinality: QualityCheck = {
  title: () => l10n.t('Very many categories'),
  run(context) {
    const found: Found[] = [];
    for (const { name, type, distinct, distinctIsExact, rows, missing } of featureColumns(context)) {
      if (type !== 'category' || distinct <= MANY_CATEGORIES) continue;
      const each = (rows - missing) / distinct;
      found.push({
        status: each < FEW_ROWS_PER_CATEGORY ? 'warn' : 'note',
        message: l10n.t(
          'Column "{0}" has {1} different values, {2} rows each on average; one-hot encoding keeps the {3} most frequent.',
          name,
          `${distinctIsExact ? '' : '~'}${count(distinct)}`,
          Math.round(each * 10) / 10,
          MANY_CATEGORIES,
        ),
        columns: [name],
        rows: [],
        remedies: [
          ...(context.target === undefined
            ? []
            : [
                stepsRemedy(l10n.t('Replace the values of "{0}" by their mean target', name), 'end', {
                  step: 'targetEncode',
                  columns: [name],
                }),
              ]),
          stepsRemedy(l10n.t('Spread the values of "{0}" over 16 columns by a hash', name), 'end', {
            step: 'hashEncode',
            columns: [name],
          }),
          ...leaveOut(name),
        ],
      });
    }
    return Promise.resolve(found);
  },
};

export const classImbalance: QualityCheck = {
  title: () => l10n.t('Classes out of balance'),
  async run(context) {
    const { target } = context;
    const column = targetColumn(context);
    if (target === undefined || column === undefined) return needsTarget();
    if (target.task === 'regression') return { notMade: l10n.t('The target is a number, not a class.') };
    const [row] = await context.query(
      `SELECT count(*), sum(c)::BIGINT, min(c), arg_min(t, (c, t)), max(c), arg_max(t, (c, t))
       FROM (SELECT t, count(*) AS c FROM ${await cellsOf(context, target.column)} WHERE t IS NOT NULL GROUP BY t)`,
    );
    const [classes = 0, rows = 0, fewest = 0, most = 0] = [0, 1, 2, 4].map((index) => numberAt(row, index));
    const evenness = (fewest * classes) / Math.max(1, rows);
    const isTooSmall = fewest < RARE_ROWS;
    if (classes < 2 || (evenness >= MODERATE && !isTooSmall)) return [];
    return [
      {
        status: evenness < EXTREME || isTooSmall ? 'warn' : 'note',
        message: l10n.t(
          'Target "{0}": the class "{1}" has {2} of {3} rows ({4}), the class "{5}" {6} ({7}).',
          target.column,
          shortText(String(row?.[3])),
          count(fewest),
          count(rows),
          percent(fewest / rows),
          shortText(String(row?.[5])),
          count(most),
          percent(most / rows),
        ),
        columns: [target.column],
        count: fewest,
        rows: [],
        remedies: isTooSmall ? await withoutSmallClasses(context, classes) : balance(context),
      },
    ];
  },
};

const MAX_SMALL_CLASSES = 20;

/** Nothing can be made of a class that has hardly a row: its rows are left out, if two classes are left. */
async function withoutSmallClasses(context: CheckContext, classes: number): Promise<Remedy[]> {
  const name = context.target?.column ?? '';
  const small = await context.query(
    `SELECT t FROM ${await cellsOf(context, name)} WHERE t IS NOT NULL GROUP BY t HAVING count(*) < ${RARE_ROWS}
     ORDER BY t LIMIT ${MAX_SMALL_CLASSES + 1}`,
  );
  const weigh: Remedy = { kind: 'classWeights', label: l10n.t('Weigh rare classes more in training') };
  if (small.length > MAX_SMALL_CLASSES || classes - small.length < 2) return [weigh];
  return [
    stepsRemedy(
      l10n.t('Leave out the rows of classes with fewer than {0} rows', RARE_ROWS),
      'start',
      { step: 'markMissing', columns: [name], values: small.map(([text]) => String(text)) },
      { step: 'dropMissing', columns: [name], when: 'any' },
    ),
    weigh,
  ];
}

function balance(context: CheckContext): Remedy[] {
  const numbers = featureColumns(context).filter(({ type, missing }) => type === 'number' && missing === 0);
  const others = featureColumns(context).filter(({ type }) => type === 'category' || type === 'boolean');
  return [
    { kind: 'classWeights', label: l10n.t('Weigh rare classes more in training') },
    numbers.length === 0
      ? stepsRemedy(l10n.t('Repeat train rows of rare classes'), 'end', { step: 'oversample' })
      : stepsRemedy(l10n.t('Add train rows of rare classes between others (SMOTE)'), 'end', {
          step: 'smote',
          columns: [...numbers, ...others].map(({ name }) => name),
        }),
  ];
}
