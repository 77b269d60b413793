// Owns the lenses above a config: Train, Show Architecture with the parameter count, and the last run's score.
import * as vscode from 'vscode';
import type { Disposable } from '../../shared/disposable';
import { locate, parseExperiment } from '../../core/experiment/parseExperiment';
import { dataPathOf, readByEditor } from '../experiments';
import type { DataClient } from '../process/dataClient';
import type { RunManager } from '../runs/runManager';
import { scoreText, stateText } from '../runs/runText';

export const CONFIG_SELECTOR: vscode.DocumentSelector = { pattern: '**/*.experiment.json', scheme: 'file' };

class ArchitectureLens extends vscode.CodeLens {
  constructor(
    range: vscode.Range,
    readonly document: vscode.TextDocument,
  ) {
    super(range);
  }
}

export class ConfigCodeLens implements vscode.CodeLensProvider, Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly data: DataClient,
    private readonly runs: RunManager,
  ) {
    let scores = '';
    this.listener = runs.onDidChangeRuns(() => {
      // Only what a lens shows makes lenses move.
      const now = runs.runs.map(({ summary }) => `${summary.runId}${summary.state}`).join();
      if (now !== scores) this.changed.fire();
      scores = now;
    });
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const top = new vscode.Range(0, 0, 0, 0);
    const model = locate(document.getText(), ['model']);
    const modelLine =
      model === undefined
        ? top
        : new vscode.Range(document.positionAt(model.offset), document.positionAt(model.offset));
    return [
      new vscode.CodeLens(top, {
        command: 'modelBench.trainModel',
        title: `$(play) ${vscode.l10n.t('Train')}`,
        arguments: [document.uri],
      }),
      new ArchitectureLens(top, document),
      ...this.lastRun(document.uri, top),
      ...(model === undefined ? [] : [new ArchitectureLens(modelLine, document)]),
    ];
  }

  async resolveCodeLens(lens: vscode.CodeLens, token: vscode.CancellationToken): Promise<vscode.CodeLens> {
    if (!(lens instanceof ArchitectureLens)) return lens;
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const count = await this.parameters(lens.document, abort.signal);
    const title = vscode.l10n.t('Show Architecture');
    lens.command = {
      command: 'modelBench.showArchitecture',
      title:
        count === undefined
          ? `$(type-hierarchy) ${title}`
          : `$(type-hierarchy) ${vscode.l10n.t('{0} ({1} parameters)', title, count)}`,
      arguments: [lens.document.uri],
    };
    return lens;
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }

  private async parameters(document: vscode.TextDocument, signal: AbortSignal): Promise<string | undefined> {
    const { experiment } = parseExperiment(document.getText());
    if (experiment === undefined || !vscode.workspace.isTrusted) return undefined;
    try {
      const dataPath = dataPathOf(document.uri, experiment);
      const { totals } = await this.data.request('architecture', readByEditor(experiment, dataPath), {
        signal,
      });
      return totals.parameters.toLocaleString(vscode.env.language);
    } catch {
      // The diagnostics say what is wrong with the data; the lens still opens the drawing.
      return undefined;
    }
  }

  private lastRun(uri: vscode.Uri, range: vscode.Range): vscode.CodeLens[] {
    const run = this.runs.runs.find(({ summary }) => summary.experimentPath === uri.fsPath);
    if (run === undefined) return [];
    const score = scoreText(run.summary) ?? stateText(run.summary.state);
    const title = `$(graph-line) ${vscode.l10n.t('Last run: {0}', run.summary.state === 'running' ? vscode.l10n.t('running') : score)}`;
    return [
      new vscode.CodeLens(range, { command: 'modelBench.showLossCurves', title, arguments: [run.folder] }),
    ];
  }
}
