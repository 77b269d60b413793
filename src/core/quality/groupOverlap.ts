// Owns the check on groups that the split tears apart: several rows of one patient, customer or storm, some to learn
// from and some to test on.
import * as l10n from '@vscode/l10n';
import { splitSchema } from '../../shared/schema/experiment';
import type { ColumnProfile } from '../../shared/schema/profile';
import { numberOf, textOf } from '../data/relation';
import {
  count,
  featureColumns,
  FIRST_ROWS,
  numberAt,
  percent,
  seemsWhole,
  sharesOf,
  shortText,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';
import { partedBy } from './partedRows';

/** Whoever or whatever has an identity of its own and may come again. Places and shops are not here: they stay. */
const WHO =
  'patient|subject|participant|person|people|user|customer|client|member|employee|student|pupil|household|family|animal|device|session|visitor|author|speaker|writer|player|driver|owner|account|policy|storm|trip|case';
const NAMED_LIKE_GROUP = new RegExp(
  `^(${WHO})s?$|^name$|(^|[_ .-])(${WHO})?[_ .-]?(id|uuid|guid)$|^(${WHO})[_ .-]?(no|nr|num|number|key|code|name)$|患者|用户|客户|顾客|会员|学生|受试者|编号$`,
  'i',
);
/** Fewer groups cannot be shared out between train, validation and test. */
const MIN_GROUPS = 10;
/** On average; a column that is nearly unique groups nothing. */
const MIN_GROUP_ROWS = 2;
/** How much more alike two rows of a group must be than two of the table, on the way from chance to always. */
const TELLING = 0.1;

export const groupOverlap: QualityCheck = {
  title: () => l10n.t('Groups in train and test'),
  async run(context) {
    const candidates = featureColumns(context).filter(isGroup);
    const found: Found[] = [];
    for (const column of candidates) {
      const finding = await overlapOf(context, column);
      if (finding !== undefined) found.push(finding);
    }
    return found;
  },
};

function isGroup(column: ColumnProfile): boolean {
  const { name, type, distinct, rows, missing } = column;
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  // Amounts have fractions: trip may be a number of the trip, or its length.
  const isName = type === 'category' || type === 'id' || (type === 'number' && seemsWhole(column));
  return (
    isName &&
    NAMED_LIKE_GROUP.test(words) &&
    distinct >= MIN_GROUPS &&
    distinct * MIN_GROUP_ROWS <= rows - missing
  );
}

async function overlapOf(context: CheckContext, column: ColumnProfile): Promise<Found | undefined> {
  const rows = await partedBy(context, column.name);
  const groups = `(SELECT g, count(*) FILTER (WHERE held) AS held, count(*) FILTER (WHERE NOT held) AS train
    FROM ${rows} WHERE g IS NOT NULL GROUP BY g)`;
  const [row] = await context.query(
    `SELECT count(*), count(*) FILTER (WHERE held > 0 AND train > 0), sum(held)::BIGINT,
       coalesce(sum(held) FILTER (WHERE train > 0), 0)::BIGINT FROM ${groups}`,
  );
  const [all, torn, held, seen] = [0, 1, 2, 3].map((index) => numberAt(row, index));
  if (torn === undefined || torn === 0 || held === undefined) return undefined;
  const first = await context.query(
    `SELECT rid, g FROM ${rows} WHERE held AND g IN (SELECT g FROM ${rows} WHERE NOT held) ORDER BY rid LIMIT ${FIRST_ROWS}`,
  );
  const likeness = await likenessInGroups(context, column.name);
  const overlap = l10n.t(
    'Of {0} values of "{1}", {2} have rows on both sides of the split: {3} of the validation and test rows belong to a group that was learnt from.',
    count(all ?? 0),
    column.name,
    count(torn),
    percent((seen ?? 0) / held),
  );
  return {
    status: likeness !== undefined && likeness.strength >= TELLING ? 'warn' : 'note',
    message: likeness === undefined ? overlap : `${overlap} ${likeness.text}`,
    columns: [column.name],
    count: torn,
    rows: first.map(([rid, text]) => ({
      row: Number(rid),
      column: column.name,
      text: shortText(String(text)),
    })),
    remedies: [
      {
        kind: 'split',
        label: l10n.t('Keep all rows with one value of "{0}" on one side', column.name),
        split: splitSchema.parse({ method: 'group', column: column.name, ...sharesOf(context.split) }),
      },
    ],
  };
}

/** How much a group says of the target: 0 as any two rows, 1 all rows of a group are alike. */
async function likenessInGroups(
  context: CheckContext,
  name: string,
): Promise<{ strength: number; text: string } | undefined> {
  const { target } = context;
  if (target === undefined) return undefined;
  const relation = await context.relation([name, target.column]);
  const [group, answer] = relation.columns;
  if (group === undefined || answer === undefined) return undefined;
  const isNumber = target.task === 'regression';
  const rows = `(SELECT ${textOf(group)} AS g, ${isNumber ? numberOf(answer) : textOf(answer)} AS y FROM ${relation.from})`;
  const present = `${rows} WHERE g IS NOT NULL AND y IS NOT NULL`;
  return isNumber ? varianceBetween(context, present) : sameClass(context, present);
}

/** The intraclass correlation of one-way analysis of variance, for groups of unequal size. */
async function varianceBetween(
  context: CheckContext,
  present: string,
): Promise<{ strength: number; text: string } | undefined> {
  const [row] = await context.query(
    `SELECT count(*), sum(c)::DOUBLE, sum(c * c)::DOUBLE, sum(c * v), sum(c * (m - total) ** 2)
     FROM (SELECT count(*) AS c, avg(y / scale) AS m, var_pop(y / scale) AS v, any_value(total) AS total
           FROM (SELECT g, y, scale, avg(y / scale) OVER () AS total
                 FROM (SELECT g, y, greatest(max(abs(y)) OVER (), 1e-300) AS scale FROM ${present})) GROUP BY g)`,
  );
  const [groups = 0, rows = 0, squares = 0, within = 0, between = 0] = [0, 1, 2, 3, 4].map((i) =>
    numberAt(row, i),
  );
  if (groups < 2 || rows <= groups) return undefined;
  const meanWithin = within / (rows - groups);
  const meanBetween = between / (groups - 1);
  const size = (rows - squares / rows) / (groups - 1);
  const strength = (meanBetween - meanWithin) / (meanBetween + (size - 1) * meanWithin);
  if (!Number.isFinite(strength)) return undefined;
  return {
    strength,
    text: l10n.t(
      '{0} of the variance of the target lies between the groups.',
      percent(Math.max(0, strength)),
    ),
  };
}

async function sameClass(
  context: CheckContext,
  present: string,
): Promise<{ strength: number; text: string } | undefined> {
  const [row] = await context.query(
    `WITH counted AS (SELECT g, y, count(*) AS c FROM ${present} GROUP BY g, y),
       sizes AS (SELECT sum(c) AS c, sum(c * (c - 1)) AS same FROM counted GROUP BY g),
       classes AS (SELECT sum(c) AS c FROM counted GROUP BY y)
     SELECT (SELECT sum(same)::DOUBLE / sum(c * (c - 1))::DOUBLE FROM sizes),
       (SELECT sum(c * (c - 1))::DOUBLE / (sum(c) * (sum(c) - 1))::DOUBLE FROM classes)`,
  );
  const [inGroup, byChance] = [numberAt(row, 0), numberAt(row, 1)];
  if (row?.[0] == null || byChance >= 1) return undefined;
  return {
    strength: (inGroup - byChance) / (1 - byChance),
    text: l10n.t(
      'Two rows of a group have the same target in {0} of all cases, any two rows in {1}.',
      percent(inGroup),
      percent(byChance),
    ),
  };
}
