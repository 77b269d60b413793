// Owns the start of a training process: detached, so that it outlives a window, with its stderr kept in the run folder.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { stringifyJson } from '../../shared/numbers';
import type { Launch, Resume } from '../../shared/schema/run';
import { writeFileAtomic } from '../runs/atomicFile';
import type { RunPaths } from '../runs/runFolder';
import { endpointFor } from './endpoint';

export interface TrainerProgram {
  /** A Node executable; Electron's works, with ELECTRON_RUN_AS_NODE. */
  readonly node: string;
  /** dist/trainer.js */
  readonly script: string;
  readonly wasmFolder: string;
  readonly l10nBundle: Launch['l10nBundle'];
}

export interface TrainerProcess {
  readonly pid: number;
  /** Resolves when the process ends, with how: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
}

/** @throws BenchError 'run.spawn' when the executable cannot be started */
export async function launchTrainer(
  program: TrainerProgram,
  paths: RunPaths,
  dataPath: string,
  resume?: Resume,
): Promise<TrainerProcess> {
  // A file that is gone by now is the trainer's to tell.
  const data = await fsp.stat(dataPath).catch(() => ({ size: 0, mtimeMs: 0 }));
  const launch: Launch = {
    endpoint: endpointFor(randomBytes(8).toString('hex')),
    token: randomBytes(24).toString('hex'),
    dataPath,
    dataSizeBytes: data.size,
    dataModifiedMs: data.mtimeMs,
    wasmFolder: program.wasmFolder,
    l10nBundle: program.l10nBundle,
    ...(resume === undefined ? {} : { resume }),
  };
  await writeFileAtomic(paths.launch, stringifyJson(launch, 2), { mode: 0o600 });

  const stderr = fs.openSync(paths.stderr, 'a');
  try {
    const child = spawn(program.node, [program.script, paths.folder], {
      cwd: paths.folder,
      detached: true,
      stdio: ['ignore', 'ignore', stderr],
      windowsHide: true,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`),
      );
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new BenchError(
            'run.spawn',
            l10n.t('Cannot start the training process with {0}: {1}', program.node, error.message),
            {
              cause: error,
            },
          ),
        ),
      );
    });
    child.unref();
    if (child.pid === undefined)
      throw new BenchError('run.spawn', l10n.t('The training process has no pid.'));
    return { pid: child.pid, ended };
  } finally {
    fs.closeSync(stderr);
  }
}
