// Owns the panel of one column, or of the whole table: all that the profile says. Pure building of elements.
import * as l10n from '@vscode/l10n';
import { formatDuration } from '../../src/shared/format';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../src/shared/schema/profile';
import { el } from '../ui/dom';
import { formatCount, formatPercent, formatUnit, formatValue } from '../ui/format';
import { icon } from '../ui/icons';
import { button } from '../ui/kit';
import { histogram, topValues } from './bars';
import { columnValue } from './charts';
import { typeWords } from './words';

const TOP_VALUES = 12;

function facts(rows: readonly (readonly [string, string] | undefined)[]): HTMLElement {
  const list = el('dl', { class: 'facts' });
  for (const row of rows) {
    if (row !== undefined) list.append(el('dt', {}, row[0]), el('dd', {}, row[1]));
  }
  return list;
}

function part(title: string, content: HTMLElement | undefined): HTMLElement | undefined {
  return content === undefined ? undefined : el('section', {}, el('h3', {}, title), content);
}

function numericFacts(column: ColumnProfile): HTMLElement | undefined {
  const numeric = column.numeric;
  if (numeric === undefined) return undefined;
  const value = (v: number): string => columnValue(column, v);
  // A spread of dates is a length of time.
  const spread = column.type === 'datetime' ? formatDuration(numeric.sd) : formatValue(numeric.sd, 5);
  return facts([
    [l10n.t('Minimum'), value(numeric.min)],
    [l10n.t('25%'), value(numeric.quartiles[0])],
    [l10n.t('Median'), value(numeric.quartiles[1])],
    [l10n.t('75%'), value(numeric.quartiles[2])],
    [l10n.t('Maximum'), value(numeric.max)],
    [l10n.t('Mean'), value(numeric.mean)],
    [l10n.t('Standard deviation'), spread],
  ]);
}

export interface TableSummary {
  /** Columns of each type that occurs, most first. */
  readonly types: readonly { readonly type: FeatureType; readonly columns: number }[];
  /** Cells without a value, of `cells`. */
  readonly missing: number;
  readonly cells: number;
  readonly columnsWithMissing: number;
}

export function tableSummary(profile: Pick<DatasetProfile, 'columns'>): TableSummary {
  const types = new Map<FeatureType, number>();
  const sum = { missing: 0, cells: 0, columnsWithMissing: 0 };
  for (const column of profile.columns) {
    types.set(column.type, (types.get(column.type) ?? 0) + 1);
    sum.missing += column.missing;
    sum.cells += column.rows;
    if (column.missing > 0) sum.columnsWithMissing++;
  }
  return {
    ...sum,
    types: [...types].map(([type, columns]) => ({ type, columns })).sort((a, b) => b.columns - a.columns),
  };
}

/** What the table is, while no column is chosen. */
export function tableDetail(profile: DatasetProfile): HTMLElement {
  const { types, missing, cells, columnsWithMissing } = tableSummary(profile);
  const kinds = el('dl', { class: 'facts' });
  for (const { type, columns } of types) {
    const words = typeWords(type);
    kinds.append(
      el('dt', { class: 'type' }, icon(words.icon), words.word),
      el('dd', {}, formatCount(columns)),
    );
  }
  return el(
    'div',
    { class: 'detail-body' },
    el('h2', { class: 'detail-name' }, l10n.t('The table')),
    el('p', { class: 'muted' }, l10n.t('Choose a column in the grid to see its values here.')),
    facts([
      [l10n.t('Rows'), formatCount(profile.rows)],
      [l10n.t('Columns'), formatCount(profile.columns.length)],
      [
        l10n.t('Missing cells'),
        missing === 0
          ? l10n.t('none')
          : `${formatCount(missing)} · ${formatPercent(missing / Math.max(1, cells))}`,
      ],
      missing === 0 ? undefined : [l10n.t('Columns with missing'), formatCount(columnsWithMissing)],
    ]),
    part(l10n.t('Columns by type'), kinds),
  );
}

export interface ColumnChoice {
  readonly isTarget: boolean;
  /** The rows it was counted in, when those are not the whole file. */
  readonly sampleRows?: number;
  /** @param on predict this column, or none */
  choose(on: boolean): void;
  steps(anchor: Element): void;
}

export function columnDetail(column: ColumnProfile, choice: ColumnChoice): HTMLElement {
  const type = typeWords(column.type);
  const share = (count: number): string => formatPercent(count / Math.max(1, column.rows));
  const lengths = column.textLength;
  const examples =
    column.examples.length === 0
      ? undefined
      : el('ul', { class: 'examples' }, ...column.examples.map((text) => el('li', { title: text }, text)));
  return el(
    'div',
    { class: 'detail-body' },
    el('h2', { class: 'detail-name' }, column.name),
    typeLine(column, choice),
    actions(choice),
    facts([
      [l10n.t('Rows'), formatCount(column.rows)],
      [
        l10n.t('Missing'),
        column.missing === 0 ? l10n.t('none') : `${formatCount(column.missing)} · ${share(column.missing)}`,
      ],
      [
        l10n.t('Distinct'),
        column.distinctIsExact
          ? formatCount(column.distinct)
          : l10n.t('about {0}', formatCount(column.distinct)),
      ],
      relationFact(column),
    ]),
    part(l10n.t('Distribution'), histogram(column)),
    numericFacts(column),
    part(l10n.t('Most frequent values'), topValues(column, TOP_VALUES)),
    part(
      l10n.t('Characters'),
      lengths === undefined
        ? undefined
        : facts([
            [l10n.t('Shortest'), formatCount(lengths.min)],
            [l10n.t('Mean'), formatValue(lengths.mean, 3)],
            [l10n.t('Longest'), formatCount(lengths.max)],
          ]),
    ),
    part(l10n.t('Examples'), examples),
    runnersUp(column, type.word),
  );
}

function typeLine(column: ColumnProfile, { sampleRows }: ColumnChoice): HTMLElement {
  const type = typeWords(column.type);
  const about =
    sampleRows === undefined
      ? column.reason
      : l10n.t('After the step that is shown, in {0} rows of the preview.', formatCount(sampleRows));
  return el(
    'div',
    {},
    el('p', { class: 'type detail-type' }, icon(type.icon), el('strong', {}, type.word)),
    about === '' ? undefined : el('p', { class: 'muted' }, about),
  );
}

function actions(choice: ColumnChoice): HTMLElement {
  const steps = button({ label: l10n.t('Steps'), icon: 'add', onClick: () => choice.steps(steps) });
  return el(
    'div',
    { class: 'detail-actions' },
    choice.isTarget
      ? button({ label: l10n.t('Do Not Predict'), icon: 'close', onClick: () => choice.choose(false) })
      : button({ label: l10n.t('Predict'), icon: 'target', onClick: () => choice.choose(true) }),
    steps,
  );
}

/** How much it tells of the target, by which measure. */
function relationFact({ relation }: ColumnProfile): readonly [string, string] | undefined {
  if (relation === undefined) return undefined;
  const { measure, value, strength } = relation;
  return measure === 'correlation'
    ? [l10n.t('Correlation with the target'), formatUnit(value)]
    : [
        l10n.t('Mutual information with the target'),
        l10n.t('{0} nats · {1}', formatUnit(value), formatPercent(strength)),
      ];
}

/** What else the column could be read as, and why it is not. */
function runnersUp(column: ColumnProfile, word: string): HTMLElement | undefined {
  if (column.runnersUp.length === 0) return undefined;
  return el(
    'details',
    { class: 'folded' },
    el('summary', {}, l10n.t('Why {0}, and not something else', word)),
    el(
      'ul',
      { class: 'runners-up' },
      ...column.runnersUp.map(({ type, share, reason }) => {
        const words = typeWords(type);
        return el(
          'li',
          {},
          el(
            'span',
            { class: 'type' },
            icon(words.icon),
            el('span', {}, `${words.word} · ${formatPercent(share)}`),
          ),
          el('p', { class: 'muted small' }, reason),
        );
      }),
    ),
  );
}
