// Owns which text of a CSV is read: the file's, or that of an editor with unsaved changes, as a copy on disk. Documents
// over 50 MB are never given to extensions: there the file is read.
import * as vscode from 'vscode';
import type { Disposable } from '../../../shared/disposable';
import type { TabSource } from './dataTab';
import type { TextSnapshot, UnsavedCopy } from './unsavedCopy';

const FILE = 'file';

export class SourceText implements Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  /** The version of the text that was given last, or FILE. */
  private given: number | typeof FILE | undefined;
  private copied: { readonly version: number; readonly path: string } | undefined;

  /** @param onDidChange something else would be given now than was */
  constructor(
    private readonly csv: vscode.Uri,
    private readonly copy: UnsavedCopy,
    onDidChange: () => void,
  ) {
    const changed = ({ uri }: vscode.TextDocument): void => {
      if (uri.toString() !== this.csv.toString()) return;
      if ((this.dirtyDocument()?.version ?? FILE) !== this.given) onDidChange();
    };
    this.subscriptions.push(
      // Also told when a document turns dirty or clean.
      vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document)),
      vscode.workspace.onDidSaveTextDocument(changed),
      vscode.workspace.onDidCloseTextDocument(changed),
    );
  }

  get isUnsaved(): boolean {
    return typeof this.given === 'number';
  }

  /** @throws CancelledError when the text is edited meanwhile; the system's error when it cannot be copied */
  async current(): Promise<TabSource> {
    const document = this.dirtyDocument();
    this.given = document?.version ?? FILE;
    if (document === undefined) return { path: this.csv.fsPath, isUnsaved: false };
    const { version } = document;
    if (this.copied?.version !== version) {
      this.copied = { version, path: await this.copy.write(snapshot(document)) };
    }
    return { path: this.copied.path, isUnsaved: true };
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    void this.copy.remove();
  }

  private dirtyDocument(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find(
      ({ uri, isDirty, isClosed }) => isDirty && !isClosed && uri.toString() === this.csv.toString(),
    );
  }
}

function snapshot(document: vscode.TextDocument): TextSnapshot {
  const { version, lineCount } = document;
  return {
    lineCount,
    lines: (from, to) => document.getText(new vscode.Range(from, 0, to, 0)),
    isCurrent: () => document.version === version && !document.isClosed,
  };
}
