// Owns the Preprocess page: first rows, column profile, issues, and the way on to an experiment. The host reads the
// file; this page keeps only which column was chosen.
import { arrangement, connectToHost, pageBody } from '../host';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import '../ui/base.css';
import './preprocess.css';
import { toErrorData } from '../../src/shared/errors';
import { formatBytes } from '../../src/shared/format';
import { preprocessContract } from '../../src/shared/protocol/view';
import type { DataIssue, DatasetProfile } from '../../src/shared/schema/profile';
import { el, oncePerFrame, setText, setTitle } from '../ui/dom';
import { formatCount, formatPercent } from '../ui/format';
import { icon, type IconName } from '../ui/icons';
import { announcer, button, progressBar, textField } from '../ui/kit';
import { applyPalette, onDidChangeTheme } from '../ui/theme';
import { columnDetail, tableDetail } from './detail';
import { Grid } from './grid';
import {
  gridColumns,
  initialState,
  reduce,
  type GridColumn,
  type PreprocessEvent,
  type PreprocessState,
} from './state';

const arranged = arrangement(
  z.object({ selected: z.string().optional(), target: z.string().optional() }),
  {},
);
const { root } = pageBody();
const host = connectToHost(preprocessContract);
let state: PreprocessState = initialState(arranged.value);
let columns: readonly GridColumn[] = [];

const render = oncePerFrame(draw);

function dispatch(event: PreprocessEvent): void {
  const before = state;
  state = reduce(state, event);
  if (state === before) return;
  if (before.selected !== state.selected || before.target !== state.target) {
    arranged.update({ selected: state.selected, target: state.target });
  }
  if (
    before.preview !== state.preview ||
    before.profile !== state.profile ||
    before.filter !== state.filter
  ) {
    columns = gridColumns(state);
  }
  render();
}

function ask(request: Promise<unknown>): void {
  dispatch({ type: 'problem', message: undefined });
  request.catch((error: unknown) => dispatch({ type: 'problem', message: toErrorData(error).message }));
}

/** The column to predict, when the file has it. */
function target(): string | undefined {
  const names = state.preview?.columns ?? columns.map((column) => column.name);
  return state.target !== undefined && names.includes(state.target) ? state.target : undefined;
}

const withTarget = (): { target?: string } => {
  const column = target();
  return column === undefined ? {} : { target: column };
};

const voice = announcer(3000);
const fileName = el('h1', { class: 'ellipsis' });
const summary = el('div', { class: 'muted small' });
const train = button({
  label: l10n.t('Train Model'),
  icon: 'play',
  look: 'primary',
  onClick: () => ask(host.request('train', withTarget())),
});
const targetText = el('span', { class: 'ellipsis' });
const clearTarget = button({
  label: l10n.t('Choose no target'),
  icon: 'close',
  look: 'icon',
  onClick: () => dispatch({ type: 'target', column: undefined }),
});
const actions = el(
  'div',
  { class: 'actions' },
  el('span', { class: 'target' }, targetText, clearTarget),
  train,
  button({
    label: l10n.t('New Experiment'),
    icon: 'newFile',
    onClick: () => ask(host.request('newExperiment', withTarget())),
  }),
  button({
    label: l10n.t('Reload'),
    icon: 'refresh',
    look: 'icon',
    onClick: () => ask(host.request('reload', {})),
  }),
);
const head = el('header', { class: 'head' }, el('div', { class: 'head-title' }, fileName, summary), actions);

const bar = progressBar(l10n.t('Reading the file'));
const statusText = el('span', {});
const cancel = button({ label: l10n.t('Cancel'), onClick: () => ask(host.request('cancel', {})) });
const reload = button({
  label: l10n.t('Reload'),
  icon: 'refresh',
  onClick: () => ask(host.request('reload', {})),
});
const status = el(
  'div',
  { class: 'status' },
  el('div', { class: 'status-row' }, statusText, cancel, reload),
  bar.element,
);
const problem = el('div', { class: 'note severity-error problem', hidden: true, attrs: { role: 'alert' } });
const issues = el('details', { class: 'issues', hidden: true });
const find = textField({
  label: l10n.t('Find columns'),
  placeholder: l10n.t('Find columns'),
  onInput: (text) => dispatch({ type: 'filter', text }),
});
const rowsText = el('span', { class: 'muted small' });
const grid = new Grid({
  select: (column) => dispatch({ type: 'select', column }),
  choose: (column) => {
    dispatch({ type: 'target', column });
    voice.say(l10n.t('Target: {0}', column));
  },
  clear: () => dispatch({ type: 'clear' }),
});
const detail = el('aside', { class: 'detail', tabIndex: 0, attrs: { 'aria-label': l10n.t('Column') } });
const main = el(
  'div',
  { class: 'split' },
  el('div', { class: 'table-side' }, el('div', { class: 'grid-tools' }, find, rowsText), grid.element),
  detail,
);
root.append(voice.element, head, el('main', { class: 'contents' }, status, problem, issues, main));

const SEVERITY_ICON: Record<DataIssue['severity'], IconName> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
};
const SEVERITY_ORDER: readonly DataIssue['severity'][] = ['error', 'warning', 'info'];

function severityLabel(severity: DataIssue['severity']): string {
  return severity === 'error' ? l10n.t('Error') : severity === 'warning' ? l10n.t('Warning') : l10n.t('Note');
}

function draw(): void {
  const { profile, preview } = state;
  const ready = profile.kind === 'ready' ? profile.profile : undefined;
  setText(fileName, state.fileName);
  setTitle(fileName, ready?.path ?? state.fileName);
  setText(summary, ready === undefined ? previewSummary() : profileSummary(ready));
  const column = target();
  setText(
    targetText,
    column === undefined ? l10n.t('Choose a column to predict') : l10n.t('Target: {0}', column),
  );
  setTitle(
    targetText,
    l10n.t('Train Model and New Experiment predict the target column; without one they ask for it.'),
  );
  targetText.classList.toggle('muted', column === undefined);
  clearTarget.hidden = column === undefined;
  drawStatus();
  problem.hidden = state.problem === undefined;
  problem.replaceChildren(icon('error'), el('span', {}, state.problem ?? ''));
  drawIssues(ready?.issues);
  setText(rowsText, rowsSummary());
  main.classList.toggle('pending', ready === undefined);
  main.hidden = preview === undefined && ready === undefined;
  grid.update({ columns, rows: preview?.rows ?? [], selected: state.selected, target: column });
  drawDetail();
}

function previewSummary(): string {
  const { preview } = state;
  return preview === undefined ? '' : l10n.t('{0} columns', formatCount(preview.columns.length));
}

function profileSummary(profile: DatasetProfile): string {
  const { delimiter, encoding } = profile.dialect;
  const separator =
    delimiter === '\t'
      ? l10n.t('tab')
      : delimiter === ','
        ? l10n.t('comma')
        : delimiter === ';'
          ? l10n.t('semicolon')
          : delimiter;
  return [
    l10n.t('{0} rows', formatCount(profile.rows)),
    l10n.t('{0} columns', formatCount(profile.columns.length)),
    formatBytes(profile.sizeBytes),
    encoding,
    l10n.t('separated by {0}', separator),
  ].join(' · ');
}

function rowsSummary(): string {
  const { preview, profile } = state;
  if (preview === undefined) return '';
  const shown = formatCount(preview.rows.length);
  const all = profile.kind === 'ready' ? profile.profile.rows : preview.totalRows;
  const rows =
    all > preview.rows.length
      ? l10n.t('First {0} of {1} rows', shown, formatCount(all))
      : l10n.t('{0} rows', shown);
  return columns.length === preview.columns.length
    ? rows
    : `${rows} · ${l10n.t('{0} of {1} columns', formatCount(columns.length), formatCount(preview.columns.length))}`;
}

function drawStatus(): void {
  const { profile } = state;
  const busy = profile.kind === 'waiting' || profile.kind === 'working';
  status.hidden = profile.kind === 'ready';
  cancel.hidden = profile.kind !== 'working';
  reload.hidden = busy;
  bar.element.hidden = !busy;
  status.classList.toggle('failed', profile.kind === 'failed');
  if (profile.kind === 'ready') {
    voice.say(l10n.t('Profile ready: {0}', profileSummary(profile.profile)));
    return;
  }
  const fraction = profile.kind === 'working' ? profile.fraction : undefined;
  const text =
    profile.kind === 'failed'
      ? profile.message
      : profile.kind === 'cancelled'
        ? l10n.t('Reading was cancelled: the columns have no profile yet.')
        : fraction === undefined
          ? l10n.t('Reading the file…')
          : l10n.t('Reading the file… {0}', formatPercent(fraction, 0));
  setText(statusText, text);
  bar.set(fraction, text);
  if (!busy) voice.say(text);
}

let shownIssues: readonly DataIssue[] | undefined;

function drawIssues(list: readonly DataIssue[] | undefined): void {
  if (list === shownIssues) return;
  shownIssues = list;
  issues.hidden = list === undefined || list.length === 0;
  if (list === undefined || list.length === 0) return;
  const sorted = [...list].sort(
    (a, b) => SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity),
  );
  const worst = sorted[0]?.severity ?? 'info';
  // In a narrow panel the rows have the first claim on the height.
  issues.open = worst !== 'info' && list.length <= 4 && window.innerWidth > 700;
  issues.replaceChildren(
    el(
      'summary',
      {},
      icon(SEVERITY_ICON[worst], `severity-${worst}`),
      el(
        'span',
        {},
        list.length === 1 ? l10n.t('1 finding') : l10n.t('{0} findings', formatCount(list.length)),
      ),
    ),
    el('ul', {}, ...sorted.map(issueItem)),
  );
}

function issueItem(issue: DataIssue): HTMLElement {
  const { line } = issue;
  return el(
    'li',
    { class: 'note' },
    icon(SEVERITY_ICON[issue.severity], `severity-${issue.severity}`),
    el('span', { class: 'visually-hidden' }, severityLabel(issue.severity)),
    el(
      'span',
      {},
      issue.message,
      ' ',
      el(
        'button',
        {
          class: 'link',
          attrs: { type: 'button' },
          on: { click: () => ask(host.request('openFile', line === undefined ? {} : { line })) },
        },
        line === undefined ? l10n.t('Open file') : l10n.t('Line {0}', line),
      ),
    ),
  );
}

let shownDetail = '';

function drawDetail(): void {
  const { profile } = state;
  const column = columns.find((candidate) => candidate.name === state.selected)?.profile;
  const modified = profile.kind === 'ready' ? profile.profile.modifiedMs : 0;
  const isTarget = column !== undefined && column.name === target();
  const key = JSON.stringify([profile.kind, modified, column?.name, isTarget]);
  if (key === shownDetail) return;
  // Its own button rebuilds the pane: whoever pressed it goes on from there.
  const hadFocus = detail.contains(document.activeElement) && document.activeElement !== detail;
  shownDetail = key;
  detail.scrollTop = 0;
  detail.replaceChildren(
    column !== undefined
      ? columnDetail(column, {
          isTarget,
          choose: (on) => dispatch({ type: 'target', column: on ? column.name : undefined }),
        })
      : profile.kind === 'ready'
        ? tableDetail(profile.profile)
        : el(
            'p',
            { class: 'muted detail-empty' },
            profile.kind === 'failed' || profile.kind === 'cancelled'
              ? l10n.t('There is no column profile: the file was not read to its end.')
              : l10n.t('The column profile appears here once the file has been read.'),
          ),
  );
  if (hadFocus) (detail.querySelector<HTMLElement>('vscode-button') ?? detail).focus();
}

host.on('preview', ({ fileName: name, preview }) => dispatch({ type: 'preview', fileName: name, preview }));
host.on('profile', (event) =>
  dispatch({
    type: 'profile',
    state: event.kind === 'working' ? { kind: 'working', fraction: event.fraction } : event,
  }),
);
applyPalette();
onDidChangeTheme(() => void applyPalette());
render();
ask(host.request('ready', {}));

// Marks this file as a module for esbuild too: in a package of type commonjs, a file without exports is not tree-shaken.
export {};
