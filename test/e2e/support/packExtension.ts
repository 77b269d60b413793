// Owns the packed extension that all journeys of one test run install: packed once, before the first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Called by vitest once per run. $MODEL_BENCH_VSIX names a package that exists already. */
export default function packExtension(): void {
  if (process.env['MODEL_BENCH_VSIX']) return;
  const root = path.resolve(import.meta.dirname, '..', '..', '..');
  const vsix = path.join(root, 'out', 'e2e.vsix');
  fs.mkdirSync(path.dirname(vsix), { recursive: true });
  execFileSync('npm', ['run', '--silent', 'package', '--', '--out', vsix], { cwd: root, stdio: 'inherit' });
  process.env['MODEL_BENCH_VSIX'] = vsix;
}
