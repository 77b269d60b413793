// Owns which split suits a table, guessed from its profile, and why in the reader's words. Pure.
import * as l10n from '@vscode/l10n';
import type { ExperimentInput, Task } from '../../shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';

type SplitInput = ExperimentInput['split'];

/** What is predicted. */
export interface SplitTarget {
  readonly column: string;
  readonly task: Task;
}

/** From so many rows on a tenth is plenty to score on. */
const MANY_ROWS = 50_000;
/** A time or a group in fewer values says little and cuts badly. */
const MIN_DIFFERENT = 10;
/** Rows a group, on average: below, hardly a row has a companion to leak to. */
const MIN_ROWS_PER_GROUP = 1.5;
/** A class this frequent is in every period and in most groups. */
const MIN_CLASS_ROWS = 20;
const MIN_CLASS_SHARE = 0.05;

/** Who or what rows belong to, several of which come from one. */
const GROUP_NAMES =
  /(^|[_ .-])(id|ids|uid|uuid|guid|patient|subject|participant|person|user|customer|client|member|household|family|session|device|machine|sensor|account|student|pupil|employee|worker|author|speaker|writer|vehicle|animal)([_ .-]|\d|$)|患者|病人|用户|客户|编号/i;
/** Dates that say nothing of when a row was written down. */
const BIRTH_NAMES = /birth|(^|[_ .-])dob([_ .-]|$)|出生|生日/i;

/**
 * Time where the rows are in its order, group where rows share one, else the same share of every class, else at random.
 * The description says why.
 */
export function suggestSplit(profile: DatasetProfile, target: SplitTarget, seed = 1): SplitInput {
  const rows = profile.rows - (profile.columns.find(({ name }) => name === target.column)?.missing ?? 0);
  const share = rows >= MANY_ROWS ? 0.1 : 0.15;
  const shares = { validation: share, test: share };
  const percent = Math.round(share * 100);
  if (isSpreadOut(profile, target)) {
    const others = profile.columns.filter(({ name }) => name !== target.column);
    const time = others.find(ordersRows);
    if (time !== undefined)
      return { method: 'time', column: time.name, ...shares, description: timeReason(time, percent) };
    const group = others.find(isGroup);
    if (group !== undefined) {
      return {
        method: 'group',
        column: group.name,
        ...shares,
        seed,
        description: groupReason(group, percent),
      };
    }
  }
  return target.task === 'regression'
    ? {
        method: 'random',
        ...shares,
        seed,
        description: l10n.t('{0} % each for validation and test, drawn at random.', percent),
      }
    : {
        method: 'stratified',
        ...shares,
        seed,
        description: l10n.t(
          '{0} % each for validation and test, with the same share of every class.',
          percent,
        ),
      };
}

/** Whether every class is to be expected in each part, though parts are not drawn row by row. */
function isSpreadOut(profile: DatasetProfile, { column, task }: SplitTarget): boolean {
  if (task === 'regression') return true;
  const target = profile.columns.find(({ name }) => name === column);
  const rarest = target?.topValues?.at(-1);
  if (target === undefined || rarest === undefined || target.topValues?.length !== target.distinct)
    return false;
  const least = Math.max(MIN_CLASS_ROWS, MIN_CLASS_SHARE * (profile.rows - target.missing));
  return rarest.count >= least;
}

function ordersRows({ name, type, missing, distinct, order }: ColumnProfile): boolean {
  return (
    type === 'datetime' &&
    order !== undefined &&
    missing === 0 &&
    distinct >= MIN_DIFFERENT &&
    !BIRTH_NAMES.test(name)
  );
}

/** Named like someone or something, and several rows for each. Amounts (with a fraction) are none. */
function isGroup({ name, type, rows, missing, distinct, examples }: ColumnProfile): boolean {
  if (type === 'boolean' || type === 'datetime' || distinct < MIN_DIFFERENT) return false;
  if (!GROUP_NAMES.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'))) return false;
  if (type === 'number' && !examples.every((text) => /^\d+$/.test(text))) return false;
  // Each row without a group would be a group of its own.
  return missing <= 0.01 * rows && distinct * MIN_ROWS_PER_GROUP <= rows - missing;
}

function timeReason({ name }: ColumnProfile, percent: number): string {
  return l10n.t(
    'The rows are in the order of "{0}": the latest {1} % are the test, the {1} % before them the validation, since a model is used on what comes after what it learnt.',
    name,
    percent,
  );
}

function groupReason({ name, distinct, rows }: ColumnProfile, percent: number): string {
  return l10n.t(
    'Rows share a "{0}" ({1} different in {2} rows): all rows of one stay in one part, {3} % each for validation and test, else the model is scored on what it knows already.',
    name,
    distinct,
    rows,
    percent,
  );
}
