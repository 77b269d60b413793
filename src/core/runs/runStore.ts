// Owns the runs on disk: create, list, read, repair after a crash, delete. The folder is the truth.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { z } from 'zod';
import type { Clock } from '../../shared/clock';
import { BenchError, toErrorData, type ErrorData } from '../../shared/errors';
import { isRunId } from '../../shared/ids';
import { stringifyJson } from '../../shared/numbers';
import { experimentSchema, type Experiment } from '../../shared/schema/experiment';
import {
  launchSchema,
  liveSchema,
  runSummarySchema,
  type Live,
  type RunSummary,
  type TrainEventOf,
} from '../../shared/schema/run';
import { exists } from '../files';
import { removeEndpoint } from '../process/endpoint';
import { isAlive, isSameProcess } from '../process/processIdentity';
import { PARTIAL_SUFFIX, writeFileAtomic } from './atomicFile';
import { EventLogWriter, readEventLog } from './eventLog';
import { runPaths, type RunPaths } from './runFolder';
import { applyEvent, initialOf } from './summarise';

/** A run without live.json is given this long to come up before it counts as dead. */
const START_GRACE_MS = 30_000;
const STDERR_TAIL_BYTES = 4096;
/** Ends the names of runs that are being deleted. */
const DELETED_SUFFIX = `.deleted${PARTIAL_SUFFIX}`;

export interface ListedRun {
  readonly folder: string;
  readonly summary: RunSummary;
}

/** A folder that looks like a run and cannot be read, with the reason; shown, never hidden. */
export interface BrokenRun {
  readonly folder: string;
  readonly reason: string;
}

export class RunStore {
  constructor(
    /** `<workspace>/.modelbench/runs` */
    readonly root: string,
    private readonly clock: Clock,
  ) {}

  folderOf(runId: string): string {
    if (!isRunId(runId)) throw new BenchError('run.unknown', l10n.t('"{0}" is not a run id.', runId));
    return path.join(this.root, runId);
  }

  /** Makes the folder with experiment.json and run.json, all or nothing: it appears by a rename. */
  async create(summary: RunSummary, experiment: Experiment): Promise<RunPaths> {
    const folder = this.folderOf(summary.runId);
    const partial = `${folder}${PARTIAL_SUFFIX}`;
    try {
      await ensureRunsRoot(this.root);
      await fs.mkdir(partial);
      const paths = runPaths(partial);
      await fs.writeFile(paths.experiment, stringifyJson(experiment, 2));
      await fs.writeFile(paths.summary, stringifyJson(summary, 2));
      await fs.rename(partial, folder);
    } catch (error) {
      await fs.rm(partial, { recursive: true, force: true }).catch(() => undefined);
      throw new BenchError(
        'io.createRun',
        l10n.t('Cannot create the run folder {0}: {1}', folder, toErrorData(error).message),
        {
          cause: error,
        },
      );
    }
    return runPaths(folder);
  }

  /** Newest first. Runs whose process died are repaired on the way, and what a died create or delete left is removed. */
  async list(): Promise<{ runs: ListedRun[]; broken: BrokenRun[] }> {
    const names = await fs.readdir(this.root).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    await this.sweep(names);
    const runs: ListedRun[] = [];
    const broken: BrokenRun[] = [];
    for (const name of names.filter(isRunId).sort().reverse()) {
      const folder = path.join(this.root, name);
      try {
        runs.push({ folder, summary: await this.read(folder) });
      } catch (error) {
        // Deleted by somebody else since its name was read.
        if (!(await exists(folder))) continue;
        broken.push({ folder, reason: toErrorData(error).message });
      }
    }
    return { runs, broken };
  }

  /**
   * A run's summary; a run that says "running" while nothing runs becomes "crashed" on disk first.
   * @param cause how its process ended, when the caller saw it end, e.g. "signal SIGKILL"
   */
  async read(folder: string, cause?: string): Promise<RunSummary> {
    const summary = await readJson(runPaths(folder).summary, runSummarySchema);
    if (summary.state !== 'running') return summary;
    if (cause === undefined && (await this.mayBeAlive(folder, summary))) return summary;
    return this.settle(folder, cause);
  }

  /**
   * Rebuilds run.json of a run whose process is gone: the log decides, and a log without an end is a crash.
   * Also removes what only a living process needs. Safe to repeat.
   */
  private async settle(folder: string, cause: string | undefined): Promise<RunSummary> {
    const paths = runPaths(folder);
    const old = await readJson(paths.summary, runSummarySchema);
    const log = await readEventLog(paths.log);
    let summary = log.events.reduce((state, { event }) => applyEvent(state, event), initialOf(old));
    if (log.damaged.length > 0) {
      const message = l10n.t('{0} damaged records in {1} were skipped.', log.damaged.length, paths.log);
      summary = { ...summary, warnings: [...summary.warnings, { code: 'run.damagedLog', message }] };
    }
    if (summary.state === 'running') summary = await this.crashed(summary, paths, cause);
    await removeLeftovers(paths);
    await writeFileAtomic(paths.summary, stringifyJson(summary, 2));
    return summary;
  }

  /**
   * Marks a run whose process could not be started.
   * @param error why not
   */
  async markUnstarted(folder: string, { code, message }: ErrorData): Promise<void> {
    const paths = runPaths(folder);
    const summary = await readJson(paths.summary, runSummarySchema);
    const nowMs = this.clock.now();
    const ended: RunSummary = {
      ...summary,
      state: 'crashed',
      updatedMs: nowMs,
      endedMs: nowMs,
      error: { code, message },
    };
    await removeLeftovers(paths);
    await writeFileAtomic(paths.summary, stringifyJson(ended, 2));
  }

  /**
   * Says in the log and in run.json that an ended run goes on; whoever follows it waits for its process from then on.
   * @throws BenchError 'run.alive' while its process lives
   */
  async markResumed(folder: string, event: TrainEventOf<'resumed'>): Promise<void> {
    const summary = await this.read(folder);
    if (summary.state === 'running') {
      throw new BenchError('run.alive', l10n.t('Run {0} is still training.', summary.runId));
    }
    const paths = runPaths(folder);
    const log = new EventLogWriter(paths.log, await readEventLog(paths.log));
    try {
      log.append(event);
      log.sync();
    } finally {
      log.close();
    }
    await writeFileAtomic(paths.summary, stringifyJson(applyEvent(summary, event), 2));
  }

  /** @throws BenchError 'run.alive' while its process lives, 'run.unknown' for a folder that is no run's */
  async remove(folder: string): Promise<void> {
    const runId = path.basename(folder);
    if (!isRunId(runId)) throw new BenchError('run.unknown', l10n.t('"{0}" is not a run id.', runId));
    const summary = await this.read(folder).catch(() => undefined);
    // A run whose summary is damaged may be training all the same.
    const live = await readLive(folder);
    if (summary?.state === 'running' || (live !== undefined && (await isLive(live)))) {
      throw new BenchError('run.alive', l10n.t('Run {0} is still training. Stop it first.', runId));
    }
    // Renamed first, so that a run vanishes at once and never half.
    const doomed = `${folder}${DELETED_SUFFIX}`;
    await fs.rename(folder, doomed);
    await fs.rm(doomed, { recursive: true, force: true });
  }

  /** A create is given time to end; a delete has said what it wants. */
  private async sweep(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (!name.endsWith(PARTIAL_SUFFIX)) continue;
      const folder = path.join(this.root, name);
      const isDeleted = isRunId(name.slice(0, -DELETED_SUFFIX.length)) && name.endsWith(DELETED_SUFFIX);
      const isCreated = isRunId(name.slice(0, -PARTIAL_SUFFIX.length));
      if (!isDeleted && !(isCreated && (await this.isOld(folder)))) continue;
      // Somebody else may be at it too; what stays is tried again next time.
      await fs.rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  private async isOld(folder: string): Promise<boolean> {
    const stat = await fs.stat(folder).catch(() => undefined);
    return stat !== undefined && this.clock.now() - stat.mtimeMs > START_GRACE_MS;
  }

  private async mayBeAlive(folder: string, summary: RunSummary): Promise<boolean> {
    const live = await readLive(folder);
    if (live !== undefined) return isLive(live);
    // It ended and took live.json with it, but its last run.json never reached the disk.
    const { events } = await readEventLog(runPaths(folder).log);
    const resumed = events.filter(({ event: { type } }) => type === 'resumed').at(-1);
    const isOver = events.some(
      ({ sequence, event: { type } }) =>
        (type === 'finished' || type === 'failed') && sequence > (resumed?.sequence ?? -1),
    );
    if (isOver) return false;
    // Either way: a clock that was set back must not keep a dead run alive for hours.
    return Math.abs(this.clock.now() - (resumed?.event.timeMs ?? summary.createdMs)) < START_GRACE_MS;
  }

  private async crashed(
    summary: RunSummary,
    paths: RunPaths,
    cause: string | undefined,
  ): Promise<RunSummary> {
    const stderrTail = await readTail(paths.stderr);
    const message =
      cause === undefined
        ? l10n.t(
            'The training process ended without a word after epoch {0}. Train again, or see the log.',
            summary.epoch,
          )
        : l10n.t(
            'The training process ended by {0} after epoch {1}. Train again, or see the log.',
            cause,
            summary.epoch,
          );
    return {
      ...summary,
      state: 'crashed',
      endedMs: summary.updatedMs,
      error: { code: 'run.crashed', message },
      ...(stderrTail === '' ? {} : { stderrTail }),
    };
  }
}

export async function readExperimentOf(folder: string): Promise<Experiment> {
  return readJson(runPaths(folder).experiment, experimentSchema);
}

export async function readLive(folder: string): Promise<Live | undefined> {
  try {
    return await readJson(runPaths(folder).live, liveSchema);
  } catch {
    return undefined;
  }
}

/** A process without a known start time counts as ours while its pid lives: it is never killed on that ground. */
export async function isLive(live: Live): Promise<boolean> {
  return live.processStart === '' ? isAlive(live.pid) : isSameProcess(live.pid, live.processStart);
}

/** Runs are local data: git is told so once. */
async function ensureRunsRoot(root: string): Promise<void> {
  await fs.mkdir(root, { recursive: true });
  const ignore = path.join(path.dirname(root), '.gitignore');
  if (path.basename(path.dirname(root)) !== '.modelbench') return;
  await fs.writeFile(ignore, '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

async function removeLeftovers(paths: RunPaths): Promise<void> {
  // The one it announced, or the one it was told to open and died before announcing.
  const launch = await readJson(paths.launch, launchSchema).catch(() => undefined);
  for (const known of [await readLive(paths.folder), launch]) {
    if (known !== undefined) await removeEndpoint(known.endpoint);
  }
  const names = await fs.readdir(paths.folder);
  const rubbish = names
    .filter((name) => name.endsWith(PARTIAL_SUFFIX))
    .map((name) => path.join(paths.folder, name));
  for (const file of [...rubbish, paths.live, paths.launch]) await fs.rm(file, { force: true });
}

async function readTail(file: string): Promise<string> {
  const bytes = await fs.readFile(file).catch(() => Buffer.alloc(0));
  return bytes.subarray(-STDERR_TAIL_BYTES).toString('utf8').trim();
}

async function readJson<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new BenchError('run.unreadable', l10n.t('Cannot read {0}: {1}', file, toErrorData(error).message), {
      cause: error,
    });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new BenchError('run.unreadable', l10n.t('{0} is damaged or of another version.', file), {
      cause: error,
    });
  }
}
