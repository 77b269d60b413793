// Owns reading and steering the data tab in a journey, as a person does: by what it shows. It must never know the page's
// code.
import type { Frame, Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Workbench } from './workbench';

/** Opens the data tab by the CSV's context menu and waits for its first rows. */
export async function openDataTab(workbench: Workbench, file: string): Promise<Frame> {
  await workbench.contextMenu(file, 'Preprocess CSV');
  const data = await workbench.webview({ in: 'panel', has: '.grid-cell' });
  await data.locator('.head h1', { hasText: file }).waitFor();
  return data;
}

/** In a narrow window, parts of the page share their place. */
export async function showPart(data: Frame, name: 'Data' | 'Recipe' | 'Checks' | 'Column'): Promise<void> {
  const tab = data.locator('[role=tab]', { hasText: name });
  if ((await tab.count()) > 0) await tab.click();
}

/** The sentences of the steps, in order. */
export function stepLines(data: Frame): Promise<string[]> {
  return data.locator('.step[data-index] .step-line').allTextContents();
}

export function stepItem(data: Frame, text: string | RegExp): Locator {
  return data.locator('.step[data-index]', { hasText: text }).first();
}

/** A header of the grid, brought into view by its name. */
export async function columnHead(data: Frame, name: string): Promise<Locator> {
  const find = data.locator('input[aria-label="Find columns"]');
  await find.fill(name);
  const head = data.locator('.grid-head-cell', { hasText: name }).first();
  await head.waitFor();
  return head;
}

/** Answers the editor's dialog for a file name, which hangs at the top of the window. */
export async function answerFileDialog(workbench: Workbench, path: string): Promise<void> {
  const input = workbench.quickInput();
  // It proposes a name a moment after it is there, over what was typed before.
  await expect.poll(() => input.inputValue()).toMatch(/\.\w+$/);
  await input.fill(path);
  await workbench.page.keyboard.press('Enter');
}
