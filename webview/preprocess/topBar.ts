// Owns the bar on top: which file, which target, and what to do with the recipe.
import * as l10n from '@vscode/l10n';
import { formatBytes } from '../../src/shared/format';
import { el, setText, setTitle } from '../ui/dom';
import { icon } from '../ui/icons';
import { button, type ButtonElement } from '../ui/kit';
import { openMenu, SEPARATOR } from '../ui/menu';
import { ColumnPicker, type ColumnChoice } from './form/columnPicker';
import type { PreprocessState } from './state';
import { columnsText, rowsText } from './texts';

export interface TopBarListener {
  target(column: string | undefined): void;
  train(): void;
  newExperiment(): void;
  saveRecipe(): void;
  openRecipe(): void;
  export(): void;
  copyAs(language: 'sql' | 'pandas'): void;
  openFile(): void;
  reload(): void;
  columns(): readonly ColumnChoice[] | undefined;
}

export class TopBar {
  readonly element: HTMLElement;
  private readonly name = el('h1', { class: 'ellipsis' });
  private readonly facts = el('span', { class: 'muted small ellipsis' });
  private readonly unsaved = el('span', { class: 'badge quiet unsaved', hidden: true });
  private readonly picker: ColumnPicker;
  private readonly train: ButtonElement;
  private readonly experiment: ButtonElement;

  constructor(private readonly listener: TopBarListener) {
    this.unsaved.append(icon('edit'), l10n.t('unsaved text of the editor'));
    this.unsaved.title = l10n.t(
      'The file has unsaved changes in an editor: what is shown is that text, not the file.',
    );
    this.picker = new ColumnPicker({
      id: 'target',
      label: l10n.t('Target: the column to predict'),
      isMultiple: false,
      value: [],
      placeholder: l10n.t('Choose a target'),
      columns: () => listener.columns(),
      onChange: ([column]) => listener.target(column),
      none: l10n.t('no target'),
    });
    this.picker.input.setAttribute('aria-label', l10n.t('Target: the column to predict'));
    this.train = button({
      label: l10n.t('Train with This Recipe'),
      short: l10n.t('Train'),
      icon: 'play',
      look: 'primary',
      onClick: () => listener.train(),
    });
    this.experiment = button({
      label: l10n.t('New Experiment'),
      short: l10n.t('New'),
      icon: 'newFile',
      onClick: () => listener.newExperiment(),
    });
    const more = button({
      label: l10n.t('More'),
      icon: 'ellipsis',
      look: 'icon',
      onClick: () => this.openMore(more),
    });
    this.element = el(
      'header',
      { class: 'head' },
      el(
        'div',
        { class: 'head-title' },
        this.name,
        el('div', { class: 'head-facts' }, this.facts, this.unsaved),
      ),
      el(
        'div',
        { class: 'actions' },
        el(
          'div',
          { class: 'target', title: l10n.t('The column that is to be predicted from the others') },
          icon('target'),
          this.picker.element,
        ),
        this.train,
        this.experiment,
        more,
      ),
    );
  }

  update(state: PreprocessState): void {
    const { draft, fileName, isUnsaved } = state;
    setText(this.name, fileName);
    setTitle(this.name, state.known?.path ?? fileName);
    setText(this.facts, factsText(state));
    this.unsaved.hidden = !isUnsaved;
    this.train.disabled = this.experiment.disabled = state.head === undefined;
    if (document.activeElement !== this.picker.input)
      this.picker.setValue(draft?.target === undefined ? [] : [draft.target]);
  }

  private openMore(anchor: Element): void {
    const { listener } = this;
    openMenu(
      l10n.t('More'),
      [
        { label: l10n.t('Export…'), icon: 'export', run: () => listener.export() },
        SEPARATOR,
        { label: l10n.t('Save Recipe…'), icon: 'save', run: () => listener.saveRecipe() },
        { label: l10n.t('Open Recipe…'), icon: 'folderOpened', run: () => listener.openRecipe() },
        SEPARATOR,
        { label: l10n.t('Copy as SQL'), icon: 'copy', run: () => listener.copyAs('sql') },
        { label: l10n.t('Copy as pandas'), icon: 'copy', run: () => listener.copyAs('pandas') },
        SEPARATOR,
        { label: l10n.t('Open the File'), icon: 'goToFile', run: () => listener.openFile() },
        { label: l10n.t('Reload'), icon: 'refresh', run: () => listener.reload() },
      ],
      anchor,
    );
  }
}

function factsText({ known, head }: PreprocessState): string {
  if (known !== undefined) {
    const { rows, columns, sizeBytes } = known;
    return [rowsText(rows), columnsText(columns.length), formatBytes(sizeBytes)].join(' · ');
  }
  return head === undefined
    ? ''
    : [columnsText(head.preview.columns.length), formatBytes(head.sizeBytes)].join(' · ');
}
