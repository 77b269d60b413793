// Owns `init`: a config scaffolded from a CSV. Never overwrites a file unless told to.
import * as path from 'node:path';
import { EXPERIMENT_FILE_SUFFIX } from '../../shared/schema/experiment';
import type { PresetName } from '../../shared/schema/modelPreset';
import { openCsv } from '../../core/data/csvSource';
import { scaffoldExperiment } from '../../core/experiment/scaffold';
import { applyPresetTo } from '../../core/model/presets';
import { compactReading } from '../../core/recipe/recipeFile';
import { EXIT_OK, print, requireOutput, writeOutput } from '../output';
import { readingOf, type ReadingFlags } from '../readingOptions';

export interface InitOptions extends ReadingFlags {
  readonly target: string;
  readonly output?: string;
  readonly splitColumn?: string;
  readonly preset?: PresetName;
  readonly force: boolean;
}

export async function init(csv: string, options: InitOptions): Promise<number> {
  const output = path.resolve(options.output ?? csv.replace(/(\.[^./\\]*)?$/, EXPERIMENT_FILE_SUFFIX));
  await requireOutput(output, options.force);
  const reading = readingOf(options);
  const source = await openCsv(path.resolve(csv), { reading });
  try {
    const scaffold = scaffoldExperiment({
      profile: await source.profile(),
      relativePath: path.relative(path.dirname(output), path.resolve(csv)).replaceAll('\\', '/'),
      target: options.target,
      reading: compactReading(reading),
      ...(options.splitColumn === undefined ? {} : { splitColumn: options.splitColumn }),
    });
    const text =
      options.preset === undefined
        ? scaffold.text
        : `${JSON.stringify(applyPresetTo(scaffold.experiment, options.preset), null, 2)}\n`;
    await writeOutput(output, text);
    for (const issue of scaffold.issues) print(`${issue.severity}: ${issue.message}`);
    print(output);
    return EXIT_OK;
  } finally {
    source.close();
  }
}
