// Entry of the training process: `node trainer.js <run folder>`. Owns the process: socket, log, summary, signals, exit.
// What training is, core/train knows; who watches, nobody here knows.
import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { launchSchema } from '../shared/schema/run';
import { processStart } from '../core/process/processIdentity';
import { writeFileAtomic } from '../core/runs/atomicFile';
import { runPaths } from '../core/runs/runFolder';
import { stringifyJson } from '../shared/numbers';
import { isCancelled } from '../shared/abort';
import { BenchError, toErrorData } from '../shared/errors';
import { RunRecorder } from './runRecorder';
import { RunServer } from './runServer';
import { trainRun } from './trainRun';

const clock = { now: (): number => Date.now() };

async function main(folder: string): Promise<number> {
  const paths = runPaths(folder);
  const launch = launchSchema.parse(JSON.parse(await fsp.readFile(paths.launch, 'utf8')));
  l10n.config({ contents: launch.l10nBundle });

  const recorder = await RunRecorder.open(paths, clock);
  const server = await RunServer.listen(launch, recorder);
  await writeFileAtomic(
    paths.live,
    stringifyJson({
      pid: process.pid,
      processStart: await processStart(process.pid),
      endpoint: launch.endpoint,
      token: launch.token,
    }),
    { mode: 0o600 },
  );
  fs.rmSync(paths.launch, { force: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => server.requestStop());

  let exitCode = 0;
  try {
    recorder.record({ type: 'started', timeMs: clock.now(), pid: process.pid, node: process.version });
    await trainRun({
      paths,
      launch,
      clock,
      recorder,
      stopSignal: server.stopSignal,
      isPaused: () => server.isPaused,
    });
  } catch (error) {
    const timeMs = clock.now();
    if (isCancelled(error) && server.stopSignal.aborted) {
      recorder.record({ type: 'finished', timeMs, reason: 'stopped', epoch: 0, bestEpoch: 0 });
    } else {
      exitCode = 1;
      console.error(error);
      const { stack: _stack, ...data } = toErrorData(named(error, folder));
      recorder.record({ type: 'failed', timeMs, error: data });
    }
  }
  // The log first, then the summary, then the mark of life, then the listeners: a reader sees each step whole.
  await recorder.close();
  fs.rmSync(paths.live, { force: true });
  await server.close();
  return exitCode;
}

/** The failures of a disk that a person can mend, by their names. */
function named(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new BenchError(
    'io.diskFull',
    l10n.t('The disk of {0} is full. Make room, or choose another folder, then train again.', folder),
    { cause: error },
  );
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Usage: trainer.js <run folder>');
  process.exit(2);
}
main(folder).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
