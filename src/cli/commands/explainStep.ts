// Owns `explain-step`: one training step of a run on one of its train rows, number by number.
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { ExplainedStep } from '../../shared/schema/explainedStep';
import { splitNameSchema, type RunSummary } from '../../shared/schema/run';
import type { BackendName } from '../../shared/schema/training';
import { chooseBackend } from '../../core/backend/ladder';
import { openCsv, type CsvSource } from '../../core/data/csvSource';
import { textOf } from '../../core/data/relation';
import { exists } from '../../core/files';
import type { EncodedDataset } from '../../core/recipe/dataset';
import { fingerprintOf, requireSameRows } from '../../core/recipe/fingerprint';
import { prepareDataset } from '../../core/recipe/prepare';
import { readCheckpoint, type Checkpoint } from '../../core/runs/checkpointFiles';
import { readEventLog } from '../../core/runs/eventLog';
import { runPaths, type RunPaths } from '../../core/runs/runFolder';
import { readExperimentOf } from '../../core/runs/runStore';
import { planDataset, trainingData } from '../../core/train/createEngine';
import { explainStep } from '../../core/train/explainStep';
import { stateBeforeStep, type StateBeforeStep } from '../../core/train/replay';
import { clock, runStore, wasmFolder } from '../context';
import { explainedStepLines } from '../explainedStepText';
import { EXIT_FAILED, EXIT_OK, print, printJson, ProgressLine } from '../output';
import { runFolderOf } from './runs';

export interface ExplainStepOptions {
  readonly row: number;
  readonly step: number;
  readonly runsDir?: string;
  readonly full: boolean;
  readonly json: boolean;
}

/** Exit code 1 when a gradient is not its finite difference. */
export async function explainStepOf(run: string, options: ExplainStepOptions): Promise<number> {
  const store = runStore(options.runsDir);
  const paths = runPaths(runFolderOf(store, run));
  const summary = await store.read(paths.folder);
  requireStep(summary, options.step);
  const experiment = await readExperimentOf(paths.folder);
  const source = await openCsv(summary.dataPath, { reading: experiment.data.reading });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const dataset = await prepareDataset(experiment, source, { signal: stop.signal });
    requireSameRows(summary, fingerprintOf(dataset));
    const at = trainRowOf(dataset, options.row, summary.dataPath);
    const state = await stateBeforeStep({
      experiment,
      dataset,
      step: options.step,
      checkpoints: await checkpointsOf(paths),
      events: (await readEventLog(paths.log)).events.map(({ event }) => event),
      backend: () => replayBackend(summary),
      clock,
      signal: stop.signal,
      onProgress: (fraction) =>
        progress.update(() => l10n.t('Training again … {0} %', Math.floor(100 * fraction))),
    });
    const explained = await explain({ state, dataset, at, summary, source, options, signal: stop.signal });
    progress.end();
    if (options.json) printJson({ event: 'explainedStep', ...explained });
    else for (const line of explainedStepLines(explained, options)) print(line);
    return explained.differences.passed ? EXIT_OK : EXIT_FAILED;
  } finally {
    process.off('SIGINT', onInterrupt);
    progress.end();
    source.close();
  }
}

/** One beyond the last is the update that would have come next. */
function requireStep({ runId, step: done }: RunSummary, step: number): void {
  if (step <= done + 1) return;
  throw new BenchError(
    'cli.unknownStep',
    l10n.t('Run {0} has {1} steps; expected --step from 1 to {2}, found {3}.', runId, done, done + 1, step),
    { details: { step, steps: done } },
  );
}

/** @throws BenchError 'cli.notTrainRow' that says in which part the row is */
function trainRowOf(dataset: EncodedDataset, row: number, dataPath: string): number {
  const at = dataset.train.sourceRows.indexOf(row - 1);
  if (at >= 0) return at;
  const part = splitNameSchema.options.find((name) => dataset[name].sourceRows.includes(row - 1));
  const message =
    part === undefined
      ? l10n.t(
          'Row {0} of {1} is in no part of the split: there is no such row, its target is missing or the recipe leaves it out. Choose a train row, such as --row {2}.',
          row,
          dataPath,
          firstRowOf(dataset),
        )
      : l10n.t(
          'Row {0} of {1} is a {2} row: no step is taken on it. Choose a train row, such as --row {3}.',
          row,
          dataPath,
          part,
          firstRowOf(dataset),
        );
  throw new BenchError('cli.notTrainRow', message, {
    details: { row, ...(part === undefined ? {} : { part }) },
  });
}

function firstRowOf({ train }: EncodedDataset): number {
  return 1 + (train.sourceRows.find((row) => row >= 0) ?? 0);
}

async function checkpointsOf(paths: RunPaths): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (const file of [paths.lastCheckpoint, paths.bestCheckpoint]) {
    if (await exists(file)) found.push(await readCheckpoint(file));
  }
  return found;
}

/** The run's own gives its bits again; a card may be gone or sum in another order from time to time. */
async function replayBackend({ backend }: RunSummary): Promise<BackendName> {
  const requested = backend?.chosen === 'cpu' ? 'cpu' : 'wasm';
  const { chosen } = await chooseBackend({ requested, wasmDir: wasmFolder, clock });
  return chosen;
}

interface ExplainInput {
  readonly state: StateBeforeStep;
  readonly dataset: EncodedDataset;
  /** Of the train rows. */
  readonly at: number;
  readonly summary: RunSummary;
  readonly source: CsvSource;
  readonly options: ExplainStepOptions;
  readonly signal: AbortSignal;
}

async function explain(input: ExplainInput): Promise<ExplainedStep> {
  const { state, dataset, at, summary, source, options, signal } = input;
  const { experiment, origin, parameters, optimizer, learningRate } = state;
  const { row, step } = options;
  const plan = planDataset(experiment, dataset);
  const { x, y, weights } = trainingData(experiment, dataset);
  const own = x.subarray(at * dataset.features, (at + 1) * dataset.features);
  const explanation = await explainStep(
    {
      plan,
      parameters,
      optimizer,
      update: experiment.training,
      learningRate,
      x: own,
      y: y.subarray(at * dataset.outputs, (at + 1) * dataset.outputs),
      weight: weights?.[at] ?? 1,
      seed: experiment.training.seed,
    },
    { signal, breathe: createBreath() },
  );
  return {
    version: 1,
    runId: summary.runId,
    row,
    step,
    origin,
    cells: await cellsOf(source, row),
    features: Array.from(own, (value, i) => ({ name: dataset.recipe.featureNames[i] ?? '', value })),
    notes: notesOf(experiment, state, summary),
    ...explanation,
  };
}

async function cellsOf(source: CsvSource, row: number): Promise<ExplainedStep['cells']> {
  const { database, relation } = await source.relation();
  const texts = relation.columns.map((column) => textOf(column)).join(', ');
  const [cells = []] = await database.rows(`SELECT ${texts} FROM ${relation.from} WHERE rid = ${row - 1}`);
  return relation.columns.map(({ name }, i) => {
    const cell = cells[i];
    return { column: name, text: typeof cell === 'string' ? cell : null };
  });
}

const BREATH_INTERVAL_MS = 20;

function createBreath(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH_INTERVAL_MS) return;
    await setImmediate();
    last = performance.now();
  };
}

function notesOf(experiment: Experiment, { origin }: StateBeforeStep, { backend }: RunSummary): string[] {
  const { model, training } = experiment;
  const notes = [
    l10n.t(
      'The update is that of a batch which consists of this row alone, dropout off, in float64 from the float32 weights: the run itself took this step on a whole batch.',
    ),
  ];
  if (JSON.stringify(model).includes('"batchNorm"')) {
    notes.push(
      l10n.t(
        'Batch normalisation takes its moving mean and variance here: a single row has no variance of its own.',
      ),
    );
  }
  if (training.accumulateBatches > 1) {
    notes.push(
      l10n.t('Nothing is accumulated here, where the run adds up {0} batches.', training.accumulateBatches),
    );
  }
  const chosen = backend?.chosen;
  if (origin.kind === 'replay' && chosen !== undefined && chosen !== origin.backend) {
    notes.push(
      l10n.t('The run was trained on "{0}": the last digits of its weights may be other ones.', chosen),
    );
  }
  return notes;
}
