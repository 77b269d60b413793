// Owns how often the held-out rows of a run were looked at before: by the runs beside it, with the same file, target and
// split. A config that was run again with nothing changed counts once.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { stringifyJson } from '../shared/numbers';
import { experimentSchema, type Experiment } from '../shared/schema/experiment';
import { runSummarySchema } from '../shared/schema/run';
import { runPaths } from '../core/runs/runFolder';
import type { Tried } from '../core/report/verdict';

export interface TriedOptions {
  /** Of the run. */
  readonly folder: string;
  readonly dataPath: string;
  readonly experiment: Experiment;
}

/** This run included. Folders that cannot be read do not count. */
export async function triedConfigs({ folder, dataPath, experiment }: TriedOptions): Promise<Tried> {
  const configs = new Set([configKey(experiment)]);
  const looks = new Set([configKey(experiment)]);
  const root = path.dirname(folder);
  for (const name of await fs.readdir(root).catch(() => [])) {
    const other = path.join(root, name);
    if (path.resolve(other) === path.resolve(folder)) continue;
    const found = await readRun(other);
    if (found?.summary.dataPath !== dataPath) continue;
    if (testKey(found.experiment) !== testKey(experiment)) continue;
    const key = configKey(found.experiment);
    if (found.summary.test !== undefined) looks.add(key);
    const sameValidation = validationKey(found.experiment) === validationKey(experiment);
    if (found.summary.validation !== undefined && sameValidation) configs.add(key);
  }
  return { configs: configs.size, testLooks: looks.size };
}

async function readRun(
  folder: string,
): Promise<{ summary: ReturnType<typeof runSummarySchema.parse>; experiment: Experiment } | undefined> {
  const paths = runPaths(folder);
  try {
    const summary = runSummarySchema.parse(JSON.parse(await fs.readFile(paths.summary, 'utf8')));
    const experiment = experimentSchema.parse(JSON.parse(await fs.readFile(paths.experiment, 'utf8')));
    return { summary, experiment };
  } catch {
    return undefined;
  }
}

/** Everything that changes what is learnt. */
function configKey({ recipe, features, split, model, training, data }: Experiment): string {
  const { path: _path, ...rest } = data;
  return keyOf({ recipe, features, split, model, training, data: rest });
}

/** What decides which rows are the test. */
function testKey({ split, data }: Experiment): string {
  const { target, reading } = data;
  const rows = split.method === 'kFold' ? { ...split, fold: 0 } : split;
  return keyOf({ split: rows, target, reading });
}

function validationKey({ split, data }: Experiment): string {
  return keyOf({ split, target: data.target });
}

/** Without what people write for people. */
function keyOf(value: unknown): string {
  return stringifyJson(withoutWords(value));
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'description')
      .map(([key, item]) => [key, withoutWords(item)]),
  );
}
