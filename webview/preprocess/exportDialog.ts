// Owns the small form before an export: which format, and what a spreadsheet needs. The host asks where to.
import * as l10n from '@vscode/l10n';
import { exportOptionsSchema, type ExportOptions } from '../../src/shared/schema/recipeResult';
import { el } from '../ui/dom';
import { createForm } from './form/form';
import { exportWords } from './formWords';

/** @param start what was chosen last */
export function openExportDialog(start: ExportOptions, choose: (options: ExportOptions) => void): void {
  const dialog = el('dialog', { class: 'dialog', attrs: { 'aria-labelledby': 'export-title' } });
  const close = (): void => dialog.close();
  const form = createForm({
    label: l10n.t('Export'),
    schema: exportOptionsSchema,
    values: { ...start },
    words: exportWords,
    columns: () => undefined,
    submit: l10n.t('Export…'),
    intro: l10n.t('Writes the table after the last step, all rows. The source file is never written.'),
    onSubmit: (options) => {
      close();
      choose(options);
    },
    onCancel: close,
  });
  dialog.addEventListener('close', () => dialog.remove());
  dialog.append(el('h2', { id: 'export-title' }, l10n.t('Export')), form.element);
  document.body.append(dialog);
  dialog.showModal();
  form.focus();
}
