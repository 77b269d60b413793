// Owns what the quality checks found as problems of an open CSV: a finding at its first cell or its column's header, with
// the other rows beside it. A file is checked only once a data tab has checked it in this window: opening a CSV starts no
// process. Then it is checked again when it is saved.
import * as vscode from 'vscode';
import type { Disposable } from '../../shared/disposable';
import type { DatasetProfile } from '../../shared/schema/profile';
import type { QualityFinding, QualityStatus } from '../../shared/schema/quality';
import type { CheckedFile, DataClient } from '../process/dataClient';
import { cellRange } from './csvCells';

const SOURCE = 'Model Bench';
const SETTING = 'csvDiagnostics';
/** After a save the data tab of the file, if one is open, checks it too: it comes first. */
const SAVE_DELAY_MS = 1500;
/** Copies of unsaved text are checked too, each under a path of its own. */
const MAX_KEPT = 50;
/** Lines of one record that are looked through for a cell. */
const MAX_RECORD_LINES = 200;

interface Checked extends CheckedFile {
  readonly profile: DatasetProfile;
}

export class CsvDiagnostics implements Disposable, vscode.CodeActionProvider {
  private readonly collection = vscode.languages.createDiagnosticCollection('modelBench.csv');
  private readonly subscriptions: { dispose(): unknown }[] = [this.collection];
  /** By path of the file. Only what a data tab has checked. */
  private readonly checked = new Map<string, Checked>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly data: DataClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions.push(
      data.onDidCheck((file) => void this.take(file)),
      vscode.workspace.onDidOpenTextDocument((document) => this.show(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.checkSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(`modelBench.${SETTING}`)) return;
        this.collection.clear();
        for (const document of vscode.workspace.textDocuments) this.show(document);
      }),
      vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
  }

  provideCodeActions(
    { uri }: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const ours = diagnostics.filter((diagnostic) =>
      this.collection
        .get(uri)
        ?.some(({ code, message }) => code === diagnostic.code && message === diagnostic.message),
    );
    if (ours.length === 0) return [];
    const title = vscode.l10n.t('See what can be done in Preprocess CSV');
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command: 'modelBench.preprocessCsv', title, arguments: [uri] };
    action.diagnostics = ours;
    return [action];
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async take(file: CheckedFile): Promise<void> {
    clearTimeout(this.timers.get(file.report.path));
    try {
      // Known to the data process already; it says how the cells of a line are parted.
      const { path, reading, defaultEncoding } = file.params;
      const profile = await this.data.request('profile', { path, reading, defaultEncoding });
      this.checked.delete(file.report.path);
      this.checked.set(file.report.path, { ...file, profile });
      const [oldest] = this.checked.keys();
      if (this.checked.size > MAX_KEPT && oldest !== undefined) this.checked.delete(oldest);
    } catch (error) {
      this.log.info(`no problems shown for ${file.report.path}: ${String(error)}`);
      return;
    }
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.fsPath === file.report.path) this.show(document);
    }
  }

  private checkSoon({ uri }: vscode.TextDocument): void {
    const file = uri.scheme === 'file' ? this.checked.get(uri.fsPath) : undefined;
    if (file === undefined || !isWanted(uri)) return;
    clearTimeout(this.timers.get(uri.fsPath));
    const timer = setTimeout(() => {
      // Its answer comes by onDidCheck.
      this.data.request('quality', file.params).catch((error: unknown) => {
        this.collection.delete(uri);
        this.log.info(`not checked: ${uri.fsPath}: ${String(error)}`);
      });
    }, SAVE_DELAY_MS);
    this.timers.set(uri.fsPath, timer);
  }

  /** While it is edited, places move with the text: they are told anew when it is saved. */
  private show(document: vscode.TextDocument): void {
    const { uri, isDirty, isClosed } = document;
    const file = uri.scheme === 'file' ? this.checked.get(uri.fsPath) : undefined;
    if (file === undefined || isDirty || isClosed || !isWanted(uri)) return;
    this.collection.set(
      uri,
      file.report.checks.flatMap(({ findings }) =>
        findings.map((finding) => diagnosticOf(document, finding, file.profile)),
      ),
    );
  }
}

function isWanted(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('modelBench', uri).get<boolean>(SETTING) ?? true;
}

function diagnosticOf(
  document: vscode.TextDocument,
  { check, status, message, rows, columns }: QualityFinding,
  profile: DatasetProfile,
): vscode.Diagnostic {
  // A cell that is wrong is shown itself; what is said of a column stands at its header.
  const places = rows.flatMap(({ line, column, text }) =>
    line === undefined
      ? []
      : [
          {
            range: cellOf(document, line - 1, column, profile),
            isCell: text !== undefined,
            text: text ?? '',
          },
        ],
  );
  const [first, ...others] = places;
  const isAtCell = first?.isCell === true;
  const header = cellOf(document, profile.dialect.hasHeader ? headerLine(document) : 0, columns[0], profile);
  const diagnostic = new vscode.Diagnostic(isAtCell ? first.range : header, message, SEVERITIES[status]);
  diagnostic.source = SOURCE;
  diagnostic.code = check;
  diagnostic.relatedInformation = (isAtCell ? others : places).map(
    ({ range, text }) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(document.uri, range),
        text === '' ? vscode.l10n.t('line {0}', range.start.line + 1) : text,
      ),
  );
  return diagnostic;
}

const SEVERITIES: Readonly<Record<QualityStatus, vscode.DiagnosticSeverity>> = {
  pass: vscode.DiagnosticSeverity.Hint,
  note: vscode.DiagnosticSeverity.Information,
  warn: vscode.DiagnosticSeverity.Warning,
  fail: vscode.DiagnosticSeverity.Error,
};

/** Blank lines above the header are passed over. */
function headerLine(document: vscode.TextDocument): number {
  for (let line = 0; line < Math.min(document.lineCount, 1000); line++) {
    if (!document.lineAt(line).isEmptyOrWhitespace) return line;
  }
  return 0;
}

/** The cell of a column in the record that starts on a line; the whole line without a column. */
function cellOf(
  document: vscode.TextDocument,
  line: number,
  column: string | undefined,
  { columns, dialect }: DatasetProfile,
): vscode.Range {
  const at = Math.min(line, document.lineCount - 1);
  const index = columns.findIndex(({ name }) => name === column);
  const whole = document.lineAt(at).range;
  if (index < 0) return whole;
  const text = document.getText(new vscode.Range(at, 0, at + MAX_RECORD_LINES, 0));
  const found = cellRange(text, 0, index, dialect);
  if (found === undefined) return whole;
  const offset = document.offsetAt(whole.start);
  return new vscode.Range(document.positionAt(offset + found.start), document.positionAt(offset + found.end));
}
