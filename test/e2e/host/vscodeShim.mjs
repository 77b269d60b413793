#!/usr/bin/env node
// Stands in for a desktop VS Code executable: takes the arguments that @vscode/test-electron gives, runs the suite
// in the test host, ends with the exit code a desktop VS Code would have.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { launchChromium, VIEWPORT } from './chromium.mjs';
import { ensureHost } from './install.mjs';
import { startServer, writeSettings } from './server.mjs';

/** The whole suite must end within this. */
const LIMIT_MS = Number(process.env.MODEL_BENCH_SUITE_LIMIT_S ?? 300) * 1000;

/** The editor's own chatter in the suite's output, which says nothing about the tests. */
const CHATTER =
  /^(%c|(Resolving|Resolved) connection token|Creating a socket|Updating additional builtin|\[|Canceled|getaddrinfo |Timed out waiting for auth)/;

/** @param {string} name of an option given as --name=value @returns {string[]} */
const options = (name) =>
  process.argv.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));

/** @param {string} file a path or a file: URL */
const toPath = (file) => (file.startsWith('file:') ? fileURLToPath(file) : path.resolve(file));

if (process.argv.includes('--version')) {
  console.log((await ensureHost()).version);
  process.exit(0);
}
const suite = options('extensionTestsPath').at(-1);
if (!suite) {
  console.error('vscodeShim: expected --extensionTestsPath=<file>.');
  process.exit(2);
}
process.exit(await runSuite(toPath(suite)));

/**
 * @param {string} suite
 * @returns {Promise<number>} the exit code
 */
async function runSuite(suite) {
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'model-bench-suite-'));
  const verdict = path.join(temp, 'verdict');
  const userDataDir = options('user-data-dir').at(-1) ?? path.join(temp, 'user-data');
  const extensionsDir = options('extensions-dir').at(-1) ?? path.join(temp, 'extensions');
  const env = { MODEL_BENCH_SHIM_SUITE: suite, MODEL_BENCH_SHIM_VERDICT: verdict };
  writeSettings(userDataDir);
  /** @type {(() => Promise<unknown>)[]} in the order of their start */
  const cleanups = [];
  try {
    const server = await startServer({ userDataDir, extensionsDir, tests: true, env });
    cleanups.push(server.stop);
    const browser = await launchChromium();
    cleanups.push(() => Promise.race([browser.close(), sleep(3000)]));
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
    const end = new Promise((resolve) => {
      /** @param {number} code @param {string} [why] */
      const finish = (code, why) => resolve({ code, why });
      // Its second argument is the editor's own log.
      void page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => finish(code));
      page.once('crash', () => finish(71, 'the browser page crashed'));
      void server.exited.then((why) => finish(70, why));
      void sleep(LIMIT_MS).then(() => finish(124, `no result within ${LIMIT_MS / 1000} s`));
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => finish(130, signal));
    });
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
        const line = format(...args);
        if (!CHATTER.test(line)) console.log(line);
      },
    );
    await page.goto(workbenchUrl(server.port));
    const { code, why } = await end;
    if (why) console.error(`vscodeShim: ${why}`);
    if (code !== 0) return code;
    const passed = fs.existsSync(verdict) && fs.readFileSync(verdict, 'utf8') === '0';
    if (!passed) console.error('vscodeShim: the extension host ended before the suite did.');
    return passed ? 0 : 72;
  } catch (error) {
    console.error(`vscodeShim: ${error instanceof Error ? error.message : String(error)}`);
    return 73;
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup().catch(() => undefined);
    fs.rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * @param {number} port
 * @returns {string} the address that opens the workbench with the extension under development and its suite
 */
function workbenchUrl(port) {
  const remote = (/** @type {string} */ file) =>
    `vscode-remote://127.0.0.1:${port}${encodeURI(toPath(file))}`;
  const payload = [
    ...options('extensionDevelopmentPath').map((file) => ['extensionDevelopmentPath', remote(file)]),
    ['extensionTestsPath', remote(path.join(import.meta.dirname, 'suiteWrap.cjs'))],
    ['skipWelcome', 'true'],
  ];
  const folder = process.argv.slice(2).find((arg) => !arg.startsWith('-'));
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (folder) query.set('folder', path.resolve(folder));
  else query.set('ew', 'true');
  return `http://127.0.0.1:${port}/?${query}`;
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
