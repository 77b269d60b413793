// Owns the checks on rows that repeat: in the file, and across the split, where a test row that was learnt by heart
// makes every score too good.
import * as l10n from '@vscode/l10n';
import { formatColumn } from '../../shared/expression/format';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import {
  count,
  featureColumns,
  FIRST_ROWS,
  percent,
  stepsRemedy,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';
import { isCoincidence, repeatsOf, rowKeys, twinsOf } from './rowKeys';

/** One row in a hundred weighs in a score; fewer are worth a word. */
const NOTABLE_SHARE = 0.01;

export const duplicateRows: QualityCheck = {
  title: () => l10n.t('Rows that repeat'),
  async run(context) {
    const { columns, rows } = context.profile;
    const keys = await rowKeys(context, columns, 'exact');
    const { table, rows: repeats } = await repeatsOf(context, keys);
    if (repeats === 0 || (await isCoincidence(context, keys))) return [];
    const found = await context.query(
      `SELECT a.rid FROM ${keys.table} a JOIN ${table} b ON a.k = b.k WHERE a.rid > b.first ORDER BY a.rid LIMIT ${FIRST_ROWS}`,
    );
    return [
      {
        status: repeats >= NOTABLE_SHARE * rows ? 'warn' : 'note',
        message: l10n.t(
          'Rows that are equal to a row before them in all {3} columns: {0} of {1} ({2}).',
          count(repeats),
          count(rows),
          percent(repeats / rows),
          columns.length,
        ),
        columns: [],
        count: repeats,
        rows: found.map(([rid]) => ({ row: Number(rid) })),
        remedies: [
          stepsRemedy(l10n.t('Keep one of equal rows'), 'start', { step: 'dropDuplicates', keep: 'first' }),
        ],
      },
    ];
  },
};

export const nearDuplicatesAcrossSplits: QualityCheck = {
  title: () => l10n.t('Nearly equal rows in train and test'),
  async run(context) {
    const columns = comparedColumns(context);
    if (columns.length === 0) return { notMade: l10n.t('There is no column to compare rows by.') };
    const { held, table } = await context.parted();
    const keys = await rowKeys(context, columns, 'near');
    const twins = await twinsOf(context, keys, table);
    if (twins.held === 0) return [];
    if (await isCoincidence(context, keys)) return [];
    const found = await context.query(
      `SELECT r.rid FROM ${twins.rows} r JOIN ${twins.keys} USING (k) WHERE r.held ORDER BY r.rid LIMIT ${FIRST_ROWS}`,
    );
    const equal = await twinsOf(context, await rowKeys(context, columns, 'exact'), table);
    return [
      finding({
        columns,
        all: context.profile.columns.map(({ name }) => name),
        twins: twins.held,
        held,
        areEqual: equal.held === twins.held,
        rows: found.map(([rid]) => ({ row: Number(rid) })),
      }),
    ];
  },
};

/** Without columns that name the rows, which no two rows share and no model sees, and without empty ones. */
function comparedColumns(context: CheckContext): readonly ColumnProfile[] {
  return featureColumns(context).filter(({ type, missing, rows }) => type !== 'id' && missing < rows);
}

interface Twins extends Pick<Found, 'rows'> {
  readonly columns: readonly ColumnProfile[];
  /** Names of all columns of the file. */
  readonly all: readonly string[];
  readonly twins: number;
  readonly held: number;
  readonly areEqual: boolean;
}

function finding({ columns, all, twins, held, areEqual, rows }: Twins): Found {
  return {
    status: twins >= NOTABLE_SHARE * held ? 'warn' : 'note',
    message: areEqual
      ? l10n.t(
          'Validation and test rows with a train row that is equal in all {3} features: {0} of {1} ({2}). They test what was learnt by heart.',
          count(twins),
          count(held),
          percent(twins / held),
          columns.length,
        )
      : l10n.t(
          'Validation and test rows with a train row that is equal in all {3} features, but for upper case, spaces or digits after the third: {0} of {1} ({2}). They test what was learnt by heart.',
          count(twins),
          count(held),
          percent(twins / held),
          columns.length,
        ),
    columns: [],
    count: twins,
    rows: [...rows],
    remedies: remediesOf(columns, all, areEqual),
  };
}

function remediesOf(columns: readonly ColumnProfile[], all: readonly string[], areEqual: boolean): Remedy[] {
  const label = l10n.t('Keep one of rows with equal features');
  if (areEqual) {
    const names = columns.map(({ name }) => name);
    return [stepsRemedy(label, 'start', { step: 'dropDuplicates', columns: names, keep: 'first' })];
  }
  let name = 'rounded row';
  while (all.includes(name)) name += '_';
  return [
    stepsRemedy(
      label,
      'start',
      { step: 'computeColumn', name, expression: nearExpression(columns) },
      { step: 'dropDuplicates', columns: [name], keep: 'first' },
      { step: 'dropColumns', columns: [name] },
    ),
  ];
}

/** What rowKeys calls near, as an expression of the recipe: a text that nearly equal rows have in common. */
function nearExpression(columns: readonly ColumnProfile[]): string {
  const parts = columns.flatMap(({ name, type, numeric }) => {
    const column = formatColumn(name);
    if (type !== 'number' || numeric === undefined) {
      return [`coalesce(lower(replace(trim(text(${column})), "  ", " ")), "")`];
    }
    const x = `number(${column})`;
    const step = (numeric.max - numeric.min) / 1000;
    const digits = `coalesce(text(round(${x} / 10 ^ (floor(log10(abs(${x}))) - 2))), "")`;
    return step > 0 && Number.isFinite(step)
      ? [digits, `coalesce(text(round((${x} - (${numeric.min})) / ${step})), "")`]
      : [digits];
  });
  return `concat(${parts.join(', "|", ')})`;
}
