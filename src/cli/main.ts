// Entry of the command line. Owns arguments and exit codes: 0 ok, 1 failed, 2 bad input. Each command is a file in commands/.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { backendChoiceSchema } from '../shared/schema/training';
import type { InitOptions } from './commands/init';
import type { PredictOptions } from './commands/predict';
import type { TrainOptions } from './commands/train';
import { runStore } from './context';
import { EXIT_BAD_INPUT, reportError } from './output';

function seed(text: string): number {
  return integer(text, 0, 2 ** 32 - 1);
}

function epochs(text: string): number {
  return integer(text, 1, 1_000_000);
}

function integer(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
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
  .description('Train a model on a CSV: no Python, no account, no cloud.')
  .version('0.1.0')
  .option('--verbose', 'print the stack of an error')
  .showHelpAfterError('(modelbench --help shows what there is)')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'error[cli.usage]: ')) });

const json = (): Option => new Option('--json', 'one JSON object a line on stdout').default(false);
const runsDir = (): Option =>
  new Option('--runs-dir <dir>', 'where runs are kept (default: .modelbench/runs here)');

program
  .command('profile <csv>')
  .description('what a CSV holds, column by column')
  .addOption(json())
  .action(
    run(async (csv: string, options: { json: boolean }) =>
      (await import('./commands/profile')).profile(csv, options),
    ),
  );

program
  .command('init <csv>')
  .description('write an experiment config for a CSV')
  .requiredOption('--target <column>', 'the column to predict')
  .option('-o, --output <file>', 'the config (default: beside the CSV)')
  .option('--split-column <column>', 'a column that says train, validation or test')
  .option('--force', 'replace an existing config', false)
  .action(
    run(async (csv: string, options: InitOptions) => (await import('./commands/init')).init(csv, options)),
  );

program
  .command('train <file>')
  .description('train on a CSV (with --target) or an *.experiment.json')
  .option('--target <column>', 'the column to predict')
  .option('--split-column <column>', 'a column that says train, validation or test')
  .option('--seed <n>', 'seed of the split, the weights and the shuffle', seed)
  .option('--epochs <n>', 'passes over the train rows, at most', epochs)
  .addOption(new Option('--backend <name>', 'where to train').choices(backendChoiceSchema.options))
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (file: string, options: TrainOptions) =>
      (await import('./commands/train')).train(file, options),
    ),
  );

program
  .command('predict <run> <csv>')
  .description("predict with a run's weights; <run> is an id or a run folder")
  .requiredOption('-o, --output <file>', 'the CSV to write')
  .option('--force', 'replace an existing file', false)
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, csv: string, options: PredictOptions) =>
      (await import('./commands/predict')).predict(id, csv, options),
    ),
  );

const runs = program.command('runs').description('runs and their scores');
interface RunsOptions {
  readonly json: boolean;
  readonly runsDir?: string;
}
runs
  .command('list')
  .description('all runs, newest first')
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (options: RunsOptions) =>
      (await import('./commands/runs')).listRuns(runStore(options.runsDir), options),
    ),
  );
runs
  .command('show <run>')
  .description('one run; <run> is an id or a run folder')
  .addOption(runsDir())
  .addOption(json())
  .action(
    run(async (id: string, options: RunsOptions) =>
      (await import('./commands/runs')).showRun(runStore(options.runsDir), id, options),
    ),
  );

program
  .command('doctor')
  .description('what this machine offers for training, and why not more')
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
