// Owns `preprocess`: a CSV through a recipe into a table on disk. What was learnt can be kept, and done again to new rows.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { BenchError } from '../../shared/errors';
import { formatBytes } from '../../shared/format';
import { stringifyJson } from '../../shared/numbers';
import {
  EXPERIMENT_FILE_SUFFIX,
  targetSchema,
  type Split,
  type Target,
  type Task,
} from '../../shared/schema/experiment';
import { fittedStepSchema } from '../../shared/schema/fittedSteps';
import type { Reading } from '../../shared/schema/reading';
import {
  exportFormatSchema,
  exportOptionsSchema,
  type ExportOptions,
  type ExportResult,
} from '../../shared/schema/recipeResult';
import type { RecipeStep } from '../../shared/schema/recipeSteps';
import { splitPosition } from '../../shared/schema/stepCatalogue';
import { describeStep } from '../../shared/stepTexts';
import { openCsv, type CsvSource } from '../../core/data/csvSource';
import { requireExperiment } from '../../core/experiment/parseExperiment';
import { isSameFile } from '../../core/files';
import { requireRecipeFile } from '../../core/recipe/recipeFile';
import { exportRecipe, type ExportedRecipe } from '../../core/recipe/session/exportRecipe';
import {
  EXIT_OK,
  print,
  printJson,
  profilingProgress,
  ProgressLine,
  requireOutput,
  writeOutput,
} from '../output';
import { readingOf, type ReadingFlags } from '../readingOptions';
import { splitOf, type SplitFlags } from '../splitOptions';
import { targetAndSplit } from './targetAndSplit';

export interface PreprocessOptions extends ReadingFlags, SplitFlags {
  readonly output: string;
  readonly recipe?: string;
  readonly apply?: string;
  readonly fitted?: string;
  readonly target?: string;
  readonly task?: Task;
  readonly splitColumn: boolean;
  readonly outputEncoding?: ExportOptions['encoding'];
  readonly quoteFormulas: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export async function preprocess(csv: string, options: PreprocessOptions): Promise<number> {
  const output = path.resolve(options.output);
  const format = formatOf(output);
  checkFlags(options, format);
  const wantedSplit = splitOf(options);
  await requireOutput(output, options.force);
  if (options.fitted !== undefined) await requirePlaceOfFitted(options.fitted, csv, options);
  const recipe = await readRecipe(options.recipe);
  const fitted = options.apply === undefined ? undefined : await readFitted(options.apply);
  const source = await openCsv(path.resolve(csv), { reading: readingOf(options, recipe.reading) });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  // Ctrl-C leaves nothing behind; a second one ends at once.
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const { signal } = stop;
    const { target, split } = await parted({
      ...{ source, options, wantedSplit, recipe, fitted, progress, signal },
    });
    const result = await exportRecipe(
      {
        source,
        output,
        steps: recipe.steps,
        split,
        target,
        fitted: fitted?.steps,
        options: exportOptionsSchema.parse({
          format,
          encoding: options.outputEncoding,
          quoteFormulas: options.quoteFormulas,
          splitColumn: options.splitColumn,
        }),
      },
      {
        signal,
        onProgress: (fraction) =>
          progress.update(() => l10n.t('Preprocessing … {0} %', Math.round(100 * fraction))),
      },
    );
    progress.end();
    if (options.fitted !== undefined) {
      const learnt: z.input<typeof fittedFileSchema> = { version: 1, steps: [...result.fitted], target };
      await writeOutput(path.resolve(options.fitted), `${stringifyJson(learnt, 2)}\n`);
    }
    report(result, options.json);
    return EXIT_OK;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    progress.end();
    source.close();
  }
}

/** What a recipe learnt, in a file of its own. */
const fittedFileSchema = z.object({
  version: z.literal(1),
  steps: z.array(fittedStepSchema),
  target: targetSchema.optional(),
});

interface ReadRecipe {
  readonly steps: readonly RecipeStep[];
  readonly split?: Split;
  readonly target?: Target;
  readonly reading?: Reading;
}

/** A recipe alone, or that of an experiment with its split, target and reading. */
async function readRecipe(file: string | undefined): Promise<ReadRecipe> {
  if (file === undefined) return { steps: [] };
  const text = await readText(file);
  if (!file.toLowerCase().endsWith(EXPERIMENT_FILE_SUFFIX))
    return { steps: requireRecipeFile(text, file).steps };
  const { recipe, split, data } = requireExperiment(text, file);
  return { steps: recipe, split, target: data.target, reading: data.reading };
}

async function readFitted(file: string): Promise<z.output<typeof fittedFileSchema>> {
  const text = await readText(file);
  try {
    return fittedFileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BenchError(
      'recipe.notFitted',
      l10n.t('{0} is not what a recipe learnt; expected a file written with --fitted.', file),
      { cause },
    );
  }
}

async function readText(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('cli.noFile', l10n.t('{0} cannot be read. Check the path.', file), { cause });
  });
}

function formatOf(output: string): ExportOptions['format'] {
  const ending = path.extname(output).slice(1).toLowerCase();
  const parsed = exportFormatSchema.safeParse(ending === 'feather' ? 'arrow' : ending);
  if (parsed.success) return parsed.data;
  throw new BenchError(
    'cli.output',
    l10n.t(
      '{0}: expected a name that ends with .csv, .parquet or .arrow. Choose another one with -o.',
      output,
    ),
  );
}

/** What would do nothing is refused: whoever says it expects something of it. */
function checkFlags(options: PreprocessOptions, format: ExportOptions['format']): void {
  const usage = (message: string): BenchError => new BenchError('cli.usage', message);
  const { recipe, apply, target, task, split, splitBy, splitColumn, validation, test, seed } = options;
  if (apply !== undefined) {
    if (recipe !== undefined) {
      throw usage(
        l10n.t('Expected --recipe (learns) or --apply (uses what was learnt), found both. Leave one out.'),
      );
    }
    const flags = {
      ...{ target, task, split, validation, test, seed },
      ...{ 'split-by': splitBy, 'split-column': splitColumn ? true : undefined },
    };
    const [useless] = Object.entries(flags).filter(([, value]) => value !== undefined);
    if (useless !== undefined) {
      throw usage(
        l10n.t(
          '--apply learns nothing and parts no rows: --{0} does nothing here. Leave it out.',
          useless[0],
        ),
      );
    }
  }
  if (task !== undefined && target === undefined) {
    throw usage(l10n.t('--task goes with --target: which column is it about? Add --target.'));
  }
  if (options.outputEncoding !== undefined && format !== 'csv') {
    throw usage(l10n.t('--output-encoding goes with .csv; {0} has its own. Leave it out.', `.${format}`));
  }
}

/** None of the files at hand, the recipe among them: --force is no leave for that. */
async function requirePlaceOfFitted(
  fitted: string,
  csv: string,
  { output, recipe, apply, force }: PreprocessOptions,
): Promise<void> {
  const file = path.resolve(fitted);
  if (file === path.resolve(output) || (await isSameFile(file, path.resolve(csv)))) {
    throw new BenchError(
      'cli.usage',
      l10n.t('{0} is the table itself; expected another file for what the recipe learnt.', fitted),
    );
  }
  const source = recipe ?? apply;
  if (source !== undefined && (await isSameFile(file, path.resolve(source)))) {
    throw new BenchError(
      'cli.usage',
      l10n.t('{0} is the recipe itself; expected another file for what it learnt.', fitted),
    );
  }
  await requireOutput(file, force);
}

/** What the command line says wins over the experiment; a target alone gets the split that a config would have. */
async function parted({
  source,
  options,
  wantedSplit,
  recipe,
  fitted,
  progress,
  signal,
}: {
  readonly source: CsvSource;
  readonly options: PreprocessOptions;
  readonly wantedSplit: Split | undefined;
  readonly recipe: ReadRecipe;
  readonly fitted: { readonly target?: Target | undefined } | undefined;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}): Promise<{ target?: Target | undefined; split?: Split | undefined }> {
  if (fitted !== undefined) return { target: fitted.target };
  const { target, task, splitBy, splitColumn } = options;
  const split = wantedSplit ?? recipe.split;
  if (wantedSplit?.method === 'stratified' && target === undefined && recipe.target === undefined) {
    throw new BenchError(
      'cli.usage',
      l10n.t('--split stratified goes by the classes of a column: which one? Add --target.'),
    );
  }
  if (wantedSplit !== undefined && !splitColumn && splitPosition(recipe.steps) === recipe.steps.length) {
    const message = l10n.t(
      'The split does nothing: no step learns from train rows. Add --split-column to write the parts.',
    );
    process.stderr.write(`warning: ${message}\n`);
  }
  if (target === undefined) return { target: recipe.target, split };
  if (task !== undefined) return { target: { column: target, task }, split };
  const profile = await source.profile({ signal, onProgress: profilingProgress(progress) });
  const found = targetAndSplit(profile, target, wantedSplit?.method === 'column' ? splitBy : undefined);
  return { target: found.target, split: split ?? found.split };
}

function report(result: ExportedRecipe, json: boolean): void {
  const { fitted: _, ...told } = result;
  if (json) printJson({ event: 'preprocessed', ...told });
  else printSteps(result);
  for (const { severity, message } of [...result.steps.flatMap(({ issues }) => issues), ...result.issues]) {
    process.stderr.write(`${severity}: ${message}\n`);
  }
}

const exact = (count: number): string => count.toLocaleString('en');

function printSteps({ steps, rows, columns, sizeBytes, path: output }: ExportResult): void {
  for (const { index, step, fittedOnRows, rowsBefore, rowsAfter } of steps) {
    const learnt =
      fittedOnRows === undefined ? '' : ` (${l10n.t('fitted on {0} train rows', exact(fittedOnRows))})`;
    const changed =
      rowsBefore === rowsAfter ? '' : ` ${l10n.t('{0} → {1} rows', exact(rowsBefore), exact(rowsAfter))}`;
    print(`${index + 1}. ${describeStep(step)}${learnt}${changed}`);
  }
  print(
    l10n.t('{0} rows, {1} columns, {2}: {3}', exact(rows), exact(columns), formatBytes(sizeBytes), output),
  );
}
