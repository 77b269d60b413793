// A training process that cannot be started: said at once, with the run kept and its reason.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchTrainer } from '../../../src/core/process/launchTrainer';
import { runPaths } from '../../../src/core/runs/runFolder';
import { RunStore } from '../../../src/core/runs/runStore';
import { startRun } from '../../../src/core/runs/startRun';
import { smallExperiment } from '../../support/runs';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-launch-'))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const program = (script: string, node = process.execPath) => ({
  node,
  script,
  wasmFolder: '',
  l10nBundle: {},
});

function scriptOf(text: string): string {
  const file = path.join(folder, 'script.js');
  fs.writeFileSync(file, text);
  return file;
}

describe('a training process', () => {
  it('gets its run folder, its own group and an empty NODE_OPTIONS; its stderr is kept', async () => {
    const script = scriptOf(
      `const { launch } = { launch: JSON.parse(require('fs').readFileSync('launch.json', 'utf8')) };
       console.error(JSON.stringify([process.argv[2], process.cwd(), process.env.NODE_OPTIONS, Object.keys(launch)]));
       process.exit(3);`,
    );
    const paths = runPaths(fs.realpathSync(folder));
    const child = await launchTrainer(program(script), paths, '/data.csv');
    expect(child.pid).toBeGreaterThan(0);
    expect(await child.ended).toBe('exit code 3');
    const [said, ...rest] = fs.readFileSync(paths.stderr, 'utf8').trim().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(said!)).toEqual([
      paths.folder,
      paths.folder,
      '',
      ['endpoint', 'token', 'dataPath', 'dataSizeBytes', 'dataModifiedMs', 'wasmFolder', 'l10nBundle'],
    ]);
    if (process.platform !== 'win32') expect(fs.statSync(paths.launch).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['is not there', () => path.join(folder, 'no-node')],
    ['may not be run', () => scriptOf('')],
  ])('is refused with its reason when Node %s', async (_why, node) => {
    await expect(launchTrainer(program('x.js', node()), runPaths(folder), 'd.csv')).rejects.toMatchObject({
      code: 'run.spawn',
      message: expect.stringContaining(node()) as string,
    });
  });
});

describe('a run whose process cannot be started', () => {
  it('is kept as crashed, with the reason, and nothing that waits for a process', async () => {
    const clock = { now: () => Date.UTC(2026, 0, 1) };
    const store = new RunStore(path.join(folder, 'runs'), clock);
    const node = path.join(folder, 'no-node');
    const started = startRun({
      store,
      program: program('x.js', node),
      clock,
      experiment: smallExperiment(),
      dataPath: 'd.csv',
    });
    await expect(started).rejects.toMatchObject({ code: 'run.spawn' });
    const { runs, broken } = await store.list();
    expect(broken).toEqual([]);
    expect(runs).toHaveLength(1);
    expect(runs[0]!.summary).toMatchObject({ state: 'crashed', error: { code: 'run.spawn' } });
    expect(runs[0]!.summary.error?.message).toMatch(/^Cannot start the training process with .*no-node/);
    expect(fs.readdirSync(runs[0]!.folder).sort()).toEqual(['experiment.json', 'run.json', 'stderr.log']);
  });
});
