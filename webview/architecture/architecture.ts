// Owns the Architecture page: totals, the drawn graph, its table twin and the copies. The host is the truth.
import { arrangement, connectToHost, pageBody } from '../host';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import '../ui/base.css';
import './architecture.css';
import { assertNever, toErrorData } from '../../src/shared/errors';
import { formatBytes } from '../../src/shared/format';
import { architectureContract } from '../../src/shared/protocol/view';
import type { Architecture } from '../../src/shared/schema/architecture';
import { el, setText } from '../ui/dom';
import { formatCompact, formatCount } from '../ui/format';
import { icon } from '../ui/icons';
import { announcer, button, checkbox, progressRing } from '../ui/kit';
import { applyPalette, onDidChangeTheme } from '../ui/theme';
import { DiagramView, layerTable } from './diagram';
import { toMermaid } from './words';

const arranged = arrangement(z.object({ showTable: z.boolean() }), { showTable: false });
const { root } = pageBody();
const host = connectToHost(architectureContract);
let current: Architecture | undefined;
let title = '';

const voice = announcer(1000);
const problem = el('div', { class: 'note severity-error', hidden: true, attrs: { role: 'alert' } });

function ask(request: Promise<unknown>, done?: string): void {
  problem.hidden = true;
  request.then(
    () => {
      if (done !== undefined) voice.say(done);
    },
    (error: unknown) => {
      problem.hidden = false;
      problem.replaceChildren(icon('error'), el('span', {}, toErrorData(error).message));
    },
  );
}

const reveal = (layerIndex: number): void => ask(host.request('revealLayer', { layerIndex }));
const diagram = new DiagramView(reveal);
const table = el('div', { class: 'layer-table' });
const heading = el('h1', { class: 'ellipsis' });
const totals = el('dl', { class: 'totals' });

function total(label: string, value: string, hint = ''): HTMLElement {
  return el('div', { title: hint }, el('dt', {}, label), el('dd', {}, value));
}

const copyMermaid = button({
  label: l10n.t('Copy as Mermaid'),
  short: 'Mermaid',
  icon: 'copy',
  onClick: () => {
    if (current !== undefined) {
      ask(
        host.request('copyText', { text: toMermaid(current), what: 'Mermaid' }),
        l10n.t('Copied as Mermaid'),
      );
    }
  },
});
const copySvg = button({
  label: l10n.t('Copy as SVG'),
  short: 'SVG',
  icon: 'copy',
  onClick: () =>
    ask(
      host.request('copyText', { text: diagram.toStandaloneSvg(title), what: 'SVG' }),
      l10n.t('Copied as SVG'),
    ),
});
const zoomButtons = el(
  'span',
  { class: 'zoom' },
  button({ label: l10n.t('Zoom Out'), icon: 'zoomOut', look: 'icon', onClick: () => diagram.zoomBy(0.8) }),
  button({ label: l10n.t('Zoom In'), icon: 'zoomIn', look: 'icon', onClick: () => diagram.zoomBy(1.25) }),
  button({ label: l10n.t('Fit'), icon: 'screenFull', look: 'icon', onClick: () => diagram.fit() }),
);
const tableBox = checkbox({
  label: l10n.t('Table'),
  title: l10n.t('The layers as a table'),
  checked: arranged.value.showTable,
  onChange: (on) => {
    arranged.update({ showTable: on });
    show();
  },
});
const tools = el(
  'div',
  { class: 'tools', attrs: { role: 'toolbar', 'aria-label': l10n.t('Diagram') } },
  copyMermaid,
  copySvg,
  tableBox,
  zoomButtons,
);
const head = el(
  'header',
  { class: 'head' },
  el('div', { class: 'head-title' }, heading, totals),
  tools,
  problem,
);
const message = el('div', { class: 'message' });
root.append(voice.element, head, el('main', { class: 'contents' }, message, diagram.element, table));

function show(): void {
  const ready = current !== undefined;
  tools.hidden = !ready;
  totals.hidden = !ready;
  diagram.element.classList.toggle('away', !ready || arranged.value.showTable);
  zoomButtons.hidden = arranged.value.showTable;
  copySvg.hidden = arranged.value.showTable;
  table.hidden = !ready || !arranged.value.showTable;
}

host.on('architecture', (event) => {
  title = event.title;
  setText(heading, event.title);
  const { state } = event;
  switch (state.kind) {
    case 'loading':
      current = undefined;
      message.replaceChildren(
        progressRing(l10n.t('Loading')),
        el('p', { class: 'muted' }, l10n.t('Reading the config and the columns of its data…')),
      );
      break;
    case 'failed':
      current = undefined;
      message.replaceChildren(
        icon('error', 'severity-error big'),
        el('h2', {}, l10n.t('The network cannot be drawn yet')),
        el('p', {}, state.message),
      );
      voice.say(state.message);
      break;
    case 'ready': {
      current = state.architecture;
      message.replaceChildren();
      const { parameters, flops, weightBytes } = current.totals;
      totals.replaceChildren(
        total(
          l10n.t('Layers'),
          formatCount(current.nodes.filter((n) => n.kind !== 'input' && n.kind !== 'loss').length),
        ),
        total(l10n.t('Parameters'), formatCount(parameters)),
        total(
          l10n.t('FLOPs per row'),
          formatCompact(flops),
          l10n.t('{0}; a multiply-add counts as 2, forward pass', formatCount(flops)),
        ),
        total(
          l10n.t('Weights'),
          formatBytes(weightBytes),
          l10n.t('As 32-bit floats; training needs several times as much'),
        ),
      );
      diagram.update(current);
      table.replaceChildren(layerTable(current, reveal));
      voice.say(
        l10n.t('{0} layers, {1} parameters', formatCount(current.nodes.length), formatCount(parameters)),
      );
      break;
    }
    default:
      assertNever(state);
  }
  message.hidden = message.childElementCount === 0;
  show();
});
applyPalette();
onDidChangeTheme(() => void applyPalette());
show();
ask(host.request('ready', {}));

// Marks this file as a module for esbuild too: in a package of type commonjs, a file without exports is not tree-shaken.
export {};
