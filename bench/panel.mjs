// Owns the measure of the data tab as a person meets it: in the real VS Code of the journeys, on a large CSV, the time
// from the click to the first rows and to the whole profile, the memory of the data process, and how late the extension
// host's event loop is meanwhile.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium, VIEWPORT } from '../test/e2e/host/chromium.mjs';
import { installExtension, startServer, writeSettings } from '../test/e2e/host/server.mjs';
import { packExtension } from '../test/e2e/packExtension.mjs';

const LIMIT_MS = 300_000;

/** @param csv a large file; it is linked into a workspace of its own */
export async function measurePanel({ root, csv, vsix = packExtension() }) {
  const temp = mkdtempSync(path.join(os.tmpdir(), 'model-bench-panel-'));
  const folder = path.join(temp, 'workspace');
  const name = path.basename(csv);
  mkdirSync(folder);
  linkSync(csv, path.join(folder, name));
  const folders = { userDataDir: path.join(temp, 'user-data'), extensionsDir: path.join(temp, 'extensions') };
  writeSettings(folders.userDataDir);
  await installExtension({ vsix, ...folders });
  const loopFile = path.join(temp, 'host-loop.jsonl');
  appendFileSync(loopFile, '');
  await installExtension({ vsix: packProbe(root, temp), ...folders });
  const server = await startServer({ ...folders, env: { HOST_LOOP_FILE: loopFile } });
  const browser = await launchChromium();
  const watcher = watchMemory(temp);
  try {
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
    await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(folder)}`);
    const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
    await row.waitFor({ timeout: 60_000 });
    await page
      .locator('.activitybar .action-item:has([aria-label^="Model Bench"])')
      .first()
      .waitFor({ timeout: 60_000 });
    await sleep(5000); // what an editor does after its start is not measured
    const entry = await preprocessEntry(page, row);
    const clickedMs = Date.now();
    await entry.click();
    const data = await firstRows(page, clickedMs);
    const rowsMs = Date.now() - clickedMs;
    const shown = await data.locator('.grid-head-cell').first().textContent();
    console.log(`first rows after ${rowsMs} ms (first column: ${shown?.trim().replaceAll(/\s+/g, ' ')})`);
    await untilIdle(data);
    const endMs = Date.now() - 3000;
    console.log(`nothing under way any more after ${((endMs - clickedMs) / 1000).toFixed(1)} s`);
    await sleep(1500);
    console.log(hostLoop(loopFile, clickedMs, endMs));
    console.log(`data process: ${watcher.peakMb().toFixed(0)} MB at most`);
  } finally {
    watcher.stop();
    await browser.close();
    await server.stop();
    rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A second extension in the same host: it measures the loop that all extensions share. */
function packProbe(root, temp) {
  const folder = path.join(temp, 'probe');
  mkdirSync(folder);
  cpSync(path.join(root, 'bench', 'hostLoop.cjs'), path.join(folder, 'main.cjs'));
  const manifest = {
    ...{ name: 'host-loop', publisher: 'bench', version: '0.0.1', engines: { vscode: '^1.90.0' } },
    ...{ main: './main.cjs', activationEvents: ['*'] },
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const vsix = path.join(temp, 'probe.vsix');
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const switches = ['--skip-license', '--allow-missing-repository', '--allow-star-activation', '-o', vsix];
  execFileSync(process.execPath, [vsce, 'package', ...switches], { cwd: folder, stdio: 'ignore' });
  return vsix;
}

async function preprocessEntry(page, row) {
  const entry = page
    .locator('.monaco-menu .action-item:not(.disabled)', { hasText: 'Preprocess CSV' })
    .first();
  for (let attempt = 0; attempt < 10; attempt++) {
    await row.click({ button: 'right' });
    await page.locator('.monaco-menu').waitFor();
    await sleep(500);
    if (await entry.isVisible()) return entry;
    await page.keyboard.press('Escape');
    await sleep(500);
  }
  throw new Error('The context menu has no "Preprocess CSV".');
}

/** @returns the frame that shows the rows */
async function firstRows(page, sinceMs) {
  while (Date.now() - sinceMs < LIMIT_MS) {
    for (const frame of page.frames()) {
      const cells = await frame
        .locator('.grid-cell')
        .count()
        .catch(() => 0);
      if (cells > 0) return frame;
    }
    await sleep(10);
  }
  throw new Error(`No rows within ${LIMIT_MS / 1000} s.`);
}

/** One piece of work follows another: for three seconds there was none. */
async function untilIdle(data) {
  const work = data.locator('.status-work');
  for (let idle = 0; idle < 30; await sleep(100)) idle = (await work.isVisible()) ? 0 : idle + 1;
}

/** The worst second, and the median of the seconds. */
function hostLoop(file, fromMs, toMs) {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const during = lines.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs + 1000);
  const p99 = during.map((line) => line.p99).sort((a, b) => a - b);
  const all = `${p99.length} seconds: p99 of a second is ${p99[p99.length >> 1]?.toFixed(1)} ms in the median and ${p99.at(-1)?.toFixed(1)} ms at worst`;
  return `extension host's event loop over ${all}; latest ${Math.max(...during.map(({ max }) => max)).toFixed(1)} ms`;
}

/** The most that the data process of the editor on this folder had in memory, from /proc. */
function watchMemory(folder) {
  let peak = 0;
  const look = () => {
    if (!existsSync('/proc')) return;
    for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (!command.includes('dataWorker') || !command.includes(folder)) continue;
        const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
        peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
      } catch {
        // It ended.
      }
    }
  };
  const timer = setInterval(look, 250);
  return { peakMb: () => peak, stop: () => clearInterval(timer) };
}
