// Owns the Metrics page, in the side view and as the dashboard: wires the reducer, the header, the charts and the table.
// The host is the truth; this page keeps only the chosen axis, scale and table.
import { arrangement, connectToHost, pageBody } from '../host';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import '../ui/base.css';
import 'uplot/dist/uPlot.min.css';
import './metrics.css';
import { metricsContract } from '../../src/shared/protocol/view';
import { toErrorData } from '../../src/shared/errors';
import { el, oncePerFrame } from '../ui/dom';
import { button, announcer, checkbox, dropdown, emptyState, progressRing } from '../ui/kit';
import { onDidChangeTheme, applyPalette } from '../ui/theme';
import { epochTable } from './epochTable';
import { MetricChart } from './chart';
import { lossLabel } from '../../src/shared/modelTexts';
import { runHeader } from './header';
import type { RunAction } from './outcome';
import { xColumn } from './points';
import {
  initialState,
  metricCurves,
  reduce,
  timeOrigin,
  type MetricsEvent,
  type MetricsState,
} from './state';
import { announcement } from './words';

/** At most one spoken summary in this time. */
const SPEAK_EVERY_MS = 5000;

const arranged = arrangement(
  z.object({ xAxis: z.enum(['step', 'epoch', 'time']), logLoss: z.boolean(), showTable: z.boolean() }),
  { xAxis: 'epoch', logLoss: false, showTable: false },
);
const { root, layout } = pageBody();
const host = connectToHost(metricsContract);
let state: MetricsState = initialState(arranged.value);
let palette = applyPalette();

const render = oncePerFrame(draw);

function dispatch(event: MetricsEvent): void {
  const before = state;
  state = reduce(state, event);
  if (state !== before) render();
}

function ask(request: Promise<unknown>): void {
  dispatch({ type: 'problem', message: undefined });
  request.catch((error: unknown) => dispatch({ type: 'problem', message: toErrorData(error).message }));
}

function act(action: RunAction): void {
  const runId = state.run?.runId;
  if (action === 'openDashboard') {
    ask(host.request('openDashboard', {}));
  } else if (runId !== undefined) {
    const request = host.request(action, { runId });
    ask(request);
    if (action === 'stop' || action === 'pause') dispatch({ type: 'stopAsked' });
  }
}

const voice = announcer(SPEAK_EVERY_MS);
const header = runHeader(layout, act, (finding, remedy) => {
  const runId = state.run?.runId;
  if (runId !== undefined) ask(host.request('tryRemedy', { runId, finding, remedy }));
});
const charts = new Map<string, MetricChart>();
const chartList = el('div', { class: 'charts' });
const table = epochTable();
const waitingForPoints = el('p', { class: 'muted waiting' });

const logBox = checkbox({
  label: l10n.t('Log loss'),
  title: l10n.t('Logarithmic scale for the loss'),
  checked: state.logLoss,
  onChange: (on) => {
    arranged.update({ logLoss: on });
    dispatch({ type: 'logLoss', on });
  },
});
const resetZoom = button({
  label: l10n.t('Show the whole run'),
  icon: 'screenFull',
  look: 'icon',
  onClick: () => dispatch({ type: 'zoom', range: undefined }),
});
const controls = el(
  'div',
  { class: 'controls', attrs: { role: 'toolbar', 'aria-label': l10n.t('Charts') } },
  dropdown({
    label: l10n.t('Horizontal axis'),
    options: [
      { value: 'epoch', label: l10n.t('Epoch') },
      { value: 'step', label: l10n.t('Step') },
      { value: 'time', label: l10n.t('Time') },
    ],
    value: state.xAxis,
    onChange: (xAxis) => {
      arranged.update({ xAxis });
      dispatch({ type: 'xAxis', xAxis });
    },
  }),
  logBox,
  checkbox({
    label: l10n.t('Table'),
    title: l10n.t('The values of each epoch as a table'),
    checked: state.showTable,
    onChange: (on) => {
      arranged.update({ showTable: on });
      dispatch({ type: 'showTable', on });
    },
  }),
  resetZoom,
);

const page = el(
  'main',
  { class: 'page', hidden: true },
  header.element,
  // A narrow view has the height of a few paragraphs: there the curves come first.
  layout === 'wide' && header.details,
  controls,
  waitingForPoints,
  chartList,
  table.element,
  layout === 'side' && header.details,
);
const empty = emptyState({
  icon: 'graphLine',
  title: l10n.t('No run yet'),
  text: l10n.t(
    'Open a CSV file and train a model on it: the loss and the scores of each epoch are drawn here while it learns.',
  ),
  actions: [
    button({
      label: l10n.t('Train Model'),
      icon: 'play',
      look: 'primary',
      onClick: () => ask(host.request('train', {})),
    }),
    button({
      label: l10n.t('Open Sample'),
      icon: 'beaker',
      onClick: () => ask(host.request('openSample', {})),
    }),
  ],
});
empty.hidden = true;
const emptyProblem = el('p', { class: 'severity-error', attrs: { role: 'alert' } });
empty.append(emptyProblem);
const connecting = el('div', { class: 'connecting' }, progressRing(l10n.t('Loading')));
// A ring that flashes for 50 ms on each show is noise.
connecting.hidden = true;
const ringTimer = window.setTimeout(() => (connecting.hidden = state.run !== undefined), 400);

function draw(): void {
  const { run } = state;
  if (run === undefined) return;
  window.clearTimeout(ringTimer);
  connecting.hidden = true;
  empty.hidden = run !== null;
  page.hidden = run === null;
  if (run === null) {
    emptyProblem.textContent = state.problem ?? '';
    return;
  }
  header.update(state);
  drawCharts();
  table.element.hidden = !state.showTable || charts.size === 0;
  if (!table.element.hidden) table.update(state);
  voice.say(announcement(run, state.timeLeftMs));
}

function drawCharts(): void {
  const run = state.run;
  if (run == null) return;
  const curves = metricCurves(state);
  const wanted = new Set(curves.map((c) => c.metric));
  for (const [metric, chart] of charts) {
    if (wanted.has(metric)) continue;
    chart.dispose();
    charts.delete(metric);
  }
  controls.hidden = curves.length === 0;
  waitingForPoints.hidden = curves.length > 0 || run.state === 'failed' || run.state === 'crashed';
  waitingForPoints.textContent =
    run.state === 'running'
      ? l10n.t('The curves start with the first training step.')
      : l10n.t('This run has no curves: it ended before the first step.');
  if (curves.length === 0) return;

  const origin = state.xAxis === 'time' ? timeOrigin(state) : 0;
  const whole = extent(origin);
  const range = state.zoom ?? whole;
  resetZoom.hidden = state.zoom === undefined;
  for (const c of curves) {
    let chart = charts.get(c.metric);
    if (chart === undefined) {
      const own = new MetricChart(c.metric, {
        zoomed: (zoom) => dispatch({ type: 'zoom', range: zoom === undefined ? undefined : clampZoom(zoom) }),
        pointed: (x, spoken) => {
          for (const other of charts.values()) if (other !== own) other.point(x);
          if (spoken !== undefined) voice.say(spoken);
        },
      });
      chart = own;
      charts.set(c.metric, chart);
    }
    // Also keeps the order when a metric appears later.
    if (chartList.children[curves.indexOf(c)] !== chart.element) {
      chartList.insertBefore(chart.element, chartList.children[curves.indexOf(c)] ?? null);
    }
    chart.update({
      curves: c,
      xAxis: state.xAxis,
      origin,
      range,
      log: c.metric === 'loss' && state.logLoss,
      bestEpoch: run.bestEpoch,
      palette,
      subtitle: c.metric === 'loss' && run.loss !== undefined ? lossLabel(run.loss) : '',
    });
  }
}

/** From the start of the run to the last x of any curve: while it runs the axis grows, without room for what may come. */
function extent(origin: number): { from: number; to: number } {
  let to = -Infinity;
  for (const points of state.series.values()) {
    const x = xColumn(points, state.xAxis);
    to = Math.max(to, x[x.length - 1] ?? -Infinity);
  }
  return to > origin ? { from: 0, to: to - origin } : { from: 0, to: 1 };
}

/** A zoom that shows the whole run follows the data again. */
function clampZoom(zoom: { from: number; to: number }): MetricsState['zoom'] {
  const whole = extent(state.xAxis === 'time' ? timeOrigin(state) : 0);
  const from = Math.max(whole.from, zoom.from);
  const to = Math.min(whole.to, zoom.to);
  if (to <= from || (from <= whole.from && to >= whole.to)) return undefined;
  return { from, to };
}

root.append(voice.element, connecting, empty, page);
onDidChangeTheme(() => {
  palette = applyPalette();
  render();
});
host.on('run', ({ run, timeLeftMs }) => dispatch({ type: 'run', run, timeLeftMs }));
host.on('series', ({ runId, reset, chunks }) => dispatch({ type: 'series', runId, reset, chunks }));
ask(host.request('ready', {}));

// Marks this file as a module for esbuild too: in a package of type commonjs, a file without exports is not tree-shaken.
export {};
