// Owns the architecture tab: of a config, live while it is edited, or of a run as it was trained.
import * as vscode from 'vscode';
import { isCancelled } from '../../shared/abort';
import type { Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import { serve, type ServerChannel } from '../../shared/protocol/channel';
import { architectureContract, type ArchitectureContract } from '../../shared/protocol/view';
import type { Experiment } from '../../shared/schema/experiment';
import { locate, parseExperiment } from '../../core/experiment/parseExperiment';
import { runPaths } from '../../core/runs/runFolder';
import { readExperimentOf } from '../../core/runs/runStore';
import { dataPathOf, isExperimentUri, openJson, readByEditor } from '../experiments';
import type { DataClient } from '../process/dataClient';
import type { RunManager } from '../runs/runManager';
import { loadPage, webviewTransport } from './page';
import { PanelSet } from './panelSet';

const VIEW_TYPE = 'modelBench.architecture';
const EDIT_DELAY_MS = 150;

interface Source {
  readonly title: string;
  /** The config shown when a layer is clicked. */
  readonly config: vscode.Uri;
  load(): Promise<{ experiment: Experiment; dataPath: string; defaultEncoding?: string }>;
}

export class ArchitecturePanels {
  private readonly panels: PanelSet;

  constructor(
    extensionUri: vscode.Uri,
    data: DataClient,
    private readonly runs: RunManager,
  ) {
    this.panels = new PanelSet(VIEW_TYPE, (panel, target) => {
      const source = isExperimentUri(target) ? configSource(target) : this.runSource(target);
      new ArchitecturePanel(panel, source, data, extensionUri, target.toString());
    });
  }

  register(): vscode.Disposable {
    return this.panels.register();
  }

  /** @param target a config, or a run's folder */
  show(target: vscode.Uri): void {
    this.panels.show(target, vscode.ViewColumn.Beside);
  }

  private runSource(folder: vscode.Uri): Source {
    const config = vscode.Uri.file(runPaths(folder.fsPath).experiment);
    return {
      title:
        this.runs.runs.find((run) => run.folder === folder.fsPath)?.summary.runId ??
        vscode.workspace.asRelativePath(folder),
      config,
      load: async () => {
        const session = await this.runs.session(folder.fsPath);
        return { experiment: await readExperimentOf(folder.fsPath), dataPath: session.summary.dataPath };
      },
    };
  }
}

function configSource(uri: vscode.Uri): Source {
  return {
    title: vscode.workspace.asRelativePath(uri),
    config: uri,
    load: async () => {
      const text = (await openJson(uri)).getText();
      const { experiment, issues } = parseExperiment(text);
      const [issue] = issues;
      if (experiment !== undefined) return readByEditor(experiment, dataPathOf(uri, experiment));
      throw new Error(vscode.l10n.t('Line {0}: {1}', issue?.line ?? 1, issue?.message ?? ''));
    },
  };
}

class ArchitecturePanel implements Disposable {
  private readonly channel: ServerChannel<ArchitectureContract>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private abort: AbortController | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly source: Source,
    private readonly data: DataClient,
    extensionUri: vscode.Uri,
    key: string,
  ) {
    panel.title = vscode.l10n.t('Architecture: {0}', source.title);
    this.channel = serve(webviewTransport(panel.webview, panel.onDidDispose), architectureContract, {
      ready: async () => {
        await this.update();
        return {};
      },
      revealLayer: async ({ layerIndex }) => {
        await this.reveal(layerIndex);
        return {};
      },
      copyText: async ({ text, what }) => {
        await vscode.env.clipboard.writeText(text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('{0} copied', what), 3000);
        return {};
      },
    });
    this.subscriptions.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() !== source.config.toString()) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.update(), EDIT_DELAY_MS);
      }),
      panel.onDidDispose(() => this.dispose()),
    );
    loadPage(panel.webview, extensionUri, {
      page: 'architecture',
      title: panel.title,
      layout: 'wide',
      source: key,
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async update(): Promise<void> {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    const title = this.source.title;
    try {
      const architecture = await this.data.request('architecture', await this.source.load(), {
        signal: abort.signal,
      });
      if (!abort.signal.aborted)
        this.channel.emit('architecture', { title, state: { kind: 'ready', architecture } });
    } catch (error) {
      if (isCancelled(error) || abort.signal.aborted) return;
      this.channel.emit('architecture', {
        title,
        state: { kind: 'failed', message: toErrorData(error).message },
      });
    }
  }

  private async reveal(layerIndex: number): Promise<void> {
    const document = await openJson(this.source.config);
    const place = locate(document.getText(), ['model', 'layers', layerIndex]);
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn:
        this.panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One,
      preserveFocus: false,
    });
    if (place === undefined) return;
    const range = new vscode.Range(
      document.positionAt(place.offset),
      document.positionAt(place.offset + place.length),
    );
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
