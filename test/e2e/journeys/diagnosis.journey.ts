// Owns the way of somebody whose training goes wrong, or takes too long: the diagnosis, a remedy tried beside it, a pause,
// and going on.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOSS_CHART, waitForMetrics } from '../support/metricsPage';
import { inWorkbench } from '../support/workbench';

const EXAMPLES = path.resolve(import.meta.dirname, '..', '..', '..', 'examples');

interface Config {
  readonly model: { readonly layers: readonly unknown[] };
  readonly [key: string]: unknown;
}

function configAt(file: string): Config {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Config;
}

const SAMPLE = path.join(EXAMPLES, 'penguins.experiment.json');

/** The sample's config with relus that start dead. */
function deadConfig(): string {
  const biasInitializer = { type: 'constant', value: -30 };
  const layer = { type: 'dense', units: 16, activation: 'relu', biasInitializer };
  return JSON.stringify({ ...configAt(SAMPLE), model: { layers: [layer, layer] } }, null, 2);
}

/** The sample's config with so many epochs that there is time to pause. */
function longConfig(): string {
  return JSON.stringify({ ...configAt(SAMPLE), training: { epochs: 1200, earlyStopping: false } }, null, 2);
}

const files = {
  'penguins.csv': { copyOf: path.join(EXAMPLES, 'penguins.csv') },
  'dead.experiment.json': deadConfig(),
};

describe.each(['dark', 'light'] as const)('a training that goes wrong, %s', (theme) => {
  it('is told what is wrong with its numbers, and a click tries the remedy beside it', async () => {
    await inWorkbench('diagnosis', { files, theme }, async (workbench) => {
      await workbench.contextMenu('dead.experiment.json', 'Train Model');
      const side = await workbench.webview({ in: 'view', has: LOSS_CHART }, 60_000);
      await waitForMetrics(side, 'the end', ({ state }) => /completed/i.test(state));
      await workbench.command('Model Bench: Open Dashboard');
      const wide = await workbench.webview({ in: 'panel', has: LOSS_CHART });
      const finding = wide.locator('.finding', { hasText: 'Dead units' });
      await finding.waitFor();
      expect(await finding.innerText()).toMatch(/16 of the 16 relu units of "layer0"/);
      await workbench.screenshot('diagnosis');

      await finding.locator('vscode-button', { hasText: 'Use leaky relu' }).click();
      await workbench.treeRow(/try 1.*completed/).waitFor({ timeout: 60_000 });
      await wide.locator('text=The diagnosis found no fault in this training.').waitFor();
      await workbench.screenshot('diagnosis-remedied');
      const tried = path.join(workbench.folder, 'dead try 1.experiment.json');
      expect(configAt(tried).model.layers[0]).toMatchObject({
        activation: 'leakyRelu',
      });
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('is paused without scores, goes on where it was, and then for more epochs', async () => {
    const options = { files: { ...files, 'long.experiment.json': longConfig() }, theme };
    await inWorkbench('pause', options, async (workbench) => {
      await workbench.contextMenu('long.experiment.json', 'Train Model');
      const side = await workbench.webview({ in: 'view', has: LOSS_CHART }, 60_000);
      await waitForMetrics(side, 'a running epoch', ({ epochPoints }) => epochPoints > 3);
      await workbench.command('Model Bench: Pause Run');
      const paused = await waitForMetrics(side, 'a paused run', ({ state }) => /paused/i.test(state));
      expect(paused.epoch).toBeLessThan(1200);
      await side.locator('text=/Paused after epoch/').waitFor();
      await workbench.screenshot('pause');

      await side.locator('vscode-button', { hasText: 'Resume' }).click();
      const end = await waitForMetrics(side, 'the end', ({ state }) => /completed/i.test(state), 60_000);
      // Each step and epoch once, also those that were told twice.
      expect([end.epoch, end.epochPoints, end.stepPoints]).toEqual([1200, 1200, end.step]);
      await workbench.screenshot('pause-resumed');

      await side.locator('vscode-button', { hasText: 'Resume' }).click();
      await workbench.page
        .locator('.quick-input-widget', { hasText: 'How many should it be in all?' })
        .waitFor();
      await workbench.page.keyboard.type('1260');
      await workbench.page.keyboard.press('Enter');
      await waitForMetrics(side, 'more epochs', ({ epoch }) => epoch === 1260, 60_000);
      expect(workbench.pageErrors).toEqual([]);
    });
  });
});
