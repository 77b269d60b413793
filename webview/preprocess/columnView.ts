// Owns the panel of the column that is looked at: drawn anew only when something it says has changed.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../src/shared/schema/profile';
import { el } from '../ui/dom';
import { columnDetail, tableDetail } from './detail';
import { sampleProfile } from './sampleProfile';
import { shownStep, targetShown } from './shown';
import { FILE, type PreprocessState } from './state';

export interface ColumnListener {
  choose(column: string | undefined): void;
  steps(column: string, anchor: Element): void;
}

export class ColumnView {
  readonly element = el('section', {
    class: 'zone column-zone',
    id: 'panel-column',
    attrs: { 'aria-label': l10n.t('Column') },
  });
  private shown: readonly unknown[] = [];

  constructor(private readonly listener: ColumnListener) {}

  update(state: PreprocessState): void {
    const { profile, known, column: name, preview } = state;
    const after = shownStep(state) === FILE ? undefined : preview.answer?.after;
    const isTarget = name !== undefined && name === targetShown(state);
    const key = [known, name, isTarget, after, profile.kind];
    if (key.length === this.shown.length && key.every((part, i) => Object.is(part, this.shown[i]))) return;
    // Its own button draws the panel anew: whoever pressed it goes on from there.
    const hadFocus = this.element.contains(document.activeElement) && document.activeElement !== this.element;
    const isOther = name !== this.shown[1];
    this.shown = key;
    const index = after?.columns.findIndex((each) => each.name === name) ?? -1;
    const ofFile = known?.columns.find((each) => each.name === name);
    const sample = after === undefined || index < 0 ? undefined : sampleProfile(after, index, ofFile?.type);
    const column = sample ?? ofFile;
    this.element.replaceChildren(
      column !== undefined
        ? this.detail(column, isTarget, sample !== undefined)
        : known !== undefined
          ? tableDetail(known)
          : this.waiting(state),
    );
    if (isOther) this.element.scrollTop = 0;
    if (hadFocus) this.element.querySelector<HTMLElement>('vscode-button')?.focus();
  }

  private detail(column: ColumnProfile, isTarget: boolean, isSample: boolean): HTMLElement {
    return columnDetail(column, {
      isTarget,
      ...(isSample ? { sampleRows: column.rows } : {}),
      choose: (on) => this.listener.choose(on ? column.name : undefined),
      steps: (anchor) => this.listener.steps(column.name, anchor),
    });
  }

  private waiting({ profile }: PreprocessState): HTMLElement {
    return el(
      'p',
      { class: 'muted detail-empty' },
      profile.kind === 'failed' || profile.kind === 'cancelled'
        ? l10n.t('There is no profile of the columns: the file was not read to its end.')
        : l10n.t('What is known of a column appears here once the file has been read.'),
    );
  }
}
