// Owns the way of a messy CSV to a trained model: seen, repaired, exported and trained on, with the mouse.
import fs from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  answerFileDialog,
  columnHead,
  openDataTab,
  showPart,
  stepItem,
  stepLines,
} from '../support/dataPage';
import { inWorkbench, type Theme } from '../support/workbench';

/** Missing ages, one city in two spellings, a column that says nothing, rows twice. */
function customers(): string {
  const cities = ['Paris', 'paris ', 'Berlin', 'Rome'];
  const rows = Array.from({ length: 400 }, (_, i) => {
    const age = i % 9 === 4 ? '' : String(20 + ((i * 7) % 45));
    const income = 1000 + ((i * 37) % 900) + (i % 2) * 700;
    return [`c${i}`, age, cities[(i * 5) % 4], income, 'web', i % 2 === 0 ? 'stays' : 'leaves'].join(',');
  });
  return ['customer,age,city,income,source,churn', ...rows, ...rows.slice(0, 30), ''].join('\n');
}

/** As many columns as a survey has, one of them with markup for a name. */
function fiftyColumns(): string {
  const names = ['<img src=x onerror=alert(1)>', ...Array.from({ length: 49 }, (_, i) => `measure ${i + 1}`)];
  const rows = Array.from({ length: 300 }, (_, row) =>
    names.map((_, i) => (i === 0 ? '<script>alert(1)</script>' : ((row * (i + 3)) % 101) / 7)).join(','),
  );
  return [names.join(','), ...rows, ''].join('\n');
}

/** 姓名,城市,年龄 and their cells, as GBK has them. */
function chinese(): Buffer {
  const gbk = new Map([
    ['姓', 'd0d5'],
    ['名', 'c3fb'],
    ['城', 'b3c7'],
    ['市', 'cad0'],
    ['年', 'c4ea'],
    ['龄', 'c1e4'],
    ['王', 'cdf5'],
    ['芳', 'b7bc'],
    ['北', 'b1b1'],
    ['京', 'bea9'],
    ['上', 'c9cf'],
    ['海', 'baa3'],
  ]);
  const rows = Array.from({ length: 60 }, (_, i) => `王芳${i},${i % 2 === 0 ? '北京' : '上海'},${20 + i}`);
  const text = ['姓名,城市,年龄', ...rows, ''].join('\n');
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = gbk.get(character);
      return code === undefined ? Buffer.from(character, 'latin1') : Buffer.from(code, 'hex');
    }),
  );
}

/** Waits until the list has so many steps. */
async function waitForSteps(data: Frame, count: number): Promise<void> {
  await data
    .locator('.step[data-index]')
    .nth(count - 1)
    .waitFor();
  await expect.poll(() => stepLines(data).then((lines) => lines.length)).toBe(count);
}

/** Accepts a remedy of the checks by a part of its label, and says how many steps it added. */
async function accept(data: Frame, remedy: string): Promise<void> {
  await showPart(data, 'Checks');
  const before = (await stepLines(data)).length;
  await data.locator('button.remedy', { hasText: remedy }).first().click();
  await expect.poll(() => stepLines(data).then((lines) => lines.length)).toBeGreaterThan(before);
}

const themes: readonly Theme[] = ['dark', 'light', 'hc'];

describe.each(themes)('preprocessing, %s', (theme) => {
  it('repairs a messy CSV step by step, exports it, and trains on it', async () => {
    const options = { files: { 'customers.csv': customers() }, theme };
    await inWorkbench('preprocess', options, async (workbench) => {
      const data = await openDataTab(workbench, 'customers.csv');
      await showPart(data, 'Checks');
      await data.locator('button.remedy').first().waitFor();
      await workbench.screenshot('preprocess-checks');

      await accept(data, 'Fill "age"');
      await accept(data, 'Drop column "source"');
      await accept(data, 'Spell every category of "city"');
      await showPart(data, 'Recipe');
      const accepted = await stepLines(data);
      expect(accepted.join('\n')).toMatch(/median/);
      expect(accepted.join('\n')).toMatch(/source/);

      // The first step is edited after others were added behind it.
      await stepItem(data, 'Fill missing').dblclick();
      const form = data.locator('form.form');
      await form.locator('select').first().selectOption({ label: 'mean' });
      await workbench.screenshot('preprocess-form');
      await form.locator('vscode-button', { hasText: 'Apply' }).click();
      await stepItem(data, 'with mean').waitFor();
      await stepItem(data, 'fitted on').waitFor();
      await workbench.screenshot('preprocess-steps');

      // Another order, and back.
      const before = await stepLines(data);
      await data
        .locator('.step[data-index="1"] .step-row')
        .dragTo(data.locator('.step[data-index="0"] .step-row'), {
          targetPosition: { x: 60, y: 4 },
        });
      await expect.poll(() => stepLines(data)).toEqual([before[1], before[0], ...before.slice(2)]);
      await data.locator('vscode-button[aria-label="Undo"]').click();
      await expect.poll(() => stepLines(data)).toEqual(before);

      // What a step changes is marked where it is.
      await stepItem(data, 'with mean').locator('.step-main').click();
      await data.locator('.grid-cell.changed').first().waitFor();
      await workbench.screenshot('preprocess-diff');

      await data.locator('.head vscode-button[aria-label="More"]').click();
      await data.locator('[role=menuitem]', { hasText: 'Export' }).click();
      await data.locator('dialog .form-buttons vscode-button').first().click();
      const output = path.join(workbench.folder, 'clean.csv');
      await answerFileDialog(workbench, output);
      await workbench.notification(/Wrote clean.csv: 430 rows/).waitFor();
      const exported = fs.readFileSync(output, 'utf8').trim().split('\n');
      expect(exported).toHaveLength(431);
      expect(exported[0]).not.toContain('source');
      expect(fs.readFileSync(path.join(workbench.folder, 'customers.csv'), 'utf8')).toBe(customers());

      const target = data.locator('#target');
      await target.click();
      await target.fill('churn');
      await data.locator('[role=option]', { hasText: 'churn' }).first().click();
      await data.locator('vscode-button', { hasText: 'Train with This Recipe' }).click();
      await workbench.notification(/is trained/).waitFor({ timeout: 90_000 });
      await workbench.screenshot('preprocess-trained');
      expect(workbench.pageErrors).toEqual([]);
    });
  });
});

describe('the data tab', () => {
  it('shows fifty columns, and what looks like markup as text', async () => {
    const options = { files: { 'survey.csv': fiftyColumns() }, theme: 'dark' } as const;
    await inWorkbench('fifty', options, async (workbench) => {
      const data = await openDataTab(workbench, 'survey.csv');
      await data.locator(':text("50 columns")').first().waitFor();
      expect(await data.locator('.grid img, .grid script').count()).toBe(0);
      await data.locator('.grid-head-cell', { hasText: '<img src=x' }).first().waitFor();
      await workbench.screenshot('preprocess-fifty');
      const head = await columnHead(data, 'measure 49');
      await head.click({ button: 'right' });
      await workbench.screenshot('preprocess-menu');
      await data.locator('[role=menuitem]', { hasText: 'Standardise' }).click();
      await showPart(data, 'Recipe');
      await waitForSteps(data, 1);
      await stepItem(data, 'fitted on').waitFor();
      await workbench.screenshot('preprocess-fifty-step');
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('reads a Chinese file in GBK, filters it and sorts it', async () => {
    const file = path.join(fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'gbk-')), 'people.csv');
    fs.writeFileSync(file, chinese());
    const options = { files: { 'people.csv': { copyOf: file } }, theme: 'light' } as const;
    await inWorkbench('gbk', options, async (workbench) => {
      const data = await openDataTab(workbench, 'people.csv');
      await data.locator('.grid-head-cell', { hasText: '姓名' }).waitFor();
      await data.locator('.grid-cell', { hasText: '北京' }).first().waitFor();
      await data.locator(':text("60 rows")').first().waitFor();
      await data.locator('input[aria-label="Filter rows"]').fill('年龄 > 70 and 城市 = "上海"');
      await data.locator('.table-count', { hasText: '5 of 60 rows' }).waitFor();
      const head = await columnHead(data, '年龄');
      await head.hover();
      await head.locator('[data-act=sort]').click();
      await head.locator('[data-act=sort]').click();
      await data.locator('.grid-row:not([hidden])', { hasText: '79' }).first().waitFor();
      await data.locator('input[aria-label="Find columns"]').fill('');
      await data.locator('.grid-head-cell', { hasText: '姓名' }).waitFor();
      await workbench.screenshot('preprocess-gbk');
      expect(workbench.pageErrors).toEqual([]);
    });
    fs.rmSync(path.dirname(file), { recursive: true });
  });
});
