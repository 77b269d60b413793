// Owns the browser that shows the test host: finding or installing a Chromium, and starting it.
// It must never know VS Code or the tests.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** Every name and place that a Chromium or Chrome is usually installed under. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const MACOS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

/** No sandbox: it needs rights that containers lack, and the only page shown is our own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The window's size in CSS pixels, the same everywhere: screenshots are compared by eye. */
export const VIEWPORT = { width: 1280, height: 800 };

/**
 * Finds a Chromium, in this order: $CHROMIUM, PATH and the usual places, Debian's package (as root), Playwright's
 * own download.
 * @returns {string} the path of its executable
 * @throws Error with one line that says what to install
 */
export function ensureChromium() {
  const wanted = process.env.CHROMIUM;
  if (wanted) {
    if (fs.existsSync(wanted)) return wanted;
    throw new Error(`CHROMIUM names ${wanted}, which does not exist. Correct it or unset it.`);
  }
  const found = find() ?? (installWithApt() ? find() : undefined) ?? playwrightOwn();
  if (found) return found;
  throw new Error('No Chromium found. Install Chromium or Chrome, or set CHROMIUM to an executable.');
}

/**
 * Starts the browser. Whoever starts it closes it.
 * @param {{ headed?: boolean }} [options] headed: with a visible window, for debugging
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launchChromium({ headed = Boolean(process.env.HEADED) } = {}) {
  return chromium.launch({ executablePath: ensureChromium(), headless: !headed, args: FLAGS });
}

/** @returns {string | undefined} */
function find() {
  return candidates().find((file) => fs.existsSync(file));
}

/** @returns {string[]} */
function candidates() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    return roots.flatMap((root) => (root ? WINDOWS.map((file) => path.join(root, file)) : []));
  }
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  if (process.platform !== 'darwin') return [...onPath, '/snap/bin/chromium', '/opt/google/chrome/chrome'];
  return [...MACOS.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`), ...onPath];
}

/** @returns {boolean} whether Debian's package was installed (about 15 s) */
function installWithApt() {
  const debian = process.platform === 'linux' && fs.existsSync('/etc/debian_version');
  // Ubuntu's "chromium" package only starts snap, which containers do not have.
  const ubuntu = debian && /^ID=ubuntu$/m.test(fs.readFileSync('/etc/os-release', 'utf8'));
  if (!debian || ubuntu || process.getuid?.() !== 0) return false;
  process.stderr.write('Installing Chromium for the tests with apt-get (once) ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [['update'], ['install', '-y', '--no-install-recommends', 'chromium']];
  const ok = steps.every(
    (step) => spawnSync('apt-get', ['-qq', ...step], { env, stdio: 'ignore' }).status === 0,
  );
  process.stderr.write(ok ? ' done.\n' : ' failed.\n');
  return ok;
}

/** @returns {string | undefined} Playwright's own build, downloaded if need be */
function playwrightOwn() {
  const own = chromium.executablePath();
  if (fs.existsSync(own)) return own;
  process.stderr.write('Downloading Chromium for the tests with Playwright (once) ...');
  const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('playwright-core')), 'cli.js');
  const done = spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore' });
  process.stderr.write(done.status === 0 ? ' done.\n' : ' failed.\n');
  return fs.existsSync(own) ? own : undefined;
}
