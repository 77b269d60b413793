// Owns the packing of the extension for whoever installs it into the test host: journeys and `npm start`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** The package that a test run makes once and all of its journeys install. */
export const VSIX = path.join(ROOT, 'out', 'e2e.vsix');

/**
 * Packs what lies in the working tree, as "npm run package" does for a release.
 * @param {string} [vsix] the file to write
 * @returns {string} the file
 * @throws Error with the packer's words, when it fails
 */
export function packExtension(vsix = VSIX) {
  fs.rmSync(vsix, { force: true });
  fs.mkdirSync(path.dirname(vsix), { recursive: true });
  const shell = process.platform === 'win32'; // npm is a .cmd there
  const args = ['run', '--silent', 'package', '--', '-o', path.relative(ROOT, vsix)];
  const done = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', shell });
  if (done.status === 0 && fs.existsSync(vsix)) return vsix;
  throw new Error(`"npm run package" failed:\n${done.stdout}${done.stderr}`.trimEnd());
}

/** Called by vitest before the first journey. $MODEL_BENCH_VSIX names a package that exists already. */
export default function setup() {
  process.env.MODEL_BENCH_VSIX ??= packExtension();
}
