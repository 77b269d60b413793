// Owns the first way through the extension: from an open CSV to a run that was watched, stopped and found again.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOSS_CHART, readMetrics, waitForMetrics } from '../support/metricsPage';
import { inWorkbench, type Theme, type Workbench, type WorkbenchOptions } from '../support/workbench';

const PENGUINS = path.resolve(import.meta.dirname, '..', '..', '..', 'examples', 'penguins.csv');

/** The penguins many times over: the 344 of the file are learnt before anybody can press Stop. */
function manyPenguins(times: number): string {
  const [header = '', ...rows] = fs.readFileSync(PENGUINS, 'utf8').trimEnd().split('\n');
  return [header, ...Array.from({ length: times }, () => rows).flat(), ''].join('\n');
}

function workspace(theme: Theme): WorkbenchOptions {
  return { files: { 'penguins.csv': manyPenguins(300) }, theme };
}

/** From the open CSV to a run whose curve has begun; returns the Metrics view. */
async function startTraining(
  workbench: Workbench,
): Promise<Awaited<ReturnType<(typeof workbench)['webview']>>> {
  await workbench.openFile('penguins.csv');
  await workbench.command('Model Bench: Train Model');
  await workbench.pick('Species');
  const metrics = await workbench.webview({ in: 'view', has: LOSS_CHART }, 60_000);
  await waitForMetrics(metrics, 'a running epoch', ({ state, stepPoints }) => {
    return /running/i.test(state) && stepPoints > 0;
  });
  return metrics;
}

async function stopRun(workbench: Workbench): Promise<void> {
  await workbench.command('Model Bench: Stop Run');
  await workbench.treeRow(/stopped/).waitFor();
}

describe.each(['dark', 'light'] as const)('training, %s', (theme) => {
  it('trains on the open CSV with a curve that grows, and stops', async () => {
    await inWorkbench('train', workspace(theme), async (workbench) => {
      const metrics = await startTraining(workbench);
      const early = await readMetrics(metrics);
      const later = await waitForMetrics(metrics, 'a curve that has grown', (reading) => {
        return reading.stepPoints > early.stepPoints && reading.picture !== early.picture;
      });
      expect(later.state).toMatch(/running/i);
      await workbench.screenshot('train-running');

      // Both ways to stop: the command, and Cancel of the notification.
      if (theme === 'dark') await stopRun(workbench);
      else
        await workbench
          .notification(/Training penguins/)
          .locator('.monaco-button', { hasText: 'Cancel' })
          .click();
      const end = await waitForMetrics(metrics, 'a stopped run', ({ state }) => /stopped/i.test(state));
      expect(end.stepPoints).toBe(end.step);
      await workbench.screenshot('train-stopped');
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('goes on with the curve after the window was reloaded', async () => {
    await inWorkbench('reload', workspace(theme), async (workbench) => {
      const metrics = await startTraining(workbench);
      const before = await waitForMetrics(metrics, 'a first epoch', ({ epochPoints }) => epochPoints > 0);
      await workbench.reload();
      await workbench.openContainer('Model Bench');
      const again = await workbench.webview({ in: 'view', has: LOSS_CHART }, 60_000);
      const after = await waitForMetrics(again, 'more points than before the reload', (reading) => {
        return reading.stepPoints > before.stepPoints;
      });
      expect(after.name).toBe(before.name);
      expect(after.state).toMatch(/running/i);
      await workbench.screenshot('reload-running');

      await stopRun(workbench);
      const end = await waitForMetrics(again, 'a stopped run', ({ state }) => /stopped/i.test(state));
      // Steps and epochs count from 1: as many points as the last one's number is no gap and no duplicate.
      expect(end.stepPoints).toBe(end.step);
      expect(end.epochPoints).toBe(end.epoch);
      expect(end.step).toBeGreaterThan(before.step);
    });
  });

  it('shows the columns of a CSV from its context menu', async () => {
    await inWorkbench('preprocess', workspace(theme), async (workbench) => {
      await workbench.contextMenu('penguins.csv', 'Preprocess CSV');
      const data = await workbench.webview({ in: 'panel', has: ':text("7 columns")' });
      for (const column of ['Species', 'Island', 'Beak Length']) {
        await data.locator(`:text("${column}")`).filter({ visible: true }).first().waitFor();
      }
      await workbench.screenshot('preprocess-reading');
      await data.locator(':text("missing")').filter({ visible: true }).first().waitFor();
      await data.locator(':text("Beak Length")').filter({ visible: true }).first().click();
      await data.locator(':text("Median")').filter({ visible: true }).first().waitFor();
      await workbench.screenshot('preprocess');
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('trains from the columns, on the one that was chosen there', async () => {
    const options = { files: { 'penguins.csv': { copyOf: PENGUINS } }, theme };
    await inWorkbench('choose', options, async (workbench) => {
      await workbench.contextMenu('penguins.csv', 'Preprocess CSV');
      const data = await workbench.webview({ in: 'panel', has: ':text("7 columns")' });
      await data.locator('.grid-head-cell', { hasText: 'Island' }).click();
      await data.locator('.detail-actions vscode-button', { hasText: 'Predict' }).click();
      await expect.poll(() => data.locator('#target').inputValue()).toBe('Island');
      await workbench.screenshot('preprocess-chosen');
      await data.locator('vscode-button', { hasText: 'Train with This Recipe' }).click();
      await workbench.notification(/penguins Island is trained: test accuracy/).waitFor({ timeout: 30_000 });
      expect(fs.existsSync(path.join(workbench.folder, 'penguins.experiment.json'))).toBe(true);
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('draws the architecture of a new experiment as boxes', async () => {
    await inWorkbench('architecture', workspace(theme), async (workbench) => {
      await workbench.openFile('penguins.csv');
      await workbench.command('Model Bench: New Experiment');
      await workbench.pick('Species');
      await workbench.tab(/\.experiment\.json/).waitFor();
      await workbench.command('Model Bench: Show Architecture');
      const diagram = await workbench.webview({ in: 'panel', has: 'svg.diagram .box' });
      // The default network: 128, 64, and one output for each species.
      expect(await diagram.locator('.box.kind-dense .box-label').allTextContents()).toEqual([
        'Dense 128',
        'Dense 64',
      ]);
      expect(await diagram.locator('.box.kind-output .box-label').textContent()).toBe('Output 3');
      await workbench.screenshot('architecture');
      expect(workbench.pageErrors).toEqual([]);
    });
  });
});
