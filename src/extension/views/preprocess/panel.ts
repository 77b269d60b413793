// Owns the panel of one data tab: its title, its page, the file and the editor it follows, the dialogs it opens. What is
// read and asked is dataTab's.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../../shared/disposable';
import { serve, type Handlers, type ServerChannel } from '../../../shared/protocol/channel';
import { preprocessContract, type PreprocessContract, type RecipeDraft } from '../../../shared/protocol/view';
import { encodingSettingOf } from '../../experiments';
import type { DataClient } from '../../process/dataClient';
import { loadPage, webviewTransport } from '../page';
import { DataTab, type TabSource } from './dataTab';
import { DraftStore } from './draftStore';
import { exportTable } from './exportTable';
import { openRecipe, saveRecipe } from './recipeFiles';
import { SourceText } from './sourceText';
import type { UnsavedFolder } from './unsavedCopy';

/** A file or text is read again this long after its last change. */
const CHANGE_DELAY_MS = 500;
const STATUS_MS = 3000;

export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly data: DataClient;
  readonly memory: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
  readonly unsaved: UnsavedFolder;
}

export class PreprocessPanel implements Disposable {
  private readonly channel: ServerChannel<PreprocessContract>;
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly text: SourceText;
  private readonly tab: DataTab;
  private readonly name: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly csv: vscode.Uri,
    services: PanelServices,
  ) {
    const { data, memory, log } = services;
    this.name = path.basename(csv.path);
    panel.title = vscode.l10n.t('Data: {0}', this.name);
    this.text = new SourceText(csv, services.unsaved.copyOf(this.name), () => this.readSoon());
    this.tab = new DataTab({
      csvPath: csv.fsPath,
      fileName: this.name,
      data,
      drafts: new DraftStore(memory, csv.toString(), log),
      emit: (event, value) => this.channel.emit(event, value),
      source: () => this.source(),
      defaultEncoding: () => encodingSettingOf(csv),
    });
    this.channel = serve(
      webviewTransport(panel.webview, panel.onDidDispose),
      preprocessContract,
      this.handlers(),
    );
    this.subscriptions.push(
      this.tab,
      this.text,
      ...this.watch(),
      panel.onDidDispose(() => this.dispose()),
    );
    loadPage(panel.webview, services.extensionUri, {
      page: 'preprocess',
      title: panel.title,
      layout: 'wide',
      source: csv.toString(),
    });
    // The page takes its time: it is told what is known when it is up.
    void this.tab.load();
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
  }

  async saveRecipe(): Promise<void> {
    await saveRecipe(this.csv, this.tab.draft.steps);
  }

  async exportTable(): Promise<void> {
    await exportTable(this.tab, { csv: this.csv, draft: this.tab.draft });
  }

  private handlers(): Handlers<PreprocessContract> {
    const { tab, csv } = this;
    const command = (id: string, draft: RecipeDraft): Record<string, never> => {
      void vscode.commands.executeCommand(id, csv, draft.target, draft);
      return {};
    };
    return {
      ready: () => tab.ready().then(() => ({})),
      reload: () => tab.load().then(() => ({})),
      cancel: () => {
        tab.cancel();
        return {};
      },
      keepDraft: ({ draft }) => tab.keepDraft(draft).then(() => ({})),
      page: (params, signal) => tab.page(params, signal),
      preview: (params, signal) => tab.preview(params, signal),
      counts: (params, signal) => tab.count(params, signal),
      saveRecipe: ({ draft }) => saveRecipe(csv, draft.steps).then(() => ({})),
      openRecipe: async () => {
        const steps = await openRecipe(csv);
        return steps === undefined ? null : { steps };
      },
      export: ({ draft, options }, signal) => exportTable(tab, { csv, draft, options, signal }),
      copyAs: ({ draft, language }, signal) => this.copyAs(draft, language, signal),
      train: ({ draft }) => command('modelBench.trainModel', draft),
      newExperiment: ({ draft }) => command('modelBench.newExperiment', draft),
      openFile: async ({ line }) => {
        const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
        // Not showTextDocument: extensions are given no documents over 50 MB, but the editor shows them.
        await vscode.commands.executeCommand('vscode.open', csv, {
          selection: new vscode.Range(at, at),
          viewColumn: vscode.ViewColumn.Beside,
        });
        return {};
      },
    };
  }

  private watch(): vscode.Disposable[] {
    const { csv } = this;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(csv, '..'), this.name.replaceAll(/[[\]{}*?]/g, '?')),
    );
    const changed = (): void => {
      // While unsaved text is shown, the file behind it does not matter.
      if (!this.text.isUnsaved) this.readSoon();
    };
    return [
      watcher,
      watcher.onDidChange(changed),
      // Some programs write a file by replacing it.
      watcher.onDidCreate(changed),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('files.encoding', csv)) changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.readSoon()),
    ];
  }

  private readSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tab.load({ keepsDraft: true }), CHANGE_DELAY_MS);
  }

  private async source(): Promise<TabSource> {
    const source = await this.text.current();
    this.panel.title = source.isUnsaved
      ? vscode.l10n.t('Data: {0} (unsaved changes)', this.name)
      : vscode.l10n.t('Data: {0}', this.name);
    return source;
  }

  private async copyAs(
    draft: RecipeDraft,
    language: 'sql' | 'pandas',
    signal: AbortSignal,
  ): Promise<Record<string, never>> {
    const { text, issues } = await this.tab.text(draft, language, signal);
    await vscode.env.clipboard.writeText(text);
    const what = language === 'sql' ? 'SQL' : 'pandas';
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} copied', what), STATUS_MS);
    const [first, ...others] = issues;
    if (first !== undefined) {
      const more = others.length === 0 ? '' : ` ${vscode.l10n.t('({0} more)', others.length)}`;
      void vscode.window.showWarningMessage(first.message + more);
    }
    return {};
  }
}
