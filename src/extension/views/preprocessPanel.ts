// Owns the data tab of a CSV: the first rows at once, the profile when the pass is done, progress and cancel in between.
import * as vscode from 'vscode';
import * as path from 'node:path';
import { isCancelled, throwIfAborted } from '../../shared/abort';
import type { Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import { serve, type ServerChannel } from '../../shared/protocol/channel';
import { preprocessContract, type PreprocessContract } from '../../shared/protocol/view';
import type { DataClient } from '../process/dataClient';
import { loadPage, webviewTransport } from './page';
import { PanelSet } from './panelSet';

const VIEW_TYPE = 'modelBench.preprocess';
const PREVIEW_ROWS = 1000;
/** A file is read again this long after its last change. */
const CHANGE_DELAY_MS = 500;

export class PreprocessPanels {
  private readonly panels: PanelSet;

  constructor(extensionUri: vscode.Uri, data: DataClient) {
    this.panels = new PanelSet(VIEW_TYPE, (panel, csv) => {
      new PreprocessPanel(panel, csv, data, extensionUri);
    });
  }

  register(): vscode.Disposable {
    return this.panels.register();
  }

  show(csv: vscode.Uri): void {
    this.panels.show(csv, vscode.ViewColumn.Active);
  }

  /** The CSV of the data tab that is in front, if one is. */
  activeUri(): vscode.Uri | undefined {
    return this.panels.activeSource();
  }
}

class PreprocessPanel implements Disposable {
  private readonly channel: ServerChannel<PreprocessContract>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private abort: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    panel: vscode.WebviewPanel,
    private readonly csv: vscode.Uri,
    private readonly data: DataClient,
    extensionUri: vscode.Uri,
  ) {
    const name = path.basename(csv.path);
    panel.title = vscode.l10n.t('Data: {0}', name);
    const command = (id: string, target: string | undefined): Record<string, never> => {
      void vscode.commands.executeCommand(id, csv, target);
      return {};
    };
    this.channel = serve(webviewTransport(panel.webview, panel.onDidDispose), preprocessContract, {
      ready: () => this.startLoading(),
      reload: () => this.startLoading(),
      cancel: () => {
        this.abort?.abort();
        return {};
      },
      train: ({ target }) => command('modelBench.trainModel', target),
      newExperiment: ({ target }) => command('modelBench.newExperiment', target),
      openFile: async ({ line }) => {
        const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
        await vscode.window.showTextDocument(csv, {
          selection: new vscode.Range(at, at),
          viewColumn: vscode.ViewColumn.Beside,
        });
        return {};
      },
    });
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(csv, '..'), name.replaceAll(/[[\]{}*?]/g, '?')),
    );
    this.subscriptions.push(
      watcher,
      watcher.onDidChange(() => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.startLoading(), CHANGE_DELAY_MS);
      }),
      data.onDidProgress(({ path: file, fraction }) => {
        if (file === csv.fsPath) this.channel.emit('profile', { kind: 'working', fraction });
      }),
      panel.onDidDispose(() => this.dispose()),
    );
    loadPage(panel.webview, extensionUri, {
      page: 'preprocess',
      title: panel.title,
      layout: 'wide',
      source: csv.toString(),
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private startLoading(): Record<string, never> {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.channel.emit('profile', { kind: 'working' });
    void this.load(abort.signal).catch((error: unknown) => {
      // A newer loading speaks for itself.
      if (this.abort !== abort) return;
      if (isCancelled(error)) this.channel.emit('profile', { kind: 'cancelled' });
      else this.channel.emit('profile', { kind: 'failed', message: toErrorData(error).message });
    });
    return {};
  }

  private async load(signal: AbortSignal): Promise<void> {
    const preview = await this.data.preview(this.csv.fsPath, PREVIEW_ROWS, { signal });
    throwIfAborted(signal);
    this.channel.emit('preview', { fileName: path.basename(this.csv.path), preview });
    const profile = await this.data.profile(this.csv.fsPath, { signal });
    throwIfAborted(signal);
    this.channel.emit('profile', { kind: 'ready', profile });
  }
}
