// Owns `init`: a config scaffolded from a CSV. Never overwrites a file unless told to.
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { EXPERIMENT_FILE_SUFFIX } from '../../shared/schema/experiment';
import { openCsv } from '../../core/data/csvSource';
import { scaffoldExperiment } from '../../core/experiment/scaffold';
import { exists } from '../../core/files';
import { EXIT_OK, print, writeOutput } from '../output';

export interface InitOptions {
  readonly target: string;
  readonly output?: string;
  readonly splitColumn?: string;
  readonly force: boolean;
}

export async function init(csv: string, options: InitOptions): Promise<number> {
  const output = path.resolve(options.output ?? csv.replace(/(\.[^./\\]*)?$/, EXPERIMENT_FILE_SUFFIX));
  const source = await openCsv(path.resolve(csv));
  try {
    const scaffold = scaffoldExperiment({
      profile: await source.profile(),
      relativePath: path.relative(path.dirname(output), path.resolve(csv)).replaceAll('\\', '/'),
      target: options.target,
      ...(options.splitColumn === undefined ? {} : { splitColumn: options.splitColumn }),
    });
    if (!options.force && (await exists(output))) {
      throw new BenchError(
        'cli.fileExists',
        l10n.t('{0} exists. Choose another name with -o, or add --force to replace it.', output),
      );
    }
    await writeOutput(output, scaffold.text);
    for (const issue of scaffold.issues) print(`${issue.severity}: ${issue.message}`);
    print(output);
    return EXIT_OK;
  } finally {
    source.close();
  }
}
