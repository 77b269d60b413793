// Owns how this extension speaks to the user outside its pages: errors with a next step, progress that can be cancelled.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled } from '../shared/abort';
import { toErrorData } from '../shared/errors';

export interface Action {
  readonly title: string;
  run(): unknown;
}

export function showLogAction(): Action {
  return {
    title: vscode.l10n.t('Show Log'),
    run: () => vscode.commands.executeCommand('modelBench.showLog'),
  };
}

/** An error message with buttons; a cancel is no error and says nothing. */
export async function showError(
  log: vscode.LogOutputChannel,
  error: unknown,
  actions: readonly Action[] = [],
): Promise<void> {
  if (isCancelled(error)) return;
  const data = toErrorData(error);
  log.error(`[${data.code}] ${data.message}`, data.stack ?? '');
  await offer(vscode.window.showErrorMessage, withoutFolder(data.message), [...actions, showLogAction()]);
}

export async function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: readonly Action[],
): Promise<void> {
  const chosen = await show(message, ...actions.map(({ title }) => title));
  await actions.find(({ title }) => title === chosen)?.run();
}

/** A notification with Cancel while `work` runs; its bar follows once `onProgress` is told a fraction from 0 to 1. */
export function withCancel<T>(
  title: string,
  work: (signal: AbortSignal, onProgress: (fraction: number) => void) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      let done = 0;
      return work(abort.signal, (fraction) => {
        if (fraction <= done) return;
        progress.report({ increment: 100 * (fraction - done) });
        done = fraction;
      });
    },
  );
}

/** Shows where a file is. A remote or browser window has no file manager of the right machine. */
export async function revealFile(file: vscode.Uri): Promise<void> {
  if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) {
    await vscode.commands.executeCommand('revealFileInOS', file);
  } else if (vscode.workspace.getWorkspaceFolder(file) !== undefined) {
    await vscode.commands.executeCommand('revealInExplorer', file);
  } else {
    await vscode.commands.executeCommand('vscode.open', file);
  }
}

/** Paths inside the workspace as the user knows them: without the workspace folder. */
function withoutFolder(message: string): string {
  return (vscode.workspace.workspaceFolders ?? []).reduce(
    (text, { uri }) => text.replaceAll(uri.fsPath + path.sep, ''),
    message,
  );
}
