// Owns the answers of the data process, each over an open file. Knows no transport.
import type { Disposable } from '../shared/disposable';
import type { Handlers } from '../shared/protocol/channel';
import type { DataContract } from '../shared/protocol/data';
import { readHead } from '../core/data/csvHead';
import { checkExperiment } from '../core/experiment/checkExperiment';
import { suggestTargets } from '../core/experiment/scaffold';
import { describeArchitecture } from '../core/model/architecture';
import { checkQuality } from '../core/quality/checkQuality';
import { encodedWidths } from '../core/recipe/prepare';
import { OpenFiles } from './openFiles';
import { readingElsewhere } from './readingElsewhere';
import { recipeHandlers, type DataEvents } from './recipeHandlers';

export interface DataService extends Disposable {
  readonly handlers: Handlers<DataContract>;
}

export function createDataService({ onProgress, onStepCounted }: DataEvents): DataService {
  const files = new OpenFiles(onProgress);
  return {
    handlers: {
      head: ({ path, limit, ...reading }) => readHead(path, limit, reading),
      profile: ({ target, ...file }, signal) => files.use(file, (open) => open.profile(signal, target)),
      preview: ({ limit, ...file }, signal) =>
        files.use(file, ({ source }) => source.preview(limit, { signal })),
      page: ({ offset, limit, filter, sort, ...file }, signal) =>
        files.use(file, async (open) =>
          (await open.pager(signal)).page({ offset, limit, filter, sort }, { signal }),
        ),
      quality: ({ target, split, ...file }, signal) =>
        files.use(file, async (open) =>
          checkQuality(open.source, {
            profile: await open.profile(signal),
            target,
            split,
            nowMs: Date.now(),
            signal,
            onProgress: (fraction) => onProgress({ path: file.path, fraction }),
          }),
        ),
      ...recipeHandlers(files, { onProgress, onStepCounted }),
      targets: (file, signal) => files.use(file, async (open) => suggestTargets(await open.profile(signal))),
      check: ({ experiment, dataPath, defaultEncoding }, signal) => {
        const file = { path: dataPath, reading: experiment.data.reading, defaultEncoding };
        return files.use(file, async (open) => {
          const profile = await open.profile(signal);
          return {
            findings: checkExperiment(experiment, profile),
            reading: await readingElsewhere(file, profile),
          };
        });
      },
      architecture: ({ experiment, dataPath, defaultEncoding }, signal) =>
        files.use(
          { path: dataPath, reading: experiment.data.reading, defaultEncoding },
          async ({ source }) => {
            const { features, outputs } = await encodedWidths(experiment, source, { signal });
            return describeArchitecture({ experiment, inputWidth: features, outputWidth: outputs });
          },
        ),
    },
    dispose: () => files.dispose(),
  };
}
