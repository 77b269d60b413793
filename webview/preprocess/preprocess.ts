// Owns the page of the data tab: wires the state to the host and to the islands (recipe, table, checks, column). What the
// user does becomes an event or a change of the draft; what the host says becomes state; a frame later it is drawn.
import { arrangement, connectToHost, pageBody } from '../host';
import * as l10n from '@vscode/l10n';
import '../ui/base.css';
import '../ui/overlay.css';
import './preprocess.css';
import './recipe.css';
import './form.css';
import './grid.css';
import './panels.css';
import { isCancelled } from '../../src/shared/abort';
import { toErrorData } from '../../src/shared/errors';
import { preprocessContract, type RecipeDraft } from '../../src/shared/protocol/view';
import type { ExportOptions } from '../../src/shared/schema/recipeResult';
import { oncePerFrame } from '../ui/dom';
import { formatCount } from '../ui/format';
import { openMenu } from '../ui/menu';
import type { TabItem } from '../ui/tabs';
import { applyPalette, onDidChangeTheme } from '../ui/theme';
import { Actions } from './actions';
import { openStepChooser } from './addStep';
import { arrangedSchema, keptHistory, keptWidths, restoredHistory } from './arranged';
import { ChecksView } from './checksView';
import { columnMenu, type MenuColumn } from './columnMenu';
import { ColumnView } from './columnView';
import { openExportDialog } from './exportDialog';
import { sortReport } from './findings';
import type { ColumnChoice } from './form/columnPicker';
import { RecipeView } from './recipeView';
import { ignoredShown, nameAtEnd, shownStep, targetShown } from './shown';
import { reduce } from './reduce';
import { FILE, initialState, type PreprocessEvent, type PreprocessState, type Tab } from './state';
import { StatusBar } from './statusBar';
import { Sync } from './sync';
import { TableView } from './tableView';
import { TopBar } from './topBar';
import { Zones } from './zones';

const arranged = arrangement(arrangedSchema, arrangedSchema.parse({}));
const widths = new Map(arranged.value.widths);
const { root } = pageBody();
const host = connectToHost(preprocessContract);
let state: PreprocessState = initialState(arranged.value);

const render = oncePerFrame(draw);

function dispatch(event: PreprocessEvent): void {
  const before = state;
  state = reduce(state, event);
  if (state === before) return;
  keepArrangement(before);
  sync.update();
  render();
}

function keepArrangement(before: PreprocessState): void {
  const { column, tab, selected, history, draft } = state;
  if (before.column !== column || before.tab !== tab || before.selected !== selected) {
    arranged.update({ column, tab, selected });
  }
  if (before.history !== history && draft !== undefined) {
    arranged.update({ history: keptHistory(history, draft) });
  }
}

const problem = (error: unknown): void => {
  if (!isCancelled(error)) dispatch({ type: 'problem', message: toErrorData(error).message });
};

function ask(request: Promise<unknown>): void {
  dispatch({ type: 'problem', message: undefined });
  request.catch(problem);
}

/** Runs `work` on the draft, with what an open form holds taken over first. */
function withDraft(work: (draft: RecipeDraft) => Promise<unknown>): void {
  if (!recipe.settle() || state.draft === undefined) return;
  ask(work(state.draft));
}

const sync = new Sync(
  host,
  () => state,
  (event) => dispatch(event),
);
const status = new StatusBar({
  cancel: () => ask(host.request('cancel', {})),
  reload: () => reload(),
  dismiss: () => dispatch({ type: 'problem', message: undefined }),
});
const actions: Actions = new Actions(
  () => state,
  (event) => dispatch(event),
  (text) => status.voice.say(text),
  (): boolean => recipe.settle(),
);
const recipe: RecipeView = new RecipeView(
  () => state,
  (event) => dispatch(event),
  actions,
);
const table = new TableView(
  () => state,
  (event) => dispatch(event),
  {
    page: (params, signal) => host.request('page', params, { signal }),
    widths: () => widths,
    readOtherwise: () => {
      dispatch({ type: 'tab', tab: 'recipe' });
      actions.editReading();
    },
    openFile: () => ask(host.request('openFile', {})),
    select: (column) => selectColumn(column),
    open: (column) => showColumn(column),
    sort: (column) => sortBy(column),
    menu: (column, anchor) => openColumnMenu(column, anchor),
    resize(column, width) {
      widths.delete(column);
      widths.set(column, width);
      arranged.update({ widths: keptWidths(widths) });
      render();
    },
  },
);
const checks = new ChecksView({
  apply: (remedy) => actions.applyRemedy(remedy),
  openFile: (line) => ask(host.request('openFile', line === undefined ? {} : { line })),
  showColumn(column) {
    dispatch({ type: 'select', step: FILE });
    showColumn(column);
    table.grid.showColumn(column);
  },
});
const column = new ColumnView({
  choose: (name) => actions.setTarget(nameAtEnd(state, name)),
  steps: (name, anchor) => openColumnMenu(name, anchor),
});
const top = new TopBar({
  target: (name) => actions.setTarget(name),
  train: () => withDraft((draft) => host.request('train', { draft })),
  newExperiment: () => withDraft((draft) => host.request('newExperiment', { draft })),
  saveRecipe: () => withDraft((draft) => host.request('saveRecipe', { draft })),
  openRecipe: () => ask(openRecipe()),
  export: () => {
    if (recipe.settle()) openExportDialog(arranged.value.export, (options) => ask(exportTable(options)));
  },
  copyAs: (language) => withDraft((draft) => host.request('copyAs', { draft, language })),
  openFile: () => ask(host.request('openFile', {})),
  reload: () => reload(),
  columns: () => resultColumns(),
});
const zones = new Zones({
  panels: { data: table.element, recipe: recipe.element, checks: checks.element, column: column.element },
  sizes: () => arranged.value,
  resize: (sizes) => arranged.update(sizes),
  choose: (tab) => dispatch({ type: 'tab', tab }),
  changed: () => render(),
});
root.append(status.voice.element, top.element, status.messages, zones.element, status.element);

/** The next head is asked for by the user: what failed is tried again, also when the file is the same. */
let isReloading = false;

function reload(): void {
  dispatch({ type: 'problem', message: undefined });
  isReloading = true;
  ask(sync.flush().then(() => host.request('reload', {})));
}

async function openRecipe(): Promise<void> {
  const opened = await host.request('openRecipe', {});
  if (opened !== null) actions.replaceSteps(opened.steps);
}

/** Asks where to, and tells what was written, is the host's. */
async function exportTable(options: ExportOptions): Promise<void> {
  const { draft } = state;
  if (draft === undefined) return;
  arranged.update({ export: options });
  dispatch({ type: 'busy', text: l10n.t('Exporting …') });
  try {
    await host.request('export', { draft, options });
  } finally {
    dispatch({ type: 'busy', text: undefined });
  }
}

/** A click looks at a column; where its panel would cover what is being filled in, it waits. */
function selectColumn(name: string): void {
  dispatch({ type: 'column', column: name });
  if (
    zones.layout === 'wide' ||
    (zones.layout === 'medium' && state.form === undefined && state.tab !== 'recipe')
  )
    dispatch({ type: 'tab', tab: 'column' });
}

function showColumn(name: string): void {
  dispatch({ type: 'column', column: name });
  dispatch({ type: 'tab', tab: 'column' });
}

function sortBy(name: string): void {
  const { sort } = state;
  const now = sort?.column === name ? sort.order : undefined;
  const order = now === undefined ? 'ascending' : now === 'ascending' ? 'descending' : undefined;
  dispatch({ type: 'sort', sort: order === undefined ? undefined : { column: name, order } });
}

function openColumnMenu(name: string, anchor: Element | { readonly x: number; readonly y: number }): void {
  const entries = columnMenu(menuColumn(name), {
    add: (kind, known, atOnce) => {
      const at = positionFor(name);
      actions.addStep({ kind, known, atOnce, ...(at === undefined ? {} : { at }) });
    },
    target: (target) => actions.setTarget(nameAtEnd(state, target)),
    ignore: (on) => actions.ignore(nameAtEnd(state, name), on),
    sort: (order) =>
      dispatch({ type: 'sort', sort: order === undefined ? undefined : { column: name, order } }),
    details: () => showColumn(name),
    allSteps: () => {
      dispatch({ type: 'column', column: name });
      openStepChooser(anchor, (kind) => actions.addStep({ kind }));
    },
  });
  openMenu(l10n.t('Steps for {0}', name), entries, anchor);
}

/** A column of the file that a later step takes away can only be worked on before that: at the start. */
function positionFor(name: string): number | undefined {
  if (shownStep(state) !== FILE || state.draft === undefined || state.draft.steps.length === 0)
    return undefined;
  const { answer } = state.preview;
  return answer === undefined || answer.columns.some((each) => each.name === name) ? undefined : 0;
}

function menuColumn(name: string): MenuColumn {
  const { known, sort, preview } = state;
  const found = known?.columns.find((each) => each.name === name);
  const isFile = shownStep(state) === FILE;
  const kind = isFile ? undefined : preview.answer?.after.columns.find((each) => each.name === name)?.kind;
  return {
    name,
    // A step may have made it a number; text says nothing new.
    type:
      kind === 'number' || kind === 'datetime'
        ? kind
        : (found?.type ?? (kind === 'text' ? 'category' : undefined)),
    hasMissing: (found?.missing ?? 0) > 0,
    isTarget: targetShown(state) === name,
    isIgnored: ignoredShown(state).has(name),
    sort: isFile ? (sort?.column === name ? sort.order : 'none') : undefined,
  };
}

/** What can be predicted: the columns after the last step. */
function resultColumns(): readonly ColumnChoice[] | undefined {
  const { preview, head, draft } = state;
  if (draft !== undefined && draft.steps.length > 0 && preview.answer !== undefined)
    return preview.answer.columns;
  return head?.preview.columns.map((name) => ({ name, kind: 'text' }));
}

function tabItems(): TabItem<Tab>[] {
  const { report } = state;
  const found = report === undefined ? 0 : sortReport(report).findings.length;
  const steps = state.draft?.steps.length ?? 0;
  return [
    { id: 'data', label: l10n.t('Data') },
    { id: 'recipe', label: l10n.t('Recipe'), ...(steps === 0 ? {} : { count: formatCount(steps) }) },
    {
      id: 'checks',
      label: l10n.t('Checks'),
      ...(found === 0
        ? {}
        : {
            count: formatCount(found),
            countLabel: found === 1 ? l10n.t('1 finding') : l10n.t('{0} findings', formatCount(found)),
          }),
    },
    { id: 'column', label: l10n.t('Column') },
  ];
}

function draw(): void {
  top.update(state);
  zones.update(state.tab, tabItems());
  recipe.update();
  table.update();
  checks.update(state);
  column.update(state);
  status.update(state);
}

/** Undo of the recipe, where no text is being typed: there the editor's own undo is meant. */
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement && target.type !== 'checkbox') return;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
  const key = event.key.toLowerCase();
  const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
  if (key !== 'z' && !isRedo) return;
  event.preventDefault();
  if (!recipe.settle()) return;
  if (isRedo) actions.redo();
  else actions.undo();
});

host.on('draft', (event) => {
  const isFirst = state.draft === undefined;
  dispatch({ type: 'draft', ...event });
  if (isFirst) {
    dispatch({ type: 'history', history: restoredHistory(arranged.value.history, event.draft) });
  }
});
host.on('head', (head) => {
  const before = state.head;
  dispatch({ type: 'head', head });
  const isRetry = isReloading;
  isReloading = false;
  if (state.head !== before) table.reload();
  else if (isRetry) table.retry();
  else return;
  sync.refresh();
  render();
});
host.on('profile', (event) => dispatch({ type: 'profile', state: event }));
host.on('quality', (event) => dispatch({ type: 'quality', state: event }));
host.on('stepCounted', ({ token, summary }) => dispatch({ type: 'counted', token, summary }));
host.on('problem', ({ message }) => {
  dispatch({ type: 'problem', message });
  dispatch({ type: 'busy', text: undefined });
});
window.addEventListener('pagehide', () => void sync.flush());
applyPalette();
onDidChangeTheme(() => void applyPalette());
render();
ask(host.request('ready', {}));

// Marks this file as a module for esbuild too: in a package of type commonjs, a file without exports is not tree-shaken.
export {};
