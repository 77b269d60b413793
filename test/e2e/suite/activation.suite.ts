// Owns the tests of the extension's start: that it is there, cheap, and keeps what its manifest promises.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const ID = 'model-bench.model-bench';

/** activate() as VS Code measures it, and the loading of the bundle before it. */
const ACTIVATE_BUDGET_MS = 50;

/** The part of the manifest that these tests read. */
interface Manifest {
  contributes: { commands: { command: string; category?: string }[] };
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(ID);
  assert.ok(found, `extension ${ID} is not installed`);
  return found;
}

function manifest(): Manifest {
  return extension().packageJSON as Manifest;
}

/**
 * The editor's own measurement. Timing `activate()` from here would count the wait for the extension host as well.
 * @returns milliseconds to load the bundle, to call activate() until it returns, and until its promise is done
 */
async function activationTimes(): Promise<{ loadMs: number; callMs: number; finishMs: number }> {
  await vscode.commands.executeCommand('perfview.show');
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const report = vscode.workspace.textDocuments.find((document) => document.uri.scheme === 'perf');
    // A Markdown table: | Extension | Eager | Load Code | Call Activate | Finish Activate | Event | By |
    const row = report
      ?.getText()
      .split('\n')
      .find((line) => line.includes(ID) && line.split('|').length > 6);
    if (row) {
      const cells = row.split('|').map((cell) => cell.trim());
      const name = cells.findIndex((cell) => cell.includes(ID));
      const [loadMs, callMs, finishMs] = cells.slice(name + 2, name + 5).map(Number);
      assert.ok(loadMs !== undefined && callMs !== undefined && finishMs !== undefined, row);
      return { loadMs, callMs, finishMs };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the editor's performance report has no row for ${ID}`);
}

/** Registers the tests. */
export function activationSuite(): void {
  describe('activation', () => {
    it('activates', async () => {
      await extension().activate();
      assert.equal(extension().isActive, true);
    });

    it('registers every command of its manifest', async () => {
      const registered = new Set(await vscode.commands.getCommands(true));
      const promised = manifest().contributes.commands.map(({ command }) => command);
      assert.ok(promised.length > 0);
      assert.deepEqual(
        promised.filter((command) => !registered.has(command)),
        [],
      );
    });

    it('puts every command into the category "Model Bench"', () => {
      const strays = manifest().contributes.commands.filter(({ category }) => category !== 'Model Bench');
      assert.deepEqual(strays, []);
    });

    it(`takes less than ${ACTIVATE_BUDGET_MS} ms in activate()`, async () => {
      const { loadMs, callMs, finishMs } = await activationTimes();
      console.log(`      load ${loadMs} ms, activate() ${callMs} ms, until finished ${finishMs} ms`);
      assert.ok(
        callMs + finishMs < ACTIVATE_BUDGET_MS,
        `activate() took ${callMs} ms and finished ${finishMs} ms later`,
      );
    });
  });
}
