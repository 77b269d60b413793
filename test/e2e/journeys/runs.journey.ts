// Owns the way of somebody who comes with a config and keeps runs: lens, dashboard, folder, log, delete.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LOSS_CHART, waitForMetrics } from '../support/metricsPage';
import { inWorkbench, type Workbench } from '../support/workbench';

const EXAMPLES = path.resolve(import.meta.dirname, '..', '..', '..', 'examples');
const CLI = path.resolve(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');
const files = {
  'penguins.csv': { copyOf: path.join(EXAMPLES, 'penguins.csv') },
  'penguins.experiment.json': { copyOf: path.join(EXAMPLES, 'penguins.experiment.json') },
};

function runFolders(workbench: Workbench): string[] {
  const root = path.join(workbench.folder, '.modelbench', 'runs');
  return fs.existsSync(root) ? fs.readdirSync(root) : [];
}

describe.each(['dark', 'light'] as const)('runs, %s', (theme) => {
  it('are trained from the lens of a config, seen wide, found on disk, and deleted after a question', async () => {
    await inWorkbench('runs', { files, theme }, async (workbench) => {
      const { page } = workbench;
      await workbench.openContainer();
      const empty = await workbench.webview({ in: 'view', has: ':text("Train Model")' });
      expect(await empty.locator('body').innerText()).toMatch(/CSV/);
      await workbench.screenshot('runs-empty');

      await workbench.openFile('penguins.experiment.json');
      const lens = page.locator('.codelens-decoration a', {
        hasText: 'Show Architecture (10,371 parameters)',
      });
      await lens.first().waitFor();
      await page.locator('.codelens-decoration a', { hasText: 'Train' }).first().click();
      const side = await workbench.webview({ in: 'view', has: LOSS_CHART }, 60_000);
      await waitForMetrics(side, 'the end', ({ state }) => /completed/i.test(state));
      await workbench.notification(/is trained: test accuracy/).waitFor();
      await workbench.screenshot('runs-completed');
      await page
        .locator('.codelens-decoration a', { hasText: /Last run: test accuracy/ })
        .first()
        .waitFor();

      await workbench.command('Model Bench: Open Dashboard');
      const wide = await workbench.webview({ in: 'panel', has: LOSS_CHART });
      const reading = await waitForMetrics(wide, 'the same run', ({ state }) => /completed/i.test(state));
      expect(reading.epochPoints).toBeGreaterThan(5);
      await workbench.screenshot('runs-dashboard');

      await workbench.command('Model Bench: Show Log');
      await page.locator('.part.panel .view-line', { hasText: 'completed' }).first().waitFor();

      expect(runFolders(workbench)).toHaveLength(1);
      await workbench.openContainer();
      await workbench.treeRow(/penguins/).hover();
      await workbench
        .treeRow(/penguins/)
        .locator('.action-label[aria-label="Delete Run"]')
        .click();
      const question = page.locator('.monaco-dialog-box', { hasText: 'Delete run' });
      await question.waitFor();
      await workbench.screenshot('runs-delete');
      await question.locator('.monaco-button', { hasText: 'Cancel' }).click();
      expect(runFolders(workbench)).toHaveLength(1);
      await workbench.treeRow(/penguins/).hover();
      await workbench
        .treeRow(/penguins/)
        .locator('.action-label[aria-label="Delete Run"]')
        .click();
      await question.locator('.monaco-button', { hasText: 'Delete' }).click();
      await expect.poll(() => runFolders(workbench), { timeout: 10_000 }).toHaveLength(0);
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('of a terminal appear by themselves, and tabs come back after a reload', async () => {
    await inWorkbench('restore', { files, theme }, async (workbench) => {
      await workbench.openContainer();
      await workbench.webview({ in: 'view', has: ':text("Train Model")' });
      const args = [CLI, 'train', 'penguins.experiment.json', '--epochs', '5'];
      await promisify(execFile)(process.execPath, args, { cwd: workbench.folder });
      await workbench.treeRow(/penguins.*completed/).waitFor();
      const side = await workbench.webview({ in: 'view', has: LOSS_CHART });
      await waitForMetrics(side, 'its curve', ({ epochPoints }) => epochPoints === 5);

      await workbench.contextMenu('penguins.experiment.json', 'Show Architecture');
      await workbench.webview({ in: 'panel', has: 'svg.diagram .box' });
      await workbench.contextMenu('penguins.csv', 'Preprocess CSV');
      await workbench.webview({ in: 'panel', has: ':text("7 columns")' });
      await workbench.command('Model Bench: Open Dashboard');
      await workbench.webview({ in: 'panel', has: LOSS_CHART });
      // The editor in a browser keeps its open tabs at most every five seconds.
      await sleep(6000);
      await workbench.reload();
      const dashboard = await workbench.webview({ in: 'panel', has: LOSS_CHART }, 60_000);
      await waitForMetrics(dashboard, 'its curve again', ({ epochPoints }) => epochPoints === 5);
      await workbench.tab('Data: penguins.csv').click();
      await workbench.webview({ in: 'panel', has: ':text("7 columns")' });
      await workbench.tab(/^Architecture/).click();
      await workbench.webview({ in: 'panel', has: 'svg.diagram .box' });
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('that cannot start say why, with the config one click away', async () => {
    const broken = fs
      .readFileSync(path.join(EXAMPLES, 'penguins.experiment.json'), 'utf8')
      .replace('"Island"', '"Iland"');
    const options = { files: { ...files, 'broken.experiment.json': broken }, theme };
    await inWorkbench('unfit', options, async (workbench) => {
      await workbench.contextMenu('broken.experiment.json', 'Train Model');
      const error = workbench.notification(/no column "Iland"\. Did you mean "Island"\?/);
      await error.waitFor();
      await workbench.screenshot('runs-unfit');
      await error.locator('.monaco-button', { hasText: 'Open Config' }).click();
      await workbench.tab('broken.experiment.json').waitFor();
      await workbench.page.locator('.monaco-editor .squiggly-error').first().waitFor();
      expect(runFolders(workbench)).toEqual([]);
    });
  });
});
