// Owns the tests of the data tab from inside the editor: its title, its files, its process. What its page shows is tested
// by the journeys.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fileUri, workspaceFolder } from './workspace';

const titles = (): string[] =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

async function titled(title: string): Promise<void> {
  await eventually(`the tab "${title}"`, () => (titles().includes(title) ? true : undefined));
}

/** The data process of this extension host. */
function dataProcess(): number | undefined {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return Number(parent) === process.pid && command.includes('dataWorker.js');
      } catch {
        return false;
      }
    });
}

/** Dialogs and messages of the window, answered by the test; each is put back afterwards. */
const window = vscode.window as unknown as Record<string, unknown>;
const replaced = new Map<string, unknown>();
function answerWith(name: string, answer: (...args: unknown[]) => unknown): void {
  if (!replaced.has(name)) replaced.set(name, window[name]);
  window[name] = (...args: unknown[]) => Promise.resolve(answer(...args));
}

/** In a browser the editor saves by itself after a second. */
function autoSave(value: string | undefined): Thenable<void> {
  return vscode.workspace
    .getConfiguration('files')
    .update('autoSave', value, vscode.ConfigurationTarget.Global);
}

const LARGE_ROWS = 400_000;

/** Registers the tests. */
export function dataSuite(): void {
  describe('the data tab', () => {
    let messages: string[];
    before(() => autoSave('off'));
    after(() => autoSave(undefined));
    beforeEach(() => {
      messages = [];
      for (const name of ['showErrorMessage', 'showInformationMessage', 'showWarningMessage']) {
        answerWith(name, (message) => {
          messages.push(String(message));
        });
      }
    });
    afterEach(async () => {
      for (const [name, original] of replaced) window[name] = original;
      replaced.clear();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });

    const open = async (name: string): Promise<void> => {
      await vscode.commands.executeCommand('modelBench.preprocessCsv', fileUri(name));
      await titled(`Data: ${name}`);
    };

    it('says while it shows unsaved text, and goes back to the file when that is saved or reverted', async () => {
      const uri = fileUri('edited.csv');
      fs.writeFileSync(uri.fsPath, 'a,b\n1,x\n2,y\n');
      await open('edited.csv');
      const document = await vscode.workspace.openTextDocument(uri);
      const edit = async (): Promise<void> => {
        const change = new vscode.WorkspaceEdit();
        change.insert(uri, document.lineAt(document.lineCount - 1).range.end, '3,z\n');
        assert.ok(await vscode.workspace.applyEdit(change));
        await titled('Data: edited.csv (unsaved changes)');
      };
      await edit();
      assert.ok(await document.save());
      await titled('Data: edited.csv');
      await edit();
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await titled('Data: edited.csv');
      assert.equal(fs.readFileSync(uri.fsPath, 'utf8'), 'a,b\n1,x\n2,y\n3,z\n');
    });

    it('exports the text that it shows, unsaved or not', async () => {
      const uri = fileUri('typed.csv');
      fs.writeFileSync(uri.fsPath, 'a,b\n1,x\n');
      await open('typed.csv');
      const change = new vscode.WorkspaceEdit();
      change.insert(uri, new vscode.Position(2, 0), '2,é\n');
      await vscode.workspace.openTextDocument(uri);
      assert.ok(await vscode.workspace.applyEdit(change));
      await titled('Data: typed.csv (unsaved changes)');
      const output = fileUri('typed-out.csv');
      answerWith('showSaveDialog', () => output);
      await vscode.commands.executeCommand('modelBench.exportTable');
      assert.deepEqual(fs.readFileSync(output.fsPath, 'utf8').split(/\r?\n/), ['a,b', '1,x', '2,é', '']);
      assert.match(messages.at(-1) ?? '', /^Wrote typed-out\.csv: 2 rows, 2 columns/);
      assert.equal(fs.readFileSync(uri.fsPath, 'utf8'), 'a,b\n1,x\n');
      await vscode.commands.executeCommand('modelBench.preprocessCsv', uri);
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('writes a recipe where it is told to, and never over the table', async () => {
      await open('penguins.csv');
      const asked: unknown[] = [];
      const target = fileUri('penguins.recipe.json');
      answerWith('showSaveDialog', (options) => {
        asked.push((options as vscode.SaveDialogOptions).defaultUri?.fsPath);
        return target;
      });
      await vscode.commands.executeCommand('modelBench.saveRecipe');
      assert.deepEqual(asked, [target.fsPath]);
      const saved = JSON.parse(fs.readFileSync(target.fsPath, 'utf8')) as unknown;
      assert.deepEqual(saved, { version: 1, steps: [] });
      const csv = fs.readFileSync(fileUri('penguins.csv').fsPath);
      answerWith('showSaveDialog', () => fileUri('penguins.csv'));
      await vscode.commands.executeCommand('modelBench.saveRecipe');
      await vscode.commands.executeCommand('modelBench.exportTable');
      assert.equal(messages.length, 2, messages.join('\n'));
      assert.ok(csv.equals(fs.readFileSync(fileUri('penguins.csv').fsPath)));
    });

    it('scaffolds a config with the recipe, the split and the weights of its draft', async () => {
      const draft = {
        steps: [{ step: 'dropColumns', enabled: true, columns: ['day'] }],
        split: { method: 'random', validation: 0.2, test: 0.2, seed: 7 },
        classWeights: true,
        ignored: ['size'],
        reading: { missing: ['-999'] },
      };
      const uri = fileUri('drafted.csv');
      fs.copyFileSync(fileUri('tips.csv').fsPath, uri.fsPath);
      await vscode.commands.executeCommand('modelBench.newExperiment', uri, 'sex', draft);
      assert.deepEqual(messages, []);
      const text = fs.readFileSync(fileUri('drafted.experiment.json').fsPath, 'utf8');
      const config = JSON.parse(text) as Record<string, unknown>;
      const { recipe, split, training, data } = config as Record<string, Record<string, unknown>>;
      assert.deepEqual(recipe, [{ step: 'dropColumns', columns: ['day'] }]);
      assert.equal(split?.['method'], 'random');
      assert.equal(split['seed'], 7);
      assert.equal(training?.['classWeights'], 'balanced');
      const features = config['features'] as { column: string; use?: boolean }[];
      assert.deepEqual(
        features.filter(({ use }) => use === false).map(({ column }) => column),
        ['size'],
      );
      assert.deepEqual((data?.['reading'] as Record<string, unknown>)['missing'], ['-999']);
    });

    it('says that its process was killed in the middle of an export, leaves no file, and does it again', async function () {
      if (process.platform !== 'linux') this.skip();
      const rows = Array.from({ length: LARGE_ROWS }, (_, i) => `${i},${(i * 7) % 9973},text ${i % 100}`);
      fs.writeFileSync(fileUri('large.csv').fsPath, `a,b,c\n${rows.join('\n')}\n`);
      await open('large.csv');
      const output = fileUri('large-out.csv');
      answerWith('showSaveDialog', () => output);
      const exporting = vscode.commands.executeCommand('modelBench.exportTable');
      const partial = (): string[] =>
        fs.readdirSync(workspaceFolder()).filter((name) => name.startsWith('large-out'));
      await eventually('the export', () => (partial().length > 0 ? true : undefined));
      const pid = dataProcess();
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGKILL');
      await exporting;
      const [message = ''] = messages;
      assert.match(message, /SIGKILL/);
      assert.ok(!message.includes('\n'));
      assert.equal(fs.existsSync(output.fsPath), false);

      await vscode.commands.executeCommand('modelBench.exportTable');
      const lines = fs.readFileSync(output.fsPath, 'utf8').trimEnd().split(/\r?\n/);
      assert.equal(lines.length, LARGE_ROWS + 1);
      assert.equal(lines.at(-1), rows.at(-1));
      fs.rmSync(path.join(workspaceFolder(), 'large.csv'));
    });
  });
}
