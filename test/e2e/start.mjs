// Owns `npm start`: the extension as it would be shipped, in a real VS Code, on the examples. `--port <n>` fixes the port.
// Uses the test host in a browser on linux-x64, a desktop VS Code elsewhere or when $VSCODE_EXECUTABLE names one.
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, ensureHost, hostSupported } from './host/install.mjs';
import { installExtension, QUIET_SETTINGS, startServer, writeSettings } from './host/server.mjs';
import { packExtension } from './packExtension.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const OUT = path.join(ROOT, 'out');

/** Kept between starts, and so are the runs in it. */
const WORKSPACE = path.join(OUT, 'sample-workspace');
const USER_DATA = path.join(OUT, 'start', 'user-data');
const EXTENSIONS = path.join(OUT, 'start', 'extensions');

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
try {
  prepareWorkspace();
  if (process.env.VSCODE_EXECUTABLE || !hostSupported()) await startDesktop();
  else await startInBrowser(Number(values.port));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Adds the examples that are missing; never touches what the user changed. */
function prepareWorkspace() {
  fs.cpSync(path.join(ROOT, 'examples'), WORKSPACE, { recursive: true, force: false });
}

/** @param {number} port 0: a free one */
async function startInBrowser(port) {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port: expected a whole number from 0 to 65535, found "${values.port}".`);
  }
  await ensureHost();
  console.log('Packing the extension ...');
  const vsix = packExtension(path.join(OUT, 'start', 'model-bench.vsix'));
  if (!fs.existsSync(path.join(USER_DATA, 'User', 'settings.json'))) writeSettings(USER_DATA, QUIET_SETTINGS);
  await installExtension({ vsix, userDataDir: USER_DATA, extensionsDir: EXTENSIONS });
  const token = randomBytes(12).toString('hex');
  const server = await startServer({ userDataDir: USER_DATA, extensionsDir: EXTENSIONS, port, token });
  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  const query = new URLSearchParams({ tkn: token, folder: WORKSPACE });
  const url = `http://127.0.0.1:${server.port}/?${query}`;
  console.log(`Model Bench runs in VS Code at ${url} (Ctrl-C stops it)`);
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) {
    spawn('xdg-open', [url], { stdio: 'ignore', detached: true })
      .on('error', () => undefined) // the address is on the screen
      .unref();
  }
  const died = await Promise.race([server.exited, stopped.then(() => undefined)]);
  await server.stop();
  if (died) throw new Error(died);
  process.exit(0);
}

/** Ends when the window is closed. */
async function startDesktop() {
  const shell = process.platform === 'win32'; // npm is a .cmd there
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit', shell });
  if (built.status !== 0) throw new Error('"npm run build" failed.');
  const cachePath = path.join(cacheFolder(), 'vscode');
  const executable = process.env.VSCODE_EXECUTABLE ?? (await downloadAndUnzipVSCode({ cachePath }));
  const args = [WORKSPACE, `--extensionDevelopmentPath=${ROOT}`, `--user-data-dir=${USER_DATA}`];
  console.log(`Model Bench runs in ${executable} (close its window to stop)`);
  const editor = spawn(executable, args, { stdio: 'ignore' });
  await new Promise((resolve, reject) => editor.once('exit', resolve).once('error', reject));
}
