// Owns the data tabs: one a CSV, restored after a reload, and which of them is in front.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { DataClient } from '../../process/dataClient';
import { PanelSet } from '../panelSet';
import { PreprocessPanel } from './panel';
import { UnsavedFolder } from './unsavedCopy';

const VIEW_TYPE = 'modelBench.preprocess';

export class PreprocessPanels implements vscode.Disposable {
  private readonly panels: PanelSet;
  private readonly unsaved: UnsavedFolder;
  private readonly open = new Map<vscode.WebviewPanel, PreprocessPanel>();

  constructor(context: vscode.ExtensionContext, data: DataClient, log: vscode.LogOutputChannel) {
    const storage = context.storageUri ?? context.globalStorageUri;
    this.unsaved = new UnsavedFolder(path.join(storage.fsPath, 'unsaved'));
    const { extensionUri, workspaceState: memory } = context;
    this.panels = new PanelSet(VIEW_TYPE, (panel, csv) => {
      this.open.set(
        panel,
        new PreprocessPanel(panel, csv, { extensionUri, data, memory, log, unsaved: this.unsaved }),
      );
      panel.onDidDispose(() => this.open.delete(panel));
    });
  }

  register(): vscode.Disposable {
    return this.panels.register();
  }

  /** The tabs live as long as the window; their copies of unsaved text must not outlive it. */
  dispose(): void {
    this.unsaved.removeSync();
  }

  show(csv: vscode.Uri): void {
    this.panels.show(csv, vscode.ViewColumn.Active);
  }

  /** The CSV of the data tab that is in front, if one is. */
  activeUri(): vscode.Uri | undefined {
    return this.panels.activeSource();
  }

  /** The data tab that is in front, if one is. */
  active(): PreprocessPanel | undefined {
    return [...this.open].find(([panel]) => panel.active)?.[1];
  }
}
