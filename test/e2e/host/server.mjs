// Owns the test host's server process: its start, its end, and installing an extension into it.
// It must never know a browser or the tests.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureHost } from './install.mjs';

/** How long the server may take to listen, and to end after SIGTERM. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 3_000;

/** The user settings that keep the editor quiet: nothing opens, updates or asks by itself. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.editor.useModal': 'off',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
};

/**
 * @typedef {object} Server
 * @property {number} port on 127.0.0.1
 * @property {number} pid the server's process, which leads its own process group
 * @property {string} log the file with everything the server has said
 * @property {Promise<string>} exited how the server ended, when it ended without `stop`
 * @property {() => Promise<void>} stop ends the server and the extension hosts; resolves when they are gone
 */

/**
 * Starts the server and waits until it listens.
 * @param {object} options
 * @param {string} options.userDataDir settings and state; made if missing
 * @param {string} options.extensionsDir installed extensions; made if missing
 * @param {boolean} [options.tests] take the extension's and the suite's path from the URL. The switch that allows
 *   it also hides notification toasts, so only the in-editor suite has it.
 * @param {Record<string, string>} [options.env] for the extension host, over this process's own
 * @param {number} [options.port] 0, the default: a free one
 * @param {string} [options.token] that the address must carry as ?tkn=; without one, every user of this machine gets in
 * @returns {Promise<Server>}
 * @throws Error with the end of the server's log, when it does not come to listen
 */
export async function startServer({ userDataDir, extensionsDir, tests = false, env = {}, port = 0, token }) {
  const host = await ensureHost();
  for (const folder of [userDataDir, extensionsDir]) fs.mkdirSync(folder, { recursive: true });
  const log = path.join(userDataDir, 'server.log');
  const errors = fs.openSync(log, 'a');
  const args = [
    ...[host.server, '--host', '127.0.0.1', '--port', String(port)],
    ...(token ? ['--connection-token', token] : ['--without-connection-token']),
    ...['--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust'],
    ...['--server-data-dir', userDataDir, '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir],
    ...(tests ? ['--enable-smoke-test-driver'] : []),
  ];
  // Its own process group, so that its extension hosts end with it.
  const child = spawn(host.node, args, {
    env: { ...hostEnv(), ...env },
    stdio: ['ignore', 'pipe', errors],
    detached: true,
  });
  fs.closeSync(errors);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`The VS Code server did not start: ${host.node}`);
  const killOnExit = () => signalGroup(pid, 'SIGKILL');
  process.once('exit', killOnExit);

  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(`the VS Code server ended with ${code ?? signal}`));
  });
  const stop = async () => {
    signalGroup(pid, 'SIGTERM');
    await Promise.race([exited, timeout(STOP_LIMIT_MS)]);
    signalGroup(pid, 'SIGKILL');
    process.off('exit', killOnExit);
  };

  /** @type {Promise<number>} */
  const listening = new Promise((resolve) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      fs.appendFileSync(log, text);
      said = (said + text).slice(-4000);
      const match = /Extension host agent listening on (\d+)/.exec(said);
      if (match) resolve(Number(match[1]));
    });
  });
  const failed = Promise.race([
    exited,
    timeout(START_LIMIT_MS).then(() => 'the VS Code server does not listen'),
  ]);
  const outcome = await Promise.race([listening, failed]);
  if (typeof outcome === 'number') return { port: outcome, pid, log, exited, stop };
  await stop();
  throw new Error(`${outcome}\n${fs.readFileSync(log, 'utf8').slice(-2000)}`);
}

/**
 * Installs a packed extension (half a second).
 * @param {{ vsix: string, userDataDir: string, extensionsDir: string }} options
 * @returns {Promise<void>}
 */
export async function installExtension({ vsix, userDataDir, extensionsDir }) {
  const host = await ensureHost();
  const args = [
    ...[host.server, '--accept-server-license-terms', '--server-data-dir', userDataDir],
    ...['--extensions-dir', extensionsDir, '--install-extension', vsix, '--force'],
  ];
  await promisify(execFile)(host.node, args, { env: hostEnv() });
}

/**
 * Writes the user settings that the editor starts with.
 * @param {string} userDataDir
 * @param {Record<string, unknown>} settings over the quiet ones
 */
export function writeSettings(userDataDir, settings = {}) {
  fs.mkdirSync(path.join(userDataDir, 'User'), { recursive: true });
  const text = JSON.stringify({ ...QUIET_SETTINGS, ...settings }, undefined, 2);
  fs.writeFileSync(path.join(userDataDir, 'User', 'settings.json'), text);
}

/**
 * This process's environment without what another VS Code left in it (tests are often started from its terminal).
 * @returns {NodeJS.ProcessEnv}
 */
function hostEnv() {
  const foreign = /^(VSCODE_|ELECTRON_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** @param {number} ms */
function timeout(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
