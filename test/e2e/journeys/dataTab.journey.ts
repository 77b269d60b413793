// Owns what the data tab must bear: a file that would like to be a page, a data process that is killed, no mouse.
import fs from 'node:fs';
import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { columnHead, openDataTab, showPart, stepItem, stepLines } from '../support/dataPage';
import { endDataProcess } from '../support/processes';
import { inWorkbench } from '../support/workbench';

const IMG = '<img src=x onerror="parent.pwned=1">';
const SVG = '<svg onload=alert(1)><title>x</title></svg>';
const FORMULA = `=cmd|' /C calc'!A0`;
const FILE = '=cmd <img src=x onerror=alert(1)>.csv';
const RECIPE = '<b onclick=alert(1)>r.recipe.json';

/** Markup and formulas as headers, cells and categories. */
function hostile(): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 120 }, (_, i) =>
    [IMG, i % 9 === 0 ? '' : String((i * 17) % 91), [SVG, FORMULA, '<script>alert(1)</script>'][i % 3]!]
      .map(quoted)
      .join(','),
  );
  return [[quoted(IMG), quoted(FORMULA), quoted(SVG)].join(','), ...rows, ''].join('\n');
}

const recipe = JSON.stringify({
  version: 1,
  steps: [
    { step: 'renameColumns', renames: [{ column: SVG, to: '<script>alert(2)</script>' }], description: IMG },
    { step: 'fillMissing', columns: [FORMULA], with: 'median' },
    { step: 'replaceText', columns: [IMG], find: '<img', replace: '<iframe src=javascript:alert(3)>' },
    { step: 'filterRows', condition: `"<i>no such column</i>" > 1` },
  ],
});

/** Elements that only a text that was taken for markup could have made, and what they would have done. */
function injected(data: Frame): Promise<string[]> {
  return data.evaluate(() => {
    const strange = [...document.body.querySelectorAll('*')].filter(
      (element) =>
        ['IMG', 'IFRAME', 'B', 'I', 'OBJECT', 'EMBED'].includes(element.tagName) ||
        [...element.attributes].some(({ name }) => /^on(error|load|click)$/i.test(name)),
    );
    const ran = 'pwned' in window || (window.parent !== window && 'pwned' in window.parent) ? ['ran'] : [];
    return [...strange.map(({ outerHTML }) => outerHTML.slice(0, 200)), ...ran];
  });
}

/** What can be pressed or filled in and has no name to tell it by. */
function nameless(data: Frame): Promise<string[]> {
  return data.evaluate(() => {
    const nameOf = (element: Element): string => {
      const ids = element.getAttribute('aria-labelledby')?.split(/\s+/) ?? [];
      const label =
        element.id === '' ? null : document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
      return [
        element.getAttribute('aria-label'),
        ...ids.map((id) => document.getElementById(id)?.textContent),
        label?.textContent,
        element.tagName === 'INPUT' || element.tagName === 'SELECT' ? '' : element.textContent,
      ]
        .join('')
        .trim();
    };
    return [
      ...document.querySelectorAll(
        'button, vscode-button, input, select, textarea, summary, [role=tab], [role=grid], [role=columnheader]',
      ),
    ]
      .filter((element) => element.getClientRects().length > 0 && nameOf(element) === '')
      .map(({ outerHTML }) => outerHTML.slice(0, 200));
  });
}

/** Where the focus is in a few words, and whether it is drawn there: in the editor's colour for it. */
function focused(data: Frame): Promise<{ what: string; isSeen: boolean }> {
  return data.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const probe = document.createElement('i');
    probe.style.color = 'var(--vscode-focusBorder)';
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    // What draws it is the element, a box around it, or its insides.
    const drawn = [element, element.parentElement, element.parentElement?.parentElement]
      .filter((each) => each != null)
      .concat([...element.querySelectorAll('*')], [...(element.shadowRoot?.querySelectorAll('*') ?? [])]);
    const isSeen = drawn.some((each) => {
      const style = getComputedStyle(each);
      const hasOutline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
      return (
        (hasOutline && style.outlineColor === colour) ||
        (parseFloat(style.borderTopWidth) > 0 && style.borderTopColor === colour) ||
        style.boxShadow.includes(colour) ||
        getComputedStyle(each, '::after').backgroundColor === colour
      );
    });
    const name = element.getAttribute('aria-label') ?? element.textContent.slice(0, 40);
    return { what: `${element.tagName} ${element.className} ${name}`, isSeen };
  });
}

describe('the data tab', () => {
  it('takes what looks like markup or a formula for text, wherever it shows it', async () => {
    const options = { files: { [FILE]: hostile(), [RECIPE]: recipe }, theme: 'dark' } as const;
    await inWorkbench('hostile', options, async (workbench) => {
      const data = await openDataTab(workbench, FILE);
      await data.locator('.grid-head-cell', { hasText: SVG }).waitFor();
      await data.locator('.grid-cell', { hasText: FORMULA }).first().waitFor();
      // Charts with their texts, the column's values and examples, the findings.
      const head = await columnHead(data, SVG);
      await head.locator('svg.bars').waitFor();
      await head.click();
      await data.locator('.detail-name', { hasText: SVG }).waitFor();
      await data.locator('.column-zone svg, .column-zone .bar, .column-zone li').first().waitFor();
      await data.locator('input[aria-label="Find columns"]').fill('');
      await showPart(data, 'Checks');
      const finding = data.locator('.finding', { hasText: IMG }).first();
      await finding.waitFor();
      await finding.locator('button.remedy').first().click();
      expect(await injected(data)).toEqual([]);

      // Steps, their tooltips and notes, what undo says, a step that fails.
      await data.locator('.head vscode-button[aria-label="More"]').click();
      await data.locator('[role=menuitem]', { hasText: 'Open Recipe' }).click();
      await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: RECIPE }).click();
      await expect.poll(() => stepLines(data).then((lines) => lines.length)).toBe(4);
      await showPart(data, 'Recipe');
      await stepItem(data, '→ <script>alert').waitFor();
      await data.locator('.banner, .step', { hasText: '<i>no such column</i>' }).first().waitFor();
      await stepItem(data, 'Replace').locator('.step-main').click();
      await data.locator('.grid-cell.changed', { hasText: '<iframe' }).first().waitFor();
      await stepItem(data, 'Rename').dblclick();
      await data.locator('form.form').waitFor();
      await workbench.screenshot('hostile-form');
      await data.locator('form.form vscode-button', { hasText: 'Cancel' }).click();
      expect(await injected(data)).toEqual([]);

      // An expression that fails, a menu, and what the editor itself says.
      await data.locator('.step-file .step-main').click();
      await data.locator('input[aria-label="Filter rows"]').fill('"<u>x</u>" = 1');
      await data.locator('.filter-issue', { hasText: '<u>x</u>' }).waitFor();
      await data.locator('.grid-head-cell', { hasText: IMG }).first().click({ button: 'right' });
      await data.locator('[role=menu]').waitFor();
      await workbench.screenshot('hostile-menu');
      await workbench.page.keyboard.press('Escape');
      expect(await injected(data)).toEqual([]);
      expect(await nameless(data)).toEqual([]);
      expect(workbench.pageErrors).toEqual([]);
    });
  });

  it('says that its process was killed while it read, and goes on when told to', async () => {
    const rows = Array.from({ length: 600_000 }, (_, i) => `${(i * 7) % 9973},${(i * 31) % 777},t${i % 100}`);
    const options = { files: { 'big.csv': ['a,b,c', ...rows, ''].join('\n') }, theme: 'light' } as const;
    await inWorkbench('killed', options, async (workbench) => {
      const data = await openDataTab(workbench, 'big.csv');
      await data.locator('.status-work', { hasText: /Reading|Checking/ }).waitFor();
      endDataProcess(workbench.folder);
      const message = data.locator('.message.problem', { hasText: 'The data process ended: SIGKILL' });
      await message.waitFor();
      // What was read before stays to be looked at.
      expect(await data.locator('.grid-cell').count()).toBeGreaterThan(0);
      // What the first rows show stays.
      expect(await data.locator('.grid-head-cell').first().textContent()).toContain('number');
      await workbench.screenshot('preprocess-killed');
      await message.locator('vscode-button', { hasText: 'Reload' }).click();
      await message.waitFor({ state: 'hidden' });
      await data.locator(':text("600,000 rows")').first().waitFor({ timeout: 60_000 });
      // Rows far down need the process that was started anew.
      await data.locator('.grid').focus();
      await workbench.page.keyboard.press('Control+End');
      await data.locator('.grid-row-number', { hasText: '600,000' }).waitFor({ timeout: 60_000 });
      expect(workbench.pageErrors).toEqual([]);
      expect(fs.readdirSync(workbench.folder)).toEqual(['big.csv']);
    });
  });

  it('is worked without a mouse, with the focus seen and a name for everything', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i % 7 === 0 ? '' : (i * 7) % 83},${'xyz'[i % 3]}`);
    const options = { files: { 'keys.csv': ['age,kind', ...rows, ''].join('\n') }, theme: 'hc' } as const;
    await inWorkbench('keys', options, async (workbench) => {
      const { page } = workbench;
      const data = await openDataTab(workbench, 'keys.csv');
      await data.locator(':text("200 rows")').first().waitFor();
      // The header says in words what its chart shows.
      const spoken = (await data.locator('.grid-head-cell').first().getAttribute('aria-label')) ?? '';
      expect(spoken).toMatch(/^age, number, .*missing, .*\d/);
      await data.locator('#target').focus();
      const seen = new Set<string>();
      for (let i = 0; i < 40; i++) {
        const { what, isSeen } = await focused(data);
        // Behind the last one the focus leaves the page.
        if (what.startsWith('BODY')) break;
        expect(isSeen, what).toBe(true);
        seen.add(what);
        await page.keyboard.press('Tab');
      }
      for (const part of ['DIV grid', 'Train', 'Filter rows', 'Find columns', 'remedy'])
        expect([...seen].join('\n')).toContain(part);

      // Right in the grid: to a header, its menu, a step.
      await data.locator('.grid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Shift+F10');
      await data.locator('[role=menu]').waitFor();
      await page.keyboard.press('ArrowDown');
      expect(await nameless(data)).toEqual([]);
      await workbench.screenshot('preprocess-keys-menu');
      await page.keyboard.press('Escape');
      await expect.poll(() => focused(data).then(({ what }) => what)).toMatch(/^DIV grid/);
      expect(workbench.pageErrors).toEqual([]);
    });
  });
});
