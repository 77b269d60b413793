// Owns what the Problems panel says of a CSV: the findings of its checks, while it is open in an editor, which only
// small files can be. They go with the data tab.
import * as vscode from 'vscode';
import { assertNever } from '../../../shared/errors';
import type { Disposable } from '../../../shared/disposable';
import type { Checked } from './dataTab';
import { findingMarks, type Mark } from './findingMarks';

export class QualityProblems implements Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('modelBench.quality');
  private readonly subscriptions: { dispose(): unknown }[];
  private isDisposed = false;

  /** @param checked what is known now, if anything is */
  constructor(
    private readonly csv: vscode.Uri,
    private readonly checked: () => Checked | undefined,
  ) {
    const update = ({ uri }: vscode.TextDocument): void => {
      if (uri.toString() === csv.toString()) this.update();
    };
    this.subscriptions = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(update),
      vscode.workspace.onDidCloseTextDocument(update),
    ];
  }

  /** To be called when what is known has changed. */
  update(): void {
    if (this.isDisposed) return;
    const checked = this.checked();
    const document = vscode.workspace.textDocuments.find(
      ({ uri, isClosed }) => !isClosed && uri.toString() === this.csv.toString(),
    );
    if (checked === undefined || document === undefined) {
      this.collection.delete(this.csv);
      return;
    }
    const { report, columns, dialect } = checked;
    const lineAt = (line: number): string | undefined =>
      line >= 0 && line < document.lineCount ? document.lineAt(line).text : undefined;
    this.collection.set(this.csv, findingMarks(report, { columns, dialect, lineAt }).map(diagnostic));
  }

  dispose(): void {
    this.isDisposed = true;
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function diagnostic({ line, start, end, message, check, status }: Mark): vscode.Diagnostic {
  const result = new vscode.Diagnostic(new vscode.Range(line, start, line, end), message, severityOf(status));
  result.source = 'Model Bench';
  result.code = check;
  return result;
}

function severityOf(status: Mark['status']): vscode.DiagnosticSeverity {
  switch (status) {
    case 'fail':
      return vscode.DiagnosticSeverity.Error;
    case 'warn':
      return vscode.DiagnosticSeverity.Warning;
    case 'note':
      return vscode.DiagnosticSeverity.Information;
    default:
      return assertNever(status);
  }
}
