// Owns the detail pane: all that the profile says of one column, or of the whole table. Pure building of elements.
import * as l10n from '@vscode/l10n';
import { formatDuration } from '../../src/shared/format';
import type { ColumnProfile, DatasetProfile } from '../../src/shared/schema/profile';
import { el } from '../ui/dom';
import { formatCount, formatPercent, formatValue } from '../ui/format';
import { icon } from '../ui/icons';
import { button } from '../ui/kit';
import { columnValue, histogram, topValues } from './bars';
import { tableSummary } from './state';
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

/** What the table is, and what to do with it, while no column is chosen. */
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
  const findings = profile.issues.length;
  return el(
    'div',
    { class: 'detail-body' },
    el('h2', { class: 'detail-name' }, l10n.t('The table')),
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
      [l10n.t('Findings'), findings === 0 ? l10n.t('none') : formatCount(findings)],
    ]),
    part(l10n.t('Columns by type'), kinds),
    el(
      'section',
      {},
      el('h3', {}, l10n.t('What next')),
      el(
        'ol',
        { class: 'next' },
        el('li', {}, l10n.t('Click a column to see its values; the arrow keys go through them.')),
        el('li', {}, l10n.t('Choose the one to predict: Enter, or the button beside its values.')),
        el(
          'li',
          {},
          l10n.t(
            'Train Model learns it from the other columns; New Experiment writes the config first, to change types, split and network.',
          ),
        ),
      ),
    ),
  );
}

export interface ColumnChoice {
  readonly isTarget: boolean;
  /** @param on predict this column, or none */
  choose(on: boolean): void;
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
    el('div', { class: 'detail-type' }, el('span', { class: 'badge' }, icon(type.icon), type.word)),
    el('p', { class: 'muted' }, column.reason),
    choice.isTarget
      ? button({
          label: l10n.t('Do not predict this column'),
          icon: 'close',
          onClick: () => choice.choose(false),
        })
      : button({
          label: l10n.t('Predict this column'),
          icon: 'target',
          onClick: () => choice.choose(true),
        }),
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
  );
}
