// Owns a real VS Code window for a journey: starts it with the packed extension, and drives it with mouse and keyboard
// only. It must never call the extension's code, nor know what the extension does.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { launchChromium, VIEWPORT } from '../host/chromium.mjs';
import { installExtension, startServer, writeSettings } from '../host/server.mjs';

const EXTENSION_ID = 'model-bench.model-bench';

/** The extension's view container, by the name that the activity bar gives it. */
const CONTAINER = 'Model Bench';
const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const SCREENSHOTS = path.join(ROOT, 'out', 'screenshots');

/** How long any single step may take before the journey fails. */
const STEP_LIMIT_MS = 20_000;

const THEMES = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  hc: 'Default High Contrast',
} as const;
export type Theme = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** The workspace: file name -> its text, or a file to copy. */
  files: Readonly<Record<string, string | { copyOf: string }>>;
  theme: Theme;
  /** User settings over the quiet ones. */
  settings?: Readonly<Record<string, unknown>>;
  /** A packed extension instead of the one that was packed for this test run. */
  vsix?: string;
}

/** What a webview is looked for by. */
export interface WebviewQuery {
  /** `panel` is in the editor area, `view` in a side bar or the bottom panel. */
  in: 'panel' | 'view';
  /** A CSS selector of something visible inside, which tells it from the extension's other webviews. */
  has: string;
}

/**
 * Opens a window on a fresh workspace.
 * @throws Error when the editor or the browser does not start
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const vsix = options.vsix ?? process.env['MODEL_BENCH_VSIX'];
  if (vsix === undefined) throw new Error('MODEL_BENCH_VSIX is not set; vitest.e2e.config.mts sets it.');
  const temp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'model-bench-journey-'));
  const folder = path.join(temp, 'workspace');
  const userDataDir = path.join(temp, 'user-data');
  const extensionsDir = path.join(temp, 'extensions');
  for (const [name, content] of Object.entries(options.files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === 'string') fs.writeFileSync(file, content);
    else fs.copyFileSync(content.copyOf, file);
  }
  writeSettings(userDataDir, {
    'workbench.colorTheme': THEMES[options.theme],
    'window.autoDetectColorScheme': false,
    ...options.settings,
  });
  await installExtension({ vsix, userDataDir, extensionsDir });

  const server = await startServer({ userDataDir, extensionsDir });
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
    page.setDefaultTimeout(STEP_LIMIT_MS);
    const workbench = new Workbench(page, folder, options.theme, async () => {
      await Promise.race([browser?.close(), sleep(3000)]);
      await server.stop();
      const left = await endProcessesOf(temp);
      fs.rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
      return left;
    });
    await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(folder)}`);
    await workbench.ready();
    return workbench;
  } catch (error) {
    await browser?.close();
    await server.stop();
    fs.rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** One window. Whoever opens it disposes it. */
export class Workbench {
  /** Errors that the extension's pages wrote to the browser's console, security policy violations among them. */
  readonly pageErrors: string[] = [];

  /** @param end closes everything and returns the command lines of processes that had to be killed */
  constructor(
    readonly page: Page,
    /** The workspace's folder on disk. */
    readonly folder: string,
    readonly theme: Theme,
    private readonly end: () => Promise<string[]>,
  ) {
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      if (/webview/i.test(url) || message.text().includes('Content Security Policy')) {
        this.pageErrors.push(message.text());
      }
    });
  }

  /** Waits until the explorer shows the workspace, and the editor knows what the extension contributes. */
  async ready(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    await this.containerItem(CONTAINER).waitFor({ timeout: 60_000 });
  }

  /** Runs a command from the palette, by its full title ("Model Bench: Train Model"). */
  async command(title: string): Promise<void> {
    const input = this.quickInput();
    const row = this.page.locator(byLabel('.quick-input-list .monaco-list-row', title)).first();
    // The palette does not refresh its list while it is open, so a command that comes later needs a new one.
    for (let attempt = 0; attempt < 15; attempt += 1) {
      await this.page.keyboard.press('F1');
      await input.waitFor();
      await input.fill(`>${title}`);
      if (await appears(row, 1500)) {
        // Not Enter: it may pick a neighbour that matches better.
        await row.click();
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The palette has no command "${title}".`);
  }

  /** Opens a file of the workspace's top folder from the explorer. */
  async openFile(name: string): Promise<void> {
    await this.showExplorer();
    await this.explorerRow(name).dblclick();
    await this.tab(name).waitFor();
  }

  /** Picks an item from the context menu of a file in the explorer. */
  async contextMenu(file: string, item: string): Promise<void> {
    await this.showExplorer();
    const entry = this.page.locator('.monaco-menu .action-item:not(.disabled)', { hasText: item }).first();
    // Right after the start the editor does not know yet that the workspace is trusted, and the items are grey.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await this.explorerRow(file).click({ button: 'right' });
      await this.page.locator('.monaco-menu').waitFor();
      await sleep(300); // the menu swallows clicks while it opens
      if (await entry.isVisible()) {
        await entry.click();
        return;
      }
      await this.page.keyboard.press('Escape');
      await sleep(500);
    }
    throw new Error(`The context menu of ${file} has no "${item}" that can be chosen.`);
  }

  /** The text field of the quick input that is open now (palette, pick, input box). */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input');
  }

  /** Picks from an open quick pick: types the label, clicks the row whose label it is or begins with. */
  async pick(label: string): Promise<void> {
    await this.quickInput().waitFor();
    await this.quickInput().fill(label);
    await this.page.locator(byLabel('.quick-input-list .monaco-list-row', label)).first().click();
  }

  /** A notification toast that contains the text; its buttons are inside. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** An editor's tab by its label. */
  tab(label: string | RegExp): Locator {
    return this.page.locator('.editor-group-container .tab', { hasText: label }).first();
  }

  /** A row of a tree view in a side bar (not of the explorer) that contains the text. */
  treeRow(text: string | RegExp): Locator {
    return this.page
      .locator('.sidebar .pane-body:not(.explorer-folders-view) .monaco-list-row', { hasText: text })
      .first();
  }

  /** An item of the status bar that contains the text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar .statusbar-item', { hasText: text }).first();
  }

  /** Shows a view container by its name in the activity bar. */
  async openContainer(name = CONTAINER): Promise<void> {
    const item = this.containerItem(name);
    const title = this.page.locator('.sidebar .composite.title', { hasText: new RegExp(name, 'i') });
    await item.waitFor();
    // A click on the item that is shown hides it, and after a reload the side bar comes back late: look, then click.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await appears(title, 2000)) return;
      await item.click();
    }
    await title.waitFor();
  }

  /** Waits for a visible webview of the extension and returns its page. */
  async webview({ in: place, has }: WebviewQuery, limitMs = STEP_LIMIT_MS): Promise<Frame> {
    const end = Date.now() + limitMs;
    while (Date.now() < end) {
      for (const outer of this.page.frames()) {
        const query = new URL(outer.url() || 'about:blank').searchParams;
        if (query.get('extensionId')?.toLowerCase() !== EXTENSION_ID) continue;
        if ((await this.isInEditorArea(outer)) !== (place === 'panel')) continue;
        const found = await visibleIn(outer, has).catch(() => undefined); // it may be reloading
        if (found) return found;
      }
      await sleep(100);
    }
    throw new Error(`No visible ${place} of the extension contains ${has} after ${limitMs / 1000} s.`);
  }

  /** By where it lies: its address does not tell once a view was hidden and shown again. */
  private async isInEditorArea(outer: Frame): Promise<boolean | undefined> {
    // It may go away while it is looked at: hidden views are taken down.
    const element = await outer.frameElement().catch(() => undefined);
    const box = await element?.boundingBox().catch(() => null);
    const area = await this.page.locator('.part.editor').boundingBox();
    if (!box || !area) return undefined;
    return box.x >= area.x - 1 && box.x + box.width <= area.x + area.width + 1;
  }

  /** Reloads the window: the extension host ends and a new one starts. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.containerItem(CONTAINER).waitFor({ timeout: 60_000 });
  }

  /** Writes out/screenshots/<name>-<theme>.png. */
  async screenshot(name: string): Promise<void> {
    fs.mkdirSync(SCREENSHOTS, { recursive: true });
    // Away from what has a tooltip, until that has faded.
    await this.page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height - 2);
    await sleep(500);
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${this.theme}.png`) });
  }

  /** What the extension host has logged as errors; the extension's failed start among them. */
  logErrors(): string[] {
    const logs = path.join(path.dirname(this.folder), 'user-data', 'logs');
    const files = fs.readdirSync(logs, { recursive: true, encoding: 'utf8' });
    return files
      .filter((file) => file.endsWith('remoteexthost.log'))
      .flatMap((file) => fs.readFileSync(path.join(logs, file), 'utf8').split('\n'))
      .filter((line) => line.includes('[error]'));
  }

  /** Closes the window, the editor and every process started on its workspace. @returns who had to be killed */
  dispose(): Promise<string[]> {
    return this.end();
  }

  private containerItem(name: string): Locator {
    return this.page.locator(`.activitybar .action-item:has([aria-label^="${name}"])`).first();
  }

  private async showExplorer(): Promise<void> {
    if (!(await this.page.locator('.explorer-folders-view').isVisible()))
      await this.openContainer('Explorer');
  }

  private explorerRow(name: string): Locator {
    return this.page.locator(byLabel('.explorer-folders-view .monaco-list-row', name)).first();
  }
}

/**
 * Runs a journey in a fresh window; when it fails, leaves out/screenshots/failed-<name>-<theme>.png.
 * @param name for the screenshot of a failure
 */
export async function inWorkbench(
  name: string,
  options: WorkbenchOptions,
  journey: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  const workbench = await openWorkbench(options);
  try {
    await journey(workbench);
  } catch (error) {
    await workbench.screenshot(`failed-${name}`).catch(() => undefined);
    for (const line of [...workbench.logErrors(), ...workbench.pageErrors]) console.error(line);
    throw error;
  } finally {
    await workbench.dispose();
  }
}

/** Rows carry their label in aria-label, often followed by a comma and more. */
function byLabel(row: string, label: string): string {
  return `${row}[aria-label="${label}"], ${row}[aria-label^="${label}, "]`;
}

function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** Webviews that are not shown stay in the document, hidden. */
async function visibleIn(outer: Frame, selector: string): Promise<Frame | undefined> {
  const element = await outer.frameElement();
  if (!(await element.isVisible())) return undefined;
  for (const frame of outer.childFrames()) {
    if ((await frame.locator(selector).filter({ visible: true }).count()) > 0) return frame;
  }
  return undefined;
}

/**
 * Ends what still runs on a journey's folder: its name is unique, so whoever has it on the command line is ours.
 * @returns their command lines
 */
async function endProcessesOf(folder: string): Promise<string[]> {
  const ended: string[] = [];
  for (const entry of fs.readdirSync('/proc')) {
    const pid = Number(entry);
    if (!(pid > 0) || pid === process.pid) continue;
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
      if (!command.includes(folder) && !cwd.startsWith(folder)) continue;
      process.kill(pid, 'SIGKILL');
      ended.push(command);
    } catch {
      // It ended meanwhile, or is not ours to look at.
    }
  }
  if (ended.length > 0) await sleep(200);
  return ended;
}
