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

const VIEW_TYPE = 'modelBench.preprocess';
const PREVIEW_ROWS = 1000;
/** A file is read again this long after its last change. */
const CHANGE_DELAY_MS = 500;

export class PreprocessPanels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, PreprocessPanel>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly data: DataClient,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  show(csv: vscode.Uri): void {
    const shown = this.open.get(csv.toString());
    if (shown !== undefined) {
      shown.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, '', vscode.ViewColumn.Active, {
      enableScripts: true,
    });
    this.fill(panel, csv);
  }

  /** The CSV of the data tab that is in front, if one is. */
  activeUri(): vscode.Uri | undefined {
    return [...this.open.values()].find(({ panel }) => panel.active)?.csv;
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const source =
      typeof state === 'object' && state !== null && 'source' in state ? state.source : undefined;
    if (typeof source === 'string' && source !== '') this.fill(panel, vscode.Uri.parse(source));
    else panel.dispose();
    return Promise.resolve();
  }

  private fill(panel: vscode.WebviewPanel, csv: vscode.Uri): void {
    this.open.set(csv.toString(), new PreprocessPanel(panel, csv, this.data, this.extensionUri));
    panel.onDidDispose(() => this.open.delete(csv.toString()));
  }
}

class PreprocessPanel implements Disposable {
  private readonly channel: ServerChannel<PreprocessContract>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private abort: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly csv: vscode.Uri,
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
