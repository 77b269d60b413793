// Entry of the command line. Owns arguments and exit codes: 0 ok, 1 failed, 2 bad input. Each command is a file in commands/.
import * as l10n from '@vscode/l10n';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { taskSchema } from '../shared/schema/experiment';
import { exportOptionsSchema } from '../shared/schema/recipeResult';
import { presetNameSchema } from '../shared/schema/modelPreset';
import { backendChoiceSchema } from '../shared/schema/training';
import type { CheckOptions } from './commands/check';
import type { ExplainStepOptions } from './commands/explainStep';
import type { FindOptions } from './commands/find';
import type { InitOptions } from './commands/init';
import type { PredictOptions } from './commands/predict';
import type { PreprocessOptions } from './commands/preprocess';
import type { ProfileOptions } from './commands/profile';
import type { RepeatOptions } from './commands/repeat';
import type { ResumeOptions } from './commands/resume';
import type { SuggestOptions } from './commands/suggest';
import type { SuggestModelOptions } from './commands/suggestModel';
import type { TrainOptions } from './commands/train';
import { runStore, version } from './context';
import { EXIT_BAD_INPUT, reportError } from './output';
import { withReadingOptions } from './readingOptions';
import { SPLIT_METHODS } from './splitOptions';

function seed(text: string): number {
  return integer(text, 0, 2 ** 32 - 1);
}

function ordinal(text: string): number {
  return integer(text, 1, 2 ** 31 - 1);
}

function epochs(text: string): number {
  return integer(text, 1, 1_000_000);
}

function repeats(text: string): number {
  return integer(text, 2, 1000);
}

function rate(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 100) return value;
  throw new InvalidArgumentError(l10n.t('Expected a learning rate above 0, such as 0.001.'));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 0.9) return value;
  throw new InvalidArgumentError(l10n.t('Expected a share above 0 and below 0.9, such as 0.15.'));
}

function integer(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(l10n.t('Expected a whole number from {0} to {1}.', min, max));
  }
  return value;
}

let exitCode = 0;
/** Commands are loaded when they are called, so that --help costs nothing. */
const run =
  <A extends unknown[]>(command: (...args: A) => Promise<number>) =>
  async (...args: A): Promise<void> => {
    exitCode = await command(...args);
  };

const program = new Command('modelbench')
  .description(l10n.t('Train a model on a CSV: no Python, no account, no cloud.'))
  .version(version())
  .option('--verbose', l10n.t('print the stack of an error'))
  .showHelpAfterError(`(${l10n.t('modelbench --help shows what there is')})`)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'error[cli.usage]: ')) });

const json = (): Option => new Option('--json', l10n.t('one JSON object a line on stdout')).default(false);
const runsDir = (): Option =>
  new Option('--runs-dir <dir>', l10n.t('where runs are kept (default: .modelbench/runs here)'));

withReadingOptions(program.command('profile <csv>'))
  .description(l10n.t('what a CSV holds, column by column'))
  .addOption(json())
  .action(
    run(async (csv: string, options: ProfileOptions) =>
      (await import('./commands/profile')).profile(csv, options),
    ),
  );

withReadingOptions(program.command('check <csv>'))
  .description(
    l10n.t(
      'what is wrong with a CSV: twenty checks, each pass, note, warn or fail, with lines and a recipe step against it',
    ),
  )
  .option('--target <column>', l10n.t('the column to predict; some checks need it'))
  .option('--split-column <column>', l10n.t('a column that says train, validation or test'))
  .option('--strict', l10n.t('exit with 1 when a check fails; else 0, whatever is found'), false)
  .addOption(json())
  .action(
    run(async (csv: string, options: CheckOptions) => (await import('./commands/check')).check(csv, options)),
  );

withReadingOptions(program.command('preprocess <csv>'))
  .description(l10n.t('a CSV through a recipe into a table; steps that learn see train rows only'))
  .requiredOption('-o, --output <file>', l10n.t('the table to write: .csv, .parquet or .arrow'))
  .option('--recipe <file>', l10n.t('a *.recipe.json, or an *.experiment.json with its split and target'))
  .option('--target <column>', l10n.t('the column to predict; some steps and splits need it'))
  .addOption(new Option('--task <task>', l10n.t('what the target is')).choices(taskSchema.options))
  .addOption(
    new Option('--split <method>', l10n.t('how train, validation and test rows are parted')).choices(
      SPLIT_METHODS,
    ),
  )
  .option(
    '--split-by <column>',
    l10n.t('a column that says train, validation or test; for --split group or time: their column'),
  )
  .option('--validation <share>', l10n.t('share of the rows for validation (default: 0.15)'), share)
  .option('--test <share>', l10n.t('share of the rows for test (default: 0.15)'), share)
  .option('--seed <n>', l10n.t('seed of the split (default: 1)'), seed)
  .option('--split-column', l10n.t('adds a column that says which part a row is in'), false)
  .option('--fitted <file>', l10n.t('keeps what the recipe learnt'))
  .option('--apply <file>', l10n.t('does what was learnt to these rows; learns nothing'))
  .addOption(
    new Option('--output-encoding <name>', l10n.t('encoding of a CSV that is written')).choices(
      exportOptionsSchema.shape.encoding.unwrap().options,
    ),
  )
  .option('--no-quote-formulas', l10n.t("writes cells like =1+2 as they are, without a ' before"))
  .option('--force', l10n.t('replace an existing file'), false)
  .addOption(json())
  .action(
    run(async (csv: string, options: PreprocessOptions) =>
      (await import('./commands/preprocess')).preprocess(csv, options),
    ),
  );

const suggestCommand = program.command('suggest <csv>');
withReadingOptions(suggestCommand)
  .description(l10n.t('a target, a split and recipe steps for a CSV, each with its reason'))
  .option('--target <column>', l10n.t('the column to predict'))
  .option('-o, --output <file>', l10n.t('writes the steps as a *.recipe.json'))
  .option('--force', l10n.t('replace an existing file'), false)
  .addOption(json())
  .action(
    run(async (csv: string, options: SuggestOptions) =>
      (await import('./commands/suggest')).suggest(csv, options),
    ),
  );

// Behind its own name, so that a file called "model" can still be asked about as ./model.
withReadingOptions(suggestCommand.command('model <file>'))
  .description(
    l10n.t('models for a CSV or an *.experiment.json, best first: why, what they cost and what may be won'),
  )
  .option('--target <column>', l10n.t('the column to predict'))
  .option('--split-column <column>', l10n.t('a column that says train, validation or test'))
  .addOption(new Option('--backend <name>', l10n.t('where to train')).choices(backendChoiceSchema.options))
  .addOption(
    new Option('--preset <name>', l10n.t('this one, not the first')).choices(presetNameSchema.options),
  )
  .option('--write', l10n.t('writes the config: beside the CSV, or the *.experiment.json itself'), false)
  .option('-o, --output <file>', l10n.t('writes the config there'))
  .option('--force', l10n.t('replace an existing config'), false)
  .addOption(json())
  .action(
    // Options that "suggest" has too are found there, wherever they stand.
    run(async (file: string, _own: unknown, command: Command) =>
      (await import('./commands/suggestModel')).suggestModelFor(
        file,
        command.optsWithGlobals<SuggestModelOptions>(),
      ),
    ),
  );

withReadingOptions(program.command('init <csv>'))
  .description(l10n.t('write an experiment config for a CSV'))
  .requiredOption('--target <column>', l10n.t('the column to predict'))
  .option('-o, --output <file>', l10n.t('the config (default: beside the CSV)'))
  .option('--split-column <column>', l10n.t('a column that says train, validation or test'))
  .addOption(
    new Option('--preset <name>', l10n.t('the model (default: mlp)')).choices(presetNameSchema.options),
  )
  .option('--force', l10n.t('replace an existing config'), false)
  .action(
    run(async (csv: string, options: InitOptions) => (await import('./commands/init')).init(csv, options)),
  );

withReadingOptions(program.command('train <file>'))
  .description(l10n.t('train on a CSV (with --target) or an *.experiment.json'))
  .option('--target <column>', l10n.t('the column to predict'))
  .option('--split-column <column>', l10n.t('a column that says train, validation or test'))
  .option('--seed <n>', l10n.t('seed of the split, the weights and the shuffle'), seed)
  .option('--epochs <n>', l10n.t('passes over the train rows, at most'), epochs)
  .addOption(new Option('--backend <name>', l10n.t('where to train')).choices(backendChoiceSchema.options))
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (file: string, options: TrainOptions) =>
      (await import('./commands/train')).train(file, options),
    ),
  );

program
  .command('repeat <experiment>')
  .description(l10n.t('a config with several seeds, or on each of its folds: mean, interval, comparison'))
  .option('--seeds <n>', l10n.t('how many seeds, from that of the config on'), repeats, 5)
  .option('--folds', l10n.t('each fold of a kFold split in place of seeds'), false)
  .option('--against <experiment>', l10n.t('another config on the same seeds or folds, compared in pairs'))
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (file: string, options: RepeatOptions) =>
      (await import('./commands/repeat')).repeat(file, options),
    ),
  );

const find = program.command('find').description(l10n.t('what suits a config, by trying'));
find
  .command('learning-rate <experiment>')
  .description(l10n.t('a range test: a step at each of 200 growing rates, and where the loss falls fastest'))
  .option('--write', l10n.t('puts it into the config'), false)
  .addOption(json())
  .action(
    run(async (file: string, options: FindOptions) =>
      (await import('./commands/find')).findLearningRate(file, options),
    ),
  );
find
  .command('batch-size <experiment>')
  .description(l10n.t('the same rows in batches of several sizes: what each learns, and how fast'))
  .option('--write', l10n.t('puts it into the config'), false)
  .addOption(json())
  .action(
    run(async (file: string, options: FindOptions) =>
      (await import('./commands/find')).findBatchSize(file, options),
    ),
  );

program
  .command('resume <run>')
  .description(l10n.t('go on with a run that was paused, stopped or killed; <run> is an id or a run folder'))
  .option('--epochs <n>', l10n.t('epochs in all (default: as many as it was going to)'), epochs)
  .option('--learning-rate <rate>', l10n.t("in place of the config's, for a run that diverged"), rate)
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, options: ResumeOptions) =>
      (await import('./commands/resume')).resume(id, options),
    ),
  );

program
  .command('predict <run> <csv>')
  .description(l10n.t("predict with a run's weights; <run> is an id or a run folder"))
  .requiredOption('-o, --output <file>', l10n.t('the CSV to write'))
  .option('--force', l10n.t('replace an existing file'), false)
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, csv: string, options: PredictOptions) =>
      (await import('./commands/predict')).predict(id, csv, options),
    ),
  );

program
  .command('report <run>')
  .description(
    l10n.t(
      'how good a run is, how sure, against which baselines, and where it goes wrong; <run> is an id or a folder',
    ),
  )
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, options: RunsOptions) =>
      (await import('./commands/report')).showReport(runStore(options.runsDir), id, options),
    ),
  );

program
  .command('explain-step <run>')
  .description(
    l10n.t('one update on one train row, number by number, each gradient beside its finite difference'),
  )
  .requiredOption('--row <n>', l10n.t('data row of the CSV, counted from 1; a train row'), ordinal)
  .requiredOption('--step <k>', l10n.t('the step whose weights are taken, counted from 1'), ordinal)
  .option('--full', l10n.t('all numbers of large tensors'), false)
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, options: ExplainStepOptions) =>
      (await import('./commands/explainStep')).explainStepOf(id, options),
    ),
  );

const runs = program.command('runs').description(l10n.t('runs and their scores'));
interface RunsOptions {
  readonly json: boolean;
  readonly runsDir?: string;
}
runs
  .command('list')
  .description(l10n.t('all runs, newest first'))
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (options: RunsOptions) =>
      (await import('./commands/runs')).listRuns(runStore(options.runsDir), options),
    ),
  );
runs
  .command('show <run>')
  .description(l10n.t('one run; <run> is an id or a run folder'))
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, options: RunsOptions) =>
      (await import('./commands/runs')).showRun(runStore(options.runsDir), id, options),
    ),
  );

program
  .command('doctor')
  .description(l10n.t('what this machine offers for training, and why not more'))
  .addOption(json())
  .action(run(async (options: { json: boolean }) => (await import('./commands/doctor')).doctor(options)));

// A reader that went away (`| head`) is no error. A run ends as on Ctrl-C: stopped, scored and kept.
let isReaderGone = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!isReaderGone && !process.emit('SIGINT')) process.exit(0);
  isReaderGone = true;
});

program.parseAsync().then(
  () => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    // commander has printed its own message; help and version are no error.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
    else process.exitCode = reportError(error, program.opts<{ verbose?: boolean }>().verbose === true);
  },
);
