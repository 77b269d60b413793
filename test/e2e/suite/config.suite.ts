// Owns the tests of a config in the editor: squiggles from schema and data, lenses, hover texts of the JSON Schema.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, writeExperiment } from './workspace';

const good = {
  name: 'good',
  data: { path: 'penguins.csv', target: { column: 'Species', task: 'multiclass' } },
  features: [
    { column: 'Island', type: 'category' },
    { column: 'Body Mass (g)', type: 'number' },
  ],
  split: { method: 'stratified' },
  model: { layers: [{ type: 'dense', units: 16 }] },
  training: {},
};

/** Squiggles of our own, not those of the JSON language. */
function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Model Bench');
}

async function lenses(uri: vscode.Uri): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    10,
  );
  return found.map(({ command }) => command?.title ?? '');
}

/** Registers the tests. */
export function configSuite(): void {
  describe('a config in the editor', () => {
    it('marks a column that the CSV does not have, at its place, with the nearest', async () => {
      const uri = await writeExperiment('unknown', {
        ...good,
        features: [{ column: 'Iland', type: 'category' }],
      });
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const [finding] = await eventually('a finding', () =>
        findings(uri).length > 0 ? findings(uri) : undefined,
      );
      assert.ok(finding);
      assert.match(finding.message, /"Iland".*Did you mean "Island"\?/);
      assert.equal(document.getText(finding.range), '"Iland"');
    });

    it('marks what the schema does not know while it is typed, and forgets it when it is mended', async () => {
      const uri = await writeExperiment('typed', good);
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document);
      const place = document.positionAt(
        document.getText().indexOf('"training": {}') + '"training": {'.length,
      );
      await editor.edit((edit) => edit.insert(place, '"epohcs": 3'));
      const [finding] = await eventually('a finding', () =>
        findings(uri).length > 0 ? findings(uri) : undefined,
      );
      assert.match(finding?.message ?? '', /epohcs.*epochs/);
      await vscode.commands.executeCommand('undo');
      await eventually('no finding', () => (findings(uri).length === 0 ? true : undefined));
    });

    it('has lenses to train and to show the architecture with the parameters of this very data', async () => {
      const uri = await writeExperiment('lenses', good);
      await vscode.window.showTextDocument(uri);
      const titles = await lenses(uri);
      assert.ok(titles.some((title) => title.includes('Train')));
      // 3 islands and the mass with its "was missing" column: 5 -> 16 -> 3.
      const parameters = 5 * 16 + 16 + 16 * 3 + 3;
      assert.ok(
        titles.some((title) => title.includes(`Show Architecture (${parameters} parameters)`)),
        titles.join(' | '),
      );
    });

    it('explains a key on hover, from the JSON Schema', async () => {
      const uri = await writeExperiment('hover', good);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const place = document.positionAt(document.getText().indexOf('"training"') + 3);
      // The built-in JSON language may not be there where built-in extensions are left out.
      const json = vscode.extensions.getExtension('vscode.json-language-features');
      assert.ok(json, 'the JSON language is missing');
      await json.activate();
      const text = await eventually('a hover', async () => {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          uri,
          place,
        );
        const said = hovers
          .flatMap(({ contents }) => contents.map((c) => (c instanceof vscode.MarkdownString ? c.value : '')))
          .join();
        return said === '' ? undefined : said;
      });
      assert.match(text, /How it learns/);
    });
  });
}
