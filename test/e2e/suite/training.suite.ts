// Owns the tests of training from inside the editor: command in, run folder out, through the real processes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fileUri, runs, writeExperiment } from './workspace';

/** The run that a command starts, once it is on disk. */
async function startedBy(start: () => Thenable<unknown>): Promise<string> {
  const before = new Set(runs().map(({ folder }) => folder));
  // The command waits for nobody, but a notification it shows may: so it is not awaited.
  void start();
  return eventually('a new run', () => runs().find(({ folder }) => !before.has(folder))?.folder);
}

const runAt = (folder: string) => runs().find((run) => run.folder === folder);

const endless = {
  name: 'endless',
  data: { path: 'penguins.csv', target: { column: 'Species', task: 'multiclass' } },
  features: [{ column: 'Beak Length (mm)', type: 'number' }],
  split: { method: 'stratified' },
  model: { layers: [{ type: 'dense', units: 8 }] },
  training: { epochs: 1_000_000, earlyStopping: false, backend: 'cpu' },
};

/** Registers the tests. */
export function trainingSuite(): void {
  describe('training', () => {
    it('trains on a CSV with a target, beats the baseline and leaves a config', async () => {
      const folder = await startedBy(() =>
        vscode.commands.executeCommand('modelBench.trainModel', fileUri('tips.csv'), 'smoker'),
      );
      const run = await eventually('the end of the run', () => {
        const now = runAt(folder);
        return now?.state === 'running' ? undefined : now;
      });
      assert.equal(run.state, 'completed');
      assert.ok((run.test?.accuracy ?? 0) > 0);
      assert.ok(run.baseline?.test.accuracy !== undefined);
      assert.equal(run.experimentPath, fileUri('tips.experiment.json').fsPath);
      const config = JSON.parse(fs.readFileSync(fileUri('tips.experiment.json').fsPath, 'utf8')) as {
        data: { target: { column: string; description: string } };
      };
      assert.equal(config.data.target.column, 'smoker');
      assert.ok(config.data.target.description.length > 0);
    });

    it('uses the config that is there for the same target, and writes a new one for another', async () => {
      const again = await startedBy(() =>
        vscode.commands.executeCommand('modelBench.trainModel', fileUri('tips.csv'), 'smoker'),
      );
      assert.equal(runAt(again)?.experimentPath, fileUri('tips.experiment.json').fsPath);
      const other = await startedBy(() =>
        vscode.commands.executeCommand('modelBench.trainModel', fileUri('tips.csv'), 'tip'),
      );
      assert.equal(runAt(other)?.experimentPath, fileUri('tips-tip.experiment.json').fsPath);
      for (const folder of [again, other]) {
        await eventually('its end', () => (runAt(folder)?.state === 'completed' ? true : undefined));
      }
    });

    it('sees the columns that files.encoding gives them, and reads its own config as UTF-8 all the same', async () => {
      const encoding = (value: string | undefined): Thenable<void> =>
        vscode.workspace
          .getConfiguration('files')
          .update('encoding', value, vscode.ConfigurationTarget.Global);
      // A few bytes that could be many things: 年 in GBK, Äê in Latin letters.
      const rows = Array.from(
        { length: 60 },
        (_, i) => `${(i * 7) % 41},${(i * 7) % 41 < 20 ? 'no' : 'yes'}`,
      );
      const csv = fileUri('gbk.csv');
      fs.writeFileSync(
        csv.fsPath,
        Buffer.concat([Buffer.from([0xc4, 0xea]), Buffer.from(`,y\n${rows.join('\n')}\n`)]),
      );
      await encoding('windows1252');
      try {
        const folder = await startedBy(() =>
          vscode.commands.executeCommand('modelBench.trainModel', csv, 'y'),
        );
        await eventually('its end', () => (runAt(folder)?.state === 'completed' ? true : undefined));
        // A config that leaves it open, as one that was written by hand.
        const config = JSON.parse(fs.readFileSync(fileUri('gbk.experiment.json').fsPath, 'utf8')) as {
          data: { reading?: unknown };
          features: { column: string }[];
        };
        assert.deepEqual(
          config.features.map(({ column }) => column),
          ['Äê'],
        );
        delete config.data.reading;
        const open = await writeExperiment('gbk-open', config);
        const again = await startedBy(() => vscode.commands.executeCommand('modelBench.trainModel', open));
        await eventually('its end', () => (runAt(again)?.state === 'completed' ? true : undefined));
        const run = JSON.parse(fs.readFileSync(path.join(again, 'experiment.json'), 'utf8')) as {
          data: { reading: { encoding: string } };
        };
        assert.equal(run.data.reading.encoding, 'windows-1252');
      } finally {
        await encoding(undefined);
      }
    });

    it('stops a run on command, scores it, and leaves no process', async () => {
      const config = await writeExperiment('endless', endless);
      const folder = await startedBy(() => vscode.commands.executeCommand('modelBench.trainModel', config));
      await eventually('some epochs', () => ((runAt(folder)?.epoch ?? 0) > 2 ? true : undefined));
      const live = JSON.parse(fs.readFileSync(path.join(folder, 'live.json'), 'utf8')) as { pid: number };
      await vscode.commands.executeCommand('modelBench.stopRun', folder);
      const run = await eventually('its end', () =>
        runAt(folder)?.state === 'stopped' ? runAt(folder) : undefined,
      );
      assert.ok((run.test?.accuracy ?? 0) > 0);
      await eventually('the end of its process', () => {
        try {
          process.kill(live.pid, 0);
          return undefined;
        } catch {
          return true;
        }
      });
      assert.equal(fs.existsSync(path.join(folder, 'live.json')), false);
    });

    it('tells a run whose process was killed as crashed', async () => {
      const config = await writeExperiment('killed', { ...endless, name: 'killed' });
      const folder = await startedBy(() => vscode.commands.executeCommand('modelBench.trainModel', config));
      await eventually('some epochs', () => ((runAt(folder)?.epoch ?? 0) > 2 ? true : undefined));
      const live = JSON.parse(fs.readFileSync(path.join(folder, 'live.json'), 'utf8')) as { pid: number };
      process.kill(live.pid, 'SIGKILL');
      await eventually('crashed', () => (runAt(folder)?.state === 'crashed' ? true : undefined));
    });

    it('starts nothing from a config that does not fit its data', async () => {
      const config = await writeExperiment('unfit', {
        ...endless,
        name: 'unfit',
        data: { path: 'penguins.csv', target: { column: 'Specis', task: 'multiclass' } },
      });
      const before = runs().length;
      void vscode.commands.executeCommand('modelBench.trainModel', config);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.equal(runs().length, before);
    });
  });
}
