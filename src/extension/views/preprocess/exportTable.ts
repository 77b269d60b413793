// Owns the export of a preprocessed table as the user sees it: where to, progress with Cancel, and what to do with it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled } from '../../../shared/abort';
import { assertNever, BenchError, toErrorData } from '../../../shared/errors';
import { formatBytes } from '../../../shared/format';
import type { RecipeDraft } from '../../../shared/protocol/view';
import {
  exportFormatSchema,
  exportOptionsSchema,
  type ExportOptions,
  type ExportResult,
} from '../../../shared/schema/recipeResult';
import { isSameFile } from '../../../core/files';
import { stemOf } from '../../experiments';
import { offer, revealFile, withCancel, type Action } from '../../ui';
import type { DataTab } from './dataTab';
import { removeDeadPartials } from './partials';

type Format = ExportOptions['format'];

export interface ExportRequest {
  readonly csv: vscode.Uri;
  readonly draft: RecipeDraft;
  /** Absent: the chosen name's extension says the format, with the defaults of it. */
  readonly options?: ExportOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @returns null when the user backs out
 * @throws BenchError 'recipe.outputIsSource', or what the data process answers
 */
export async function exportTable(tab: DataTab, request: ExportRequest): Promise<ExportResult | null> {
  const { csv, draft } = request;
  const formats = request.options === undefined ? exportFormatSchema.options : [request.options.format];
  const [first = 'csv'] = formats;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Preprocessed Table'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(csv, '..', `${stemOf(csv)}-preprocessed.${first}`),
    filters: Object.fromEntries(formats.map((format) => [formatName(format), [format]])),
  });
  if (target === undefined) return null;
  if (await isSameFile(target.fsPath, csv.fsPath)) {
    throw new BenchError(
      'recipe.outputIsSource',
      vscode.l10n.t('{0} is the file that is read; it is never written. Choose another name.', nameOf(csv)),
    );
  }
  const options = request.options ?? exportOptionsSchema.parse({ format: formatOf(target) });
  try {
    const result = await withCancel(
      vscode.l10n.t('Exporting {0}', nameOf(target)),
      (cancelled, onProgress) => {
        const signal =
          request.signal === undefined ? cancelled : AbortSignal.any([request.signal, cancelled]);
        return tab.export(draft, options, { output: target.fsPath, signal, onProgress });
      },
    );
    void tell(target, options.format, result);
    return result;
  } catch (error) {
    if (isCancelled(error)) return null;
    if (toErrorData(error).code === 'data-worker.died') await removeDeadPartials(target.fsPath);
    throw error;
  }
}

async function tell(target: vscode.Uri, format: Format, result: ExportResult): Promise<void> {
  const text = vscode.l10n.t(
    'Wrote {0}: {1} rows, {2} columns, {3}.',
    nameOf(target),
    result.rows.toLocaleString(vscode.env.language),
    result.columns.toLocaleString(vscode.env.language),
    formatBytes(result.sizeBytes),
  );
  const actions: Action[] = [
    ...openAction(target, format),
    { title: vscode.l10n.t('Reveal'), run: () => revealFile(target) },
  ];
  const [warning, ...others] = result.issues.filter(({ severity }) => severity !== 'info');
  if (warning === undefined) return offer(vscode.window.showInformationMessage, text, actions);
  const more = others.length === 0 ? '' : ` ${vscode.l10n.t('({0} more)', others.length)}`;
  await offer(vscode.window.showWarningMessage, `${text} ${warning.message}${more}`, actions);
}

/** The editor shows no binary tables; the data tab reads Parquet. */
function openAction(target: vscode.Uri, format: Format): Action[] {
  const title = vscode.l10n.t('Open');
  switch (format) {
    case 'csv':
      return [{ title, run: () => vscode.commands.executeCommand('vscode.open', target) }];
    case 'parquet':
      return [{ title, run: () => vscode.commands.executeCommand('modelBench.preprocessCsv', target) }];
    case 'arrow':
      return [];
    default:
      return assertNever(format);
  }
}

function formatName(format: Format): string {
  switch (format) {
    case 'csv':
      return 'CSV';
    case 'parquet':
      return 'Parquet';
    case 'arrow':
      return 'Arrow';
    default:
      return assertNever(format);
  }
}

function formatOf(target: vscode.Uri): Format {
  const extension = path.extname(target.path).slice(1).toLowerCase();
  const parsed = exportFormatSchema.safeParse(extension);
  return parsed.success ? parsed.data : 'csv';
}

function nameOf(uri: vscode.Uri): string {
  return path.basename(uri.path);
}
