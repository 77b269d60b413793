// Owns the table twin of the charts: the same values for those who read rather than look, and to copy from.
import * as l10n from '@vscode/l10n';
import { el } from '../ui/dom';
import { formatCount } from '../ui/format';
import { epochRows, metricCurves, type MetricsState } from './state';
import { metricLabel, metricText } from './words';

/** Rows kept in the page; the run folder has all of them. */
const ROWS = 200;

export interface EpochTable {
  readonly element: HTMLElement;
  update(state: MetricsState): void;
}

export function epochTable(): EpochTable {
  const head = el('tr', {});
  const body = el('tbody', {});
  const caption = el('caption', { class: 'muted small' });
  const element = el(
    'section',
    { class: 'epoch-table scroll-x', tabIndex: 0, attrs: { 'aria-label': l10n.t('Values of each epoch') } },
    el('table', { class: 'data' }, caption, el('thead', {}, head), body),
  );
  let shown = '';
  return {
    element,
    update(state) {
      const rows = epochRows(state, ROWS);
      const columns = metricCurves(state).flatMap(({ metric, train, validation }) => [
        ...(train === undefined ? [] : [{ key: `train/${metric}`, metric, split: l10n.t('train') }]),
        ...(validation === undefined
          ? []
          : [{ key: `validation/${metric}`, metric, split: l10n.t('validation') }]),
      ]);
      const best = state.run?.bestEpoch;
      const key = JSON.stringify([state.seriesRunId, rows[0]?.epoch, rows.length, columns.length, best]);
      if (key === shown) return;
      shown = key;
      caption.textContent = l10n.t('Newest epoch first; the last {0} at most.', formatCount(ROWS));
      head.replaceChildren(
        el('th', { attrs: { scope: 'col' } }, l10n.t('Epoch')),
        ...columns.map((c) => el('th', { attrs: { scope: 'col' } }, `${metricLabel(c.metric)} · ${c.split}`)),
      );
      body.replaceChildren(
        ...rows.map((row) =>
          el(
            'tr',
            { class: row.epoch === best ? 'best' : '' },
            el(
              'th',
              { attrs: { scope: 'row' } },
              row.epoch === best ? l10n.t('{0} (best)', formatCount(row.epoch)) : formatCount(row.epoch),
            ),
            ...columns.map((c) => {
              const value = row.values.get(c.key);
              return el('td', {}, value === undefined ? '–' : metricText(c.metric, value));
            }),
          ),
        ),
      );
    },
  };
}
