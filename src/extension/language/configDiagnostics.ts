// Owns the squiggles in a config: what the schema says, then what its CSV says (unknown columns, a useless target).
import * as vscode from 'vscode';
import { isCancelled } from '../../shared/abort';
import type { Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { ExperimentFinding } from '../../shared/schema/experimentFinding';
import { locate, parseExperiment } from '../../core/experiment/parseExperiment';
import { dataPathOf, isExperimentUri, readByEditor } from '../experiments';
import type { DataClient } from '../process/dataClient';

const DELAY_MS = 200;
const SOURCE = 'Model Bench';

export class ConfigDiagnostics implements Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('modelBench');
  private readonly subscriptions: { dispose(): unknown }[] = [this.collection];
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly data: DataClient) {
    this.subscriptions.push(
      vscode.workspace.onDidOpenTextDocument((document) => this.schedule(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.schedule(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.checkAll()),
    );
    this.checkAll();
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.schedule(document);
  }

  private schedule(document: vscode.TextDocument): void {
    if (!isExperimentUri(document.uri) || document.uri.scheme !== 'file') return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        void this.check(document);
      }, DELAY_MS),
    );
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const text = document.getText();
    const { experiment, issues } = parseExperiment(text);
    if (experiment === undefined) {
      this.collection.set(
        document.uri,
        issues.map((issue) => diagnostic(document, issue, issue.message, 'config.invalid', 'error')),
      );
      return;
    }
    // Reading the CSV starts a process, which an untrusted workspace may not.
    const findings = vscode.workspace.isTrusted
      ? await this.findingsOf(dataPathOf(document.uri, experiment), experiment)
      : [];
    if (document.version !== version || document.isClosed) return;
    this.collection.set(
      document.uri,
      findings.map(({ path, message, code, severity }) =>
        diagnostic(document, locate(text, path) ?? { offset: 0, length: 1 }, message, code, severity),
      ),
    );
  }

  private async findingsOf(dataPath: string, experiment: Experiment): Promise<readonly ExperimentFinding[]> {
    try {
      return (await this.data.request('check', readByEditor(experiment, dataPath))).findings;
    } catch (error) {
      if (isCancelled(error)) return [];
      return [
        {
          severity: 'error',
          code: 'data.unreadable',
          message: toErrorData(error).message,
          path: ['data', 'path'],
        },
      ];
    }
  }
}

function diagnostic(
  document: vscode.TextDocument,
  place: { offset: number; length: number },
  message: string,
  code: string,
  severity: 'error' | 'warning',
): vscode.Diagnostic {
  const range = new vscode.Range(
    document.positionAt(place.offset),
    document.positionAt(place.offset + Math.max(1, place.length)),
  );
  const result = new vscode.Diagnostic(
    range,
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  result.source = SOURCE;
  result.code = code;
  return result;
}
