// Owns `find`: a learning rate by a range test, or a batch size by a probe, for a config; with --write into the config.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { formatCount, formatNumber } from '../../shared/format';
import { randomStream } from '../../shared/random';
import type { ConfigChange } from '../../shared/schema/diagnosis';
import { EXPERIMENT_FILE_SUFFIX, type Experiment } from '../../shared/schema/experiment';
import type { BackendName } from '../../shared/schema/training';
import { chooseBackend } from '../../core/backend/ladder';
import { openCsv } from '../../core/data/csvSource';
import { editConfig } from '../../core/experiment/editConfig';
import { requireExperiment } from '../../core/experiment/parseExperiment';
import { batchSizeProbe, type BatchProbe } from '../../core/finders/batchSizeProbe';
import { learningRateRange, type RangeTest } from '../../core/finders/learningRateRange';
import type { EncodedDataset } from '../../core/recipe/dataset';
import { prepareDataset } from '../../core/recipe/prepare';
import { writeFileAtomic } from '../../core/runs/atomicFile';
import { createEngine } from '../../core/train/createEngine';
import type { TrainingEngine } from '../../core/train/engine';
import { clock, wasmFolder } from '../context';
import { EXIT_OK, print, printJson, ProgressLine, table } from '../output';

export interface FindOptions {
  readonly write: boolean;
  readonly json: boolean;
}

interface Prepared {
  readonly text: string;
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly backend: BackendName;
}

export async function findLearningRate(file: string, options: FindOptions): Promise<number> {
  const prepared = await prepare(file);
  const { experiment, dataset } = prepared;
  const line = new ProgressLine(process.stderr, () => performance.now());
  const engine = engineOf(prepared);
  try {
    const found = await learningRateRange({
      engine,
      rows: dataset.train.rows,
      outputWidth: dataset.outputs,
      batchSize: batchSizeOf(experiment, dataset),
      shuffle: randomStream(experiment.training.seed, 'range test'),
      breathe: () => setImmediate(),
      onStep: (done, of) => line.update(() => l10n.t('step {0} of {1}', done, of)),
    });
    line.end();
    if (options.json) printJson({ event: 'learningRateRange', ...found });
    else printRange(found, experiment);
    const rate = found.suggestion?.learningRate;
    if (rate !== undefined) {
      await apply(file, prepared, options, { path: ['training', 'optimizer', 'learningRate'], value: rate });
    }
    return EXIT_OK;
  } finally {
    engine.dispose();
  }
}

export async function findBatchSize(file: string, options: FindOptions): Promise<number> {
  const prepared = await prepare(file);
  const { experiment, dataset } = prepared;
  const line = new ProgressLine(process.stderr, () => performance.now());
  const found = await batchSizeProbe({
    createEngine: () => engineOf(prepared),
    rows: dataset.train.rows,
    outputWidth: dataset.outputs,
    learningRate: experiment.training.optimizer.learningRate,
    createShuffle: () => randomStream(experiment.training.seed, 'batch probe'),
    clock,
    breathe: () => setImmediate(),
    onSize: (size) => line.update(() => l10n.t('batches of {0}', size)),
  });
  line.end();
  if (options.json) printJson({ event: 'batchSizeProbe', ...found });
  else printProbe(found, experiment);
  if (found.suggestion !== undefined) {
    await apply(file, prepared, options, { path: ['training', 'batchSize'], value: found.suggestion });
  }
  return EXIT_OK;
}

async function prepare(file: string): Promise<Prepared> {
  if (!file.toLowerCase().endsWith(EXPERIMENT_FILE_SUFFIX)) {
    throw new BenchError(
      'cli.options',
      l10n.t('{0}: expected a *{1}; modelbench init writes one.', file, EXPERIMENT_FILE_SUFFIX),
    );
  }
  const text = await fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('config.fileMissing', l10n.t('Cannot read {0}. Check the path.', file), { cause });
  });
  const experiment = requireExperiment(text, file);
  const source = await openCsv(path.resolve(path.dirname(file), experiment.data.path), {
    reading: experiment.data.reading,
  });
  try {
    const dataset = await prepareDataset(experiment, source);
    const requested = experiment.training.backend;
    const { chosen } = await chooseBackend({ requested, wasmDir: wasmFolder, clock });
    return { text, experiment, dataset, backend: chosen };
  } finally {
    source.close();
  }
}

function engineOf({ experiment, dataset, backend }: Prepared): TrainingEngine {
  return createEngine({ experiment, dataset, backend });
}

function batchSizeOf({ training }: Experiment, { train }: EncodedDataset): number {
  return training.batchSize === 'full' ? train.rows : Math.min(training.batchSize, train.rows);
}

async function apply(
  file: string,
  { text }: Prepared,
  { write, json }: FindOptions,
  change: ConfigChange,
): Promise<void> {
  if (!write) {
    if (!json) print(l10n.t('With --write it is put into {0}.', file));
    return;
  }
  await writeFileAtomic(file, editConfig(text, [change]));
  if (!json) print(l10n.t('{0}: {1} is now {2}.', file, change.path.join('.'), JSON.stringify(change.value)));
}

const BAR_WIDTH = 40;

/** A row for each tenth point, the smoothed loss as a bar. */
function printRange({ learningRate, smoothed, suggestion }: RangeTest, experiment: Experiment): void {
  const highest = Math.max(...smoothed.slice(0, 20));
  const rows = learningRate.flatMap((rate, i) => {
    const loss = smoothed[i] ?? NaN;
    if (i % 8 !== 0) return [];
    return [
      [
        rate.toExponential(1),
        formatNumber(loss),
        '█'.repeat(Math.min(BAR_WIDTH, Math.round((BAR_WIDTH * loss) / highest))),
      ],
    ];
  });
  print(table([[l10n.t('rate'), l10n.t('loss'), ''], ...rows]));
  const now = experiment.training.optimizer.learningRate;
  print(
    suggestion === undefined
      ? l10n.t('The loss fell at no rate: look at the columns, the scaling and the network first.')
      : l10n.t(
          'The loss falls fastest at {0} and is lowest at {1}; the config has {2}.',
          String(suggestion.learningRate),
          suggestion.lowestLossAt.toExponential(1),
          String(now),
        ),
  );
}

function printProbe({ sizes, suggestion }: BatchProbe, experiment: Experiment): void {
  const rows = sizes.map(({ batchSize, loss, samplesPerSecond }) => [
    String(batchSize),
    formatNumber(loss),
    formatCount(samplesPerSecond),
  ]);
  print(table([[l10n.t('batch'), l10n.t('loss'), l10n.t('samples/s')], ...rows]));
  if (suggestion === undefined) {
    print(l10n.t('No size gave a finite loss. Lower the learning rate first.'));
    return;
  }
  print(
    l10n.t(
      '{0} is the fastest of those that learn as well from as many rows; the config has {1}.',
      suggestion,
      String(experiment.training.batchSize),
    ),
  );
}
