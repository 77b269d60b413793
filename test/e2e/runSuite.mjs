// Owns one run of the in-editor suite through @vscode/test-electron: which editor, which workspace, what came out.
// `node test/e2e/runSuite.mjs` runs it alone; `node esbuild.js` must have built dist/ before.
import { runTests } from '@vscode/test-electron';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, ensureHost, hostSupported } from './host/install.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** @typedef {import('./suite/index').SuiteResult} SuiteResult */

/**
 * Runs the suite in $VSCODE_EXECUTABLE, or in the test host where that runs, or in a downloaded desktop VS Code.
 * @param {object} [options]
 * @param {string} [options.extension] the folder of the extension under test
 * @param {string} [options.workspace] the folder whose copy the editor opens
 * @returns {Promise<SuiteResult>}
 * @throws Error when the suite left no result: the editor did not start, or died
 */
export async function runSuite({ extension = ROOT, workspace = path.join(ROOT, 'examples') } = {}) {
  const suite = path.join(extension, 'dist', 'test', 'suite.js');
  if (!fs.existsSync(suite)) throw new Error(`${suite} is missing. Run "npm run build" first.`);
  // Short, because VS Code puts a socket into it (macOS allows 103 characters).
  const base = process.platform === 'darwin' ? '/tmp' : os.tmpdir();
  const temp = fs.mkdtempSync(path.join(fs.realpathSync(base), 'model-bench-'));
  const copy = path.join(temp, 'workspace');
  const resultFile = path.join(temp, 'result.json');
  try {
    fs.cpSync(workspace, copy, { recursive: true });
    const executable = await editor();
    /** @type {unknown} */
    let failure;
    await runTests({
      ...(executable
        ? { vscodeExecutablePath: executable }
        : { cachePath: path.join(cacheFolder(), 'vscode') }),
      extensionDevelopmentPath: extension,
      extensionTestsPath: suite,
      extensionTestsEnv: { MODEL_BENCH_SUITE_RESULT: resultFile },
      launchArgs: [
        ...[copy, '--disable-extensions'],
        ...[`--user-data-dir=${path.join(temp, 'user')}`, `--extensions-dir=${path.join(temp, 'ext')}`],
      ],
    }).catch((error) => (failure = error));
    if (!fs.existsSync(resultFile)) throw new Error(`The in-editor suite left no result: ${String(failure)}`);
    /** @type {SuiteResult} */
    const result = JSON.parse(fs.readFileSync(resultFile, 'utf8'));
    if (failure && result.failed === 0)
      throw new Error(`The editor died after the suite: ${String(failure)}`);
    return result;
  } finally {
    fs.rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns {Promise<string | undefined>} nothing: let test-electron download a desktop VS Code */
async function editor() {
  if (process.env.VSCODE_EXECUTABLE) return process.env.VSCODE_EXECUTABLE;
  if (!hostSupported()) return undefined;
  await ensureHost();
  return path.join(import.meta.dirname, 'host', 'vscodeShim.mjs');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await runSuite();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
