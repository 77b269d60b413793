// Owns `predict`: a run's scored weights on the rows of a CSV, written as that CSV with the predictions behind.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { fittedRecipeSchema, type FittedRecipe } from '../../shared/schema/recipe';
import { chooseBackend } from '../../core/backend/ladder';
import { openCsv } from '../../core/data/csvSource';
import { writeCsv } from '../../core/data/csvWriter';
import { encodeNewRows } from '../../core/recipe/encodeNewRows';
import { exists, isSameFile } from '../../core/files';
import { readCheckpoint, type Checkpoint } from '../../core/runs/checkpointFiles';
import { runPaths, type RunPaths } from '../../core/runs/runFolder';
import { readExperimentOf } from '../../core/runs/runStore';
import {
  loadPredictor,
  scoredCheckpointKind,
  type Predictions,
  type Predictor,
} from '../../core/train/predict';
import { clock, runStore, wasmFolder } from '../context';
import { EXIT_OK, print, printJson, requireOutput, writeOutput } from '../output';
import { runFolderOf } from './runs';

export interface PredictOptions {
  readonly output: string;
  readonly runsDir?: string;
  readonly force: boolean;
  readonly json: boolean;
}

export async function predict(run: string, csv: string, options: PredictOptions): Promise<number> {
  const output = path.resolve(options.output);
  const input = path.resolve(csv);
  if (await isSameFile(output, input))
    throw new BenchError('cli.output', l10n.t('{0} is the input. Choose another file with -o.', csv));
  if (/\.(parquet|pq|arrow|feather|jsonl?|xlsx?|gz|zst)$/i.test(output)) {
    throw new BenchError(
      'cli.output',
      l10n.t('{0}: predictions are written as CSV. Choose a name that ends with .csv.', options.output),
    );
  }
  await requireOutput(output, options.force);
  const paths = runPaths(runFolderOf(runStore(options.runsDir), run));
  const experiment = await readExperimentOf(paths.folder);
  const recipe = await readRecipe(paths);
  const checkpoint = await readScored(paths, scoredCheckpointKind(experiment));

  const source = await openCsv(input, { reading: { ...experiment.data.reading, ...recipe.numbers } });
  let predictor: Predictor | undefined;
  try {
    const { chosen } = await chooseBackend({ requested: 'auto', wasmDir: wasmFolder, clock });
    predictor = loadPredictor({ experiment, recipe, checkpoint, backend: chosen });
    const { x, rows, sourceRows, issues } = await encodeNewRows(recipe, source);
    const predictions = await predictor.predict(x, rows);
    const original = await source.preview(Number.MAX_SAFE_INTEGER, { keepTexts: true });
    const added = predictionColumns(recipe.target.column, predictions);
    const names = uniqueNames(
      original.columns,
      added.map(({ name }) => name),
    );
    const rowOf = new Map(Array.from(sourceRows, (sourceRow, row) => [sourceRow, row]));
    await writeOutput(
      output,
      writeCsv(
        [...original.columns, ...names],
        original.rows.map((cells, sourceRow) => {
          const row = rowOf.get(sourceRow);
          return [...cells, ...added.map(({ cell }) => (row === undefined ? null : cell(row)))];
        }),
      ),
    );
    const left = original.rows.length - rows;
    if (left > 0) {
      const message = l10n.t('Rows without a prediction, because the recipe leaves them out: {0}.', left);
      process.stderr.write(`warning: ${message}\n`);
    }
    for (const issue of issues) process.stderr.write(`${issue.severity}: ${issue.message}\n`);
    if (options.json) printJson({ event: 'predicted', rows, output });
    else print(l10n.t('{0} rows predicted: {1}', rows, output));
    return EXIT_OK;
  } finally {
    predictor?.dispose();
    source.close();
  }
}

async function readRecipe(paths: RunPaths): Promise<FittedRecipe> {
  try {
    return fittedRecipeSchema.parse(JSON.parse(await fs.readFile(paths.recipe, 'utf8')));
  } catch (error) {
    throw new BenchError(
      'run.noRecipe',
      l10n.t(
        '{0} has no readable recipe.json: it ended before its data was read. Train again.',
        paths.folder,
      ),
      {
        cause: error,
      },
    );
  }
}

/** A run stopped in its first epoch, or without validation rows, has the last weights only. */
async function readScored(paths: RunPaths, kind: Checkpoint['kind']): Promise<Checkpoint> {
  if (kind === 'last') return readCheckpoint(paths.lastCheckpoint);
  return (await exists(paths.bestCheckpoint))
    ? readCheckpoint(paths.bestCheckpoint)
    : readCheckpoint(paths.lastCheckpoint);
}

interface PredictionColumn {
  readonly name: string;
  readonly cell: (row: number) => string;
}

function predictionColumns(target: string, predictions: Predictions): PredictionColumn[] {
  if (predictions.task === 'regression') {
    return [{ name: `${target}_predicted`, cell: (row) => String(predictions.values[row] ?? NaN) }];
  }
  const { classes, predicted, probabilities } = predictions;
  return [
    { name: `${target}_predicted`, cell: (row) => classes[predicted[row] ?? -1] ?? '' },
    ...classes.map((name, k) => ({
      name: `${target}_probability_${name}`,
      cell: (row: number) => String(probabilities[row * classes.length + k] ?? NaN),
    })),
  ];
}

function uniqueNames(taken: readonly string[], wanted: readonly string[]): string[] {
  const used = new Set(taken);
  return wanted.map((name) => {
    let free = name;
    for (let n = 2; used.has(free); n++) free = `${name}_${n}`;
    used.add(free);
    return free;
  });
}
