// Owns `suggest model`: which network for a table, best first, with reasons and costs; and writes the one that is chosen.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { formatCount, formatDuration } from '../../shared/format';
import {
  EXPERIMENT_FILE_SUFFIX,
  experimentSchema,
  type ExperimentInput,
} from '../../shared/schema/experiment';
import { modelSchema } from '../../shared/schema/model';
import type { ModelSuggestion, PresetName } from '../../shared/schema/modelPreset';
import { trainingSchema, type BackendChoice } from '../../shared/schema/training';
import { chooseBackend } from '../../core/backend/ladder';
import { openCsv } from '../../core/data/csvSource';
import { requireRunnable } from '../../core/experiment/checkExperiment';
import { compactConfig } from '../../core/experiment/compactConfig';
import { requireExperiment } from '../../core/experiment/parseExperiment';
import { scaffoldExperiment, suggestTargets } from '../../core/experiment/scaffold';
import { applyPresetTo, presetProblem } from '../../core/model/presets';
import { suggestModel } from '../../core/model/suggestModel';
import { tableFacts } from '../../core/model/tableFacts';
import { compactReading } from '../../core/recipe/recipeFile';
import type { DatasetProfile } from '../../shared/schema/profile';
import { clock, wasmFolder } from '../context';
import { EXIT_OK, print, printJson, requireOutput, writeOutput } from '../output';
import { isReadingGiven, readingOf, type ReadingFlags } from '../readingOptions';

export interface SuggestModelOptions extends ReadingFlags {
  readonly target?: string;
  readonly splitColumn?: string;
  readonly backend?: BackendChoice;
  readonly preset?: PresetName;
  readonly write: boolean;
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** The config as it is written, and the table that it is for. */
interface Found {
  readonly input: ExperimentInput;
  readonly profile: DatasetProfile;
  /** Where the config is, or would be. */
  readonly file: string;
}

export async function suggestModelFor(file: string, options: SuggestModelOptions): Promise<number> {
  const { preset, json } = options;
  const writes = options.write || options.output !== undefined;
  const output = path.resolve(options.output ?? configPath(file));
  if (writes) await requireOutput(output, options.force);
  const found = isConfig(file)
    ? await fromConfig(file, options)
    : await fromCsv(file, { ...options, config: output });
  if (preset !== undefined) requirePreset(preset, found.input);
  const experiment = experimentSchema.parse(found.input);
  const facts = tableFacts(experiment, found.profile);
  const { chosen: backend } = await chooseBackend({
    requested: options.backend ?? experiment.training.backend,
    wasmDir: wasmFolder,
    clock,
  });
  const suggestions = suggestModel({ experiment, facts, backend });
  const wanted = suggestions.find((one) => one.preset === (preset ?? one.preset));
  if (writes && wanted !== undefined) {
    const text = `${JSON.stringify(written(found, wanted, output), null, 2)}\n`;
    await writeOutput(output, text);
  }
  if (json) {
    for (const [rank, suggestion] of suggestions.entries())
      printJson({ event: 'modelSuggestion', rank: rank + 1, backend, ...suggestion });
    if (writes) printJson({ event: 'written', preset: wanted?.preset, output });
    return EXIT_OK;
  }
  const { target } = experiment.data;
  print(
    l10n.t(
      'Target: {0} ({1}), {2} train rows, backend {3}',
      target.column,
      target.task,
      facts.trainRows,
      backend,
    ),
  );
  const shown = preset === undefined ? suggestions : suggestions.filter((one) => one === wanted);
  for (const suggestion of shown) printSuggestion(suggestion, 1 + suggestions.indexOf(suggestion));
  if (writes) print(output);
  return EXIT_OK;
}

function isConfig(file: string): boolean {
  return /\.json$/i.test(file);
}

function configPath(file: string): string {
  return isConfig(file) ? file : file.replace(/(\.[^./\\]*)?$/, EXPERIMENT_FILE_SUFFIX);
}

function requirePreset(preset: PresetName, { features }: ExperimentInput): void {
  const problem = presetProblem(preset, features);
  if (problem !== undefined) throw new BenchError('config.preset', problem, { details: { preset } });
}

async function fromConfig(file: string, options: SuggestModelOptions): Promise<Found> {
  if (options.target !== undefined || options.splitColumn !== undefined || isReadingGiven(options)) {
    throw new BenchError(
      'cli.options',
      l10n.t('{0} says its target, split and reading itself. Edit it there, or name a CSV.', file),
    );
  }
  const text = await fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError(
      'config.fileMissing',
      l10n.t('Cannot read {0}: expected a *{1} file. Check the path.', file, EXPERIMENT_FILE_SUFFIX),
      { cause },
    );
  });
  const experiment = requireExperiment(text, file);
  const source = await openCsv(path.resolve(path.dirname(file), experiment.data.path), {
    reading: experiment.data.reading,
  });
  try {
    const profile = await source.profile();
    requireRunnable(experiment, profile);
    const raw: unknown = JSON.parse(text);
    return { input: isExperimentInput(raw) ? raw : experiment, profile, file: path.resolve(file) };
  } finally {
    source.close();
  }
}

function isExperimentInput(value: unknown): value is ExperimentInput {
  return experimentSchema.safeParse(value).success;
}

async function fromCsv(
  file: string,
  options: SuggestModelOptions & { readonly config: string },
): Promise<Found> {
  const reading = readingOf(options);
  const source = await openCsv(path.resolve(file), { reading });
  try {
    const profile = await source.profile();
    const target = options.target ?? suggestTargets(profile)[0]?.column;
    if (target === undefined) {
      throw new BenchError(
        'cli.target',
        l10n.t('{0}: no column can be predicted; expected one with at least two values. Add --target.', file),
      );
    }
    const { experiment } = scaffoldExperiment({
      profile,
      relativePath: path.relative(path.dirname(options.config), path.resolve(file)).replaceAll('\\', '/'),
      target,
      reading: compactReading(reading),
      ...(options.splitColumn === undefined ? {} : { splitColumn: options.splitColumn }),
    });
    return { input: experiment, profile, file: options.config };
  } finally {
    source.close();
  }
}

const MODEL_KNOBS = ['units', 'activation', 'rate', 'filters', 'kernelSize', 'dimensions', 'heads'];
const TRAINING_KNOBS = ['learningRate', 'weightDecay', 'batchSize', 'epochs', 'patience', 'seed'];

/** What was written by hand stays, but for the model, the training and how features are encoded. */
function written(
  { input, file }: Found,
  { preset, experiment }: ModelSuggestion,
  output: string,
): ExperimentInput {
  const { features } = applyPresetTo(input, preset);
  const data = path.resolve(path.dirname(file), input.data.path);
  const isMoved = path.dirname(file) !== path.dirname(output);
  return {
    ...input,
    ...(isMoved
      ? { data: { ...input.data, path: path.relative(path.dirname(output), data).replaceAll('\\', '/') } }
      : {}),
    features,
    model: compactConfig(modelSchema, experiment.model, MODEL_KNOBS),
    training: compactConfig(trainingSchema, experiment.training, TRAINING_KNOBS),
  };
}

function printSuggestion(suggestion: ModelSuggestion, rank: number): void {
  const { label, preset, reasons, changes, gain, estimate } = suggestion;
  print();
  print(`${rank}. ${label} (${preset})`);
  for (const reason of reasons) print(`   ${l10n.t('why')}    ${reason}`);
  for (const change of changes) print(`   ${l10n.t('sets')}   ${change}`);
  print(`   ${l10n.t('costs')}  ${costText(estimate)}`);
  print(`   ${l10n.t('gains')}  ${gain}`);
}

function costText({
  parameters,
  flopsPerStep,
  stepsPerEpoch,
  secondsPerEpoch,
}: ModelSuggestion['estimate']): string {
  return l10n.t(
    'about {0} parameters, {1} FLOPs a step, {2} for an epoch of {3} steps',
    formatCount(parameters),
    formatCount(flopsPerStep),
    formatDuration(1000 * secondsPerEpoch),
    stepsPerEpoch,
  );
}
