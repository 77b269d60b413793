// Owns the tests of what the Problems panel says of a CSV: at which line and column, in which words, with which fix.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fileUri } from './workspace';

const MARKUP = '<img src=x onerror=alert(1)>';

/**
 * Sixty weights, one of them a text in a record that starts behind one of two lines; a column that says nothing, with
 * markup for a name.
 */
function messy(weight = 'heavy'): string {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const note = i === 4 ? '"two\nlines"' : `note ${(i * 7) % 13}`;
    return [note, i === 10 ? weight : String(40 + ((i * 17) % 50)), 'same'].join(',');
  });
  return [`note,weight,${MARKUP}`, ...rows, ''].join('\n');
}

const ours = (uri: vscode.Uri): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Model Bench');

function found(uri: vscode.Uri, code: string): Promise<vscode.Diagnostic> {
  return eventually(`the problem ${code}`, () => ours(uri).find((diagnostic) => diagnostic.code === code));
}

function setting(section: string, key: string, value: unknown): Thenable<void> {
  return vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
}

/** Registers the tests. */
export function csvDiagnosticsSuite(): void {
  describe('the problems of a CSV', () => {
    // In a browser the editor saves by itself after a second.
    before(() => setting('files', 'autoSave', 'off'));
    after(() => setting('files', 'autoSave', undefined));
    afterEach(async () => {
      await setting('modelBench', 'csvDiagnostics', undefined);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });

    const open = async (name: string, text: string): Promise<vscode.TextDocument> => {
      const uri = fileUri(name);
      fs.writeFileSync(uri.fsPath, text);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      return document;
    };
    const check = async (uri: vscode.Uri): Promise<void> => {
      await vscode.commands.executeCommand('modelBench.preprocessCsv', uri);
    };

    it('stand at the cell or the header, once the data tab has checked the file', async () => {
      const { uri } = await open('problems.csv', messy());
      assert.deepEqual(ours(uri), []);
      await check(uri);
      const text = await found(uri, 'textInNumbers');
      // Header, ten records and the second line of the fifth: the word is on line 13.
      const lines = messy().split('\n');
      const line = lines.findIndex((each) => each.includes('heavy'));
      const start = lines[line]?.indexOf('heavy') ?? -1;
      assert.equal(line + 1, 13);
      assert.deepEqual(text.range, new vscode.Range(line, start, line, start + 'heavy'.length));

      const constant = await found(uri, 'constant');
      assert.deepEqual(constant.range, new vscode.Range(0, 12, 0, 12 + MARKUP.length));
      // As text: the editor shows messages of problems as they are.
      assert.ok(constant.message.includes(MARKUP), constant.message);
      assert.equal(constant.severity, vscode.DiagnosticSeverity.Warning);
    });

    it('have a quick fix that opens the data tab', async () => {
      const { uri } = await open('fixes.csv', messy());
      await check(uri);
      const { range } = await found(uri, 'textInNumbers');
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        range,
        vscode.CodeActionKind.QuickFix.value,
      );
      const fix = actions.find(({ command }) => command?.command === 'modelBench.preprocessCsv');
      assert.equal(fix?.title, 'See what can be done in Preprocess CSV');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand(
        fix.command?.command ?? '',
        ...((fix.command?.arguments ?? []) as unknown[]),
      );
      await eventually('the data tab', () =>
        vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Data: fixes.csv' ? true : undefined,
      );
    });

    it('go when the cell is corrected and saved, and when the setting is off', async () => {
      const document = await open('mended.csv', messy());
      const { uri } = document;
      await check(uri);
      const { range } = await found(uri, 'textInNumbers');
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, range, '66');
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await document.save());
      await eventually('the end of the problem', () =>
        ours(uri).some(({ code }) => code === 'textInNumbers') ? undefined : true,
      );
      assert.ok(ours(uri).some(({ code }) => code === 'constant'));
      await setting('modelBench', 'csvDiagnostics', false);
      await eventually('no problems', () => (ours(uri).length === 0 ? true : undefined));
    });
  });
}
