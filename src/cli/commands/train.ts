// Owns `train`: config or CSV in, one training process followed to its end, a score out. Ctrl-C stops the run and keeps it.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../shared/disposable';
import { BenchError, fromErrorData, isBadInput } from '../../shared/errors';
import { formatCount, formatDuration, formatNumber, formatScore, headlineScore } from '../../shared/format';
import { EXPERIMENT_FILE_SUFFIX, experimentSchema, type Experiment } from '../../shared/schema/experiment';
import type { ExperimentFinding } from '../../shared/schema/experimentFinding';
import type { RunSummary, TrainEvent } from '../../shared/schema/run';
import type { BackendChoice } from '../../shared/schema/training';
import { TimeLeft } from '../../shared/timeLeft';
import { openCsv } from '../../core/data/csvSource';
import { requireRunnable } from '../../core/experiment/checkExperiment';
import { requireExperiment } from '../../core/experiment/parseExperiment';
import { scaffoldExperiment, suggestTargets } from '../../core/experiment/scaffold';
import { compactReading } from '../../core/recipe/recipeFile';
import type { TrainerProcess } from '../../core/process/launchTrainer';
import { RunFollower } from '../../core/runs/runFollower';
import type { RunStore } from '../../core/runs/runStore';
import { startRun, type StartedRun } from '../../core/runs/startRun';
import { clock, runStore, trainerProgram } from '../context';
import { EXIT_BAD_INPUT, EXIT_FAILED, EXIT_OK, print, printError, printJson, ProgressLine } from '../output';
import { isReadingGiven, readingOf, type ReadingFlags } from '../readingOptions';

export interface TrainOptions extends ReadingFlags {
  readonly target?: string;
  readonly splitColumn?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly backend?: BackendChoice;
  readonly runsDir?: string;
  readonly json: boolean;
}

export interface Prepared {
  readonly experiment: Experiment;
  readonly experimentPath?: string;
  readonly dataPath: string;
}

export async function train(file: string, options: TrainOptions): Promise<number> {
  const prepared = file.toLowerCase().endsWith('.json')
    ? await fromConfig(file, options)
    : await fromCsv(file, options);
  const store = runStore(options.runsDir);
  return followToEnd(store, prepared.experiment, options, () =>
    startRun({ store, program: trainerProgram, clock, ...prepared }),
  );
}

/** Starts a run and tells of it until it ends; Ctrl-C stops it and keeps it. @returns the exit code */
export async function followToEnd(
  store: RunStore,
  experiment: Experiment,
  { json }: { readonly json: boolean },
  start: () => Promise<StartedRun>,
): Promise<number> {
  // From here on Ctrl-C means the run: one that is just being started must not outlive us unseen.
  const signals = new StopSignals();
  const run = await start();
  const follower = await RunFollower.open(store, run.folder);
  const report = json ? jsonReport(run.runId) : humanReport(experiment, run.folder);

  follower.onDidUpdate(({ events, summary }) => report.update(events, summary));
  signals.attach(follower, run.process);
  const summary = await follower.follow({ ended: run.process.ended });
  signals.dispose();
  report.end(summary);
  return exitCodeOf(summary);
}

export async function fromConfig(file: string, options: TrainOptions): Promise<Prepared> {
  if (options.target !== undefined || options.splitColumn !== undefined) {
    throw new BenchError(
      'cli.options',
      l10n.t('--target and --split-column go with a CSV; {0} says both itself. Edit it there.', file),
    );
  }
  if (isReadingGiven(options)) {
    throw new BenchError(
      'cli.options',
      l10n.t('Options on how to read go with a CSV; {0} says it in data.reading. Edit it there.', file),
    );
  }
  const experiment = override(requireExperiment(await readConfig(file), file), options);
  const experimentPath = path.resolve(file);
  const dataPath = path.resolve(path.dirname(experimentPath), experiment.data.path);
  const source = await openCsv(dataPath, { reading: experiment.data.reading });
  try {
    warn(requireRunnable(experiment, await source.profile()));
  } finally {
    source.close();
  }
  return { experiment, experimentPath, dataPath };
}

async function readConfig(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new BenchError(
      'config.fileMissing',
      l10n.t('Cannot read {0}: expected a *{1} file. Check the path.', file, EXPERIMENT_FILE_SUFFIX),
      {
        cause: error,
      },
    );
  }
}

async function fromCsv(file: string, options: TrainOptions): Promise<Prepared> {
  const dataPath = path.resolve(file);
  const reading = readingOf(options);
  const source = await openCsv(dataPath, { reading });
  try {
    const profile = await source.profile();
    if (options.target === undefined) {
      const names = suggestTargets(profile)
        .slice(0, 5)
        .map(({ column }) => column);
      throw new BenchError(
        'cli.target',
        l10n.t(
          'Which column is to be predicted? Add --target, e.g. --target "{0}". Likely: {1}.',
          names[0] ?? '',
          names.join(', '),
        ),
      );
    }
    const scaffold = scaffoldExperiment({
      profile,
      relativePath: path.basename(file),
      target: options.target,
      reading: compactReading(reading),
      ...(options.splitColumn === undefined ? {} : { splitColumn: options.splitColumn }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    });
    const experiment = override(experimentSchema.parse(scaffold.experiment), options);
    warn(requireRunnable(experiment, profile));
    return { experiment, dataPath };
  } finally {
    source.close();
  }
}

function override(experiment: Experiment, { seed, epochs, backend }: TrainOptions): Experiment {
  const split =
    seed !== undefined && 'seed' in experiment.split ? { ...experiment.split, seed } : experiment.split;
  return {
    ...experiment,
    split,
    training: {
      ...experiment.training,
      ...(seed === undefined ? {} : { seed }),
      ...(epochs === undefined ? {} : { epochs }),
      ...(backend === undefined ? {} : { backend }),
    },
  };
}

/** What may be wrong with the data, before it is trained on; on stderr, since stdout is for results. */
function warn(findings: readonly ExperimentFinding[]): void {
  for (const { code, message } of findings) process.stderr.write(`warning[${code}]: ${message}\n`);
}

/** First Ctrl-C: stop after the current batch and score. Second: end our own child at once. */
export class StopSignals implements Disposable {
  private asked = 0;

  /** Whether somebody wants it to end. */
  get isAsked(): boolean {
    return this.asked > 0;
  }

  private follower: RunFollower | undefined;
  private child: TrainerProcess | undefined;
  private hasEnded = false;

  constructor() {
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  attach(follower: RunFollower, child: TrainerProcess): void {
    this.follower = follower;
    this.child = child;
    void child.ended.then(() => (this.hasEnded = true));
    if (this.asked > 0) this.stop();
  }

  dispose(): void {
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }

  private readonly onSignal = (): void => {
    this.asked++;
    if (this.asked === 1) {
      process.stderr.write(`\n${l10n.t('Stopping after this batch; press Ctrl-C again to end at once.')}\n`);
      this.stop();
    } else this.kill();
  };

  private stop(): void {
    void this.follower?.stop().catch(() => undefined);
  }

  /** Our own child, of which the exit has not been seen: its pid cannot be anybody else's yet. */
  private kill(): void {
    if (this.child === undefined || this.hasEnded) return;
    try {
      process.kill(this.child.pid, 'SIGKILL');
    } catch {
      // It ended in this very moment.
    }
  }
}

interface Report {
  update(events: readonly TrainEvent[], summary: RunSummary): void;
  end(summary: RunSummary): void;
}

function jsonReport(runId: string): Report {
  return {
    update: (events) => {
      for (const { type, ...rest } of events) {
        if (type !== 'finished' && type !== 'failed') printJson({ event: type, ...rest });
      }
    },
    end: (summary) => {
      if (summary.error !== undefined) printError(summary.error);
      printJson({
        event: 'finished',
        runId,
        state: summary.state,
        endReason: summary.endReason,
        epoch: summary.epoch,
        bestEpoch: summary.bestEpoch,
        scoredEpoch: summary.scoredEpoch,
        parameters: summary.parameters,
        backend: summary.backend?.chosen,
        train: summary.train,
        validation: summary.validation,
        test: summary.test,
        baseline:
          summary.baseline === undefined
            ? undefined
            : { kind: summary.baseline.kind, ...summary.baseline.test },
        primary: summary.primary,
        verdict: summary.verdict,
        baselines: summary.baselines,
        warnings: summary.warnings,
        error: summary.error && { code: summary.error.code, message: summary.error.message },
      });
    },
  };
}

function humanReport(experiment: Experiment, folder: string): Report {
  const line = new ProgressLine(process.stderr, () => performance.now());
  const timeLeft = new TimeLeft();
  return {
    update: (events, summary) => {
      for (const event of events) {
        timeLeft.append(event);
        if (event.type === 'backend') {
          line.end();
          for (const rung of event.rungs)
            print(`  ${rung.backend.padEnd(7)} ${rung.state.padEnd(10)} ${rung.reason}`);
        } else if (event.type === 'data') {
          const { train, validation, test } = event.rows;
          print(
            l10n.t(
              '{0} train, {1} validation, {2} test rows; {3} features',
              train,
              validation,
              test,
              event.features,
            ),
          );
          for (const issue of event.issues) print(`  ${issue.severity}: ${issue.message}`);
        } else if (event.type === 'model') {
          print(
            l10n.t(
              '{0} parameters, loss {1}, batch {2}, at most {3} epochs',
              event.parameters.toLocaleString('en'),
              event.loss,
              event.batchSize,
              event.epochs,
            ),
          );
        }
      }
      if (summary.state === 'running') line.update(() => progressText(summary, timeLeft));
    },
    end: (summary) => {
      line.end();
      if (summary.error !== undefined) printError(summary.error);
      for (const text of resultLines(experiment, summary)) print(text);
      print(l10n.t('Run folder: {0}', folder));
    },
  };
}

function progressText(summary: RunSummary, timeLeft: TimeLeft): string {
  if (summary.phase !== 'training' || summary.epoch === 0) return `${summary.phase} ...`;
  const left = timeLeft.estimateMs();
  return [
    l10n.t('epoch {0}/{1}', summary.epoch, summary.epochs),
    l10n.t('loss {0}', formatNumber(summary.train?.loss ?? NaN)),
    l10n.t('validation {0}', formatNumber(summary.validation?.loss ?? NaN)),
    l10n.t('{0} samples/s', formatCount(summary.samplesPerSecond ?? 0)),
    ...(left === undefined ? [] : [l10n.t('at most {0} left', formatDuration(left))]),
  ].join('  ');
}

function resultLines(experiment: Experiment, summary: RunSummary): string[] {
  const lines = [
    l10n.t(
      '{0} after epoch {1} of {2} ({3}); weights of epoch {4}',
      summary.state,
      summary.epoch,
      summary.epochs,
      summary.endReason ?? '-',
      summary.scoredEpoch ?? '-',
    ),
  ];
  for (const { message, remedies } of summary.findings ?? []) {
    lines.push(`  ${message}`);
    const [first] = remedies;
    if (first !== undefined) lines.push(`    ${l10n.t('Try: {0}.', first.label)}`);
  }
  if (summary.verdict !== undefined) lines.push(summary.verdict);
  const test = summary.test && headlineScore(summary.test);
  if (test === undefined) return lines;
  const baseline = summary.baseline && headlineScore(summary.baseline.test);
  const score = l10n.t('Test {0} of "{1}": {2}', test.name, experiment.data.target.column, formatScore(test));
  const beside =
    baseline === undefined || summary.baseline === undefined
      ? ''
      : ` ${l10n.t('(baseline {0}: {1}, on {2} test rows)', summary.baseline.kind, formatScore(baseline), summary.rows?.test ?? 0)}`;
  return [...lines, score + beside];
}

function exitCodeOf(summary: RunSummary): number {
  if (summary.state === 'completed' || summary.state === 'stopped') return EXIT_OK;
  const error = fromErrorData(summary.error ?? { code: 'run.crashed', message: '' });
  return isBadInput(error.code) ? EXIT_BAD_INPUT : EXIT_FAILED;
}
