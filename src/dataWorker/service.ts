// Owns the answers of the data process: one open CSV per file, dropped when the file changes. Knows no transport.
import { BenchError } from '../shared/errors';
import type { Disposable } from '../shared/disposable';
import type { Handlers } from '../shared/protocol/channel';
import type { DataContract } from '../shared/protocol/data';
import type { DatasetProfile } from '../shared/schema/profile';
import { readHead } from '../core/data/csvHead';
import { openCsv, type CsvSource } from '../core/data/csvSource';
import { statCsv } from '../core/data/csvFile';
import { checkExperiment } from '../core/experiment/checkExperiment';
import { scaffoldExperiment, suggestTargets } from '../core/experiment/scaffold';
import { describeArchitecture } from '../core/model/architecture';
import { checkQuality } from '../core/quality/checkQuality';
import { encodedWidths } from '../core/recipe/prepare';

export interface DataService extends Disposable {
  readonly handlers: Handlers<DataContract>;
}

function notYet(name: string): never {
  throw new BenchError('internal.notYet', name);
}

/** An open file holds its cells in memory: keep few. More only while more are at work. */
const MAX_OPEN = 3;

interface OpenFile {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly source: Promise<CsvSource>;
  profile?: DatasetProfile;
  /** Requests at work on it: it is closed when the last one ends, never under its feet. */
  users: number;
  isDropped: boolean;
}

/** @param onProgress told while a file is profiled, fraction 0 to 1 */
export function createDataService(
  onProgress: (progress: { path: string; fraction: number }) => void,
): DataService {
  // In order of use, oldest first.
  const files = new Map<string, OpenFile>();

  const closeUnused = (file: OpenFile): void => {
    if (!file.isDropped || file.users > 0) return;
    file.source.then(
      (source) => source.close(),
      () => undefined,
    );
  };
  const drop = (path: string, file: OpenFile): void => {
    if (files.get(path) === file) files.delete(path);
    file.isDropped = true;
    closeUnused(file);
  };
  /** The file as it is now: an open one is taken again while neither its size nor its time has changed. */
  const current = async (path: string): Promise<OpenFile> => {
    const { sizeBytes, modifiedMs } = await statCsv(path);
    let file = files.get(path);
    if (file !== undefined && (file.sizeBytes !== sizeBytes || file.modifiedMs !== modifiedMs)) {
      drop(path, file);
      file = undefined;
    }
    file ??= { sizeBytes, modifiedMs, source: openCsv(path), users: 0, isDropped: false };
    files.delete(path);
    files.set(path, file);
    return file;
  };
  const use = async <T>(
    path: string,
    work: (file: OpenFile, source: CsvSource) => T,
  ): Promise<Awaited<T>> => {
    const file = await current(path);
    file.users++;
    for (const [oldPath, old] of files) {
      if (files.size <= MAX_OPEN) break;
      if (old.users === 0) drop(oldPath, old);
    }
    try {
      return await work(file, await openedBy(file, path));
    } finally {
      file.users--;
      closeUnused(file);
    }
  };
  /** A file that does not open is tried anew next time. */
  const openedBy = (file: OpenFile, path: string): Promise<CsvSource> =>
    file.source.catch((error: unknown) => {
      drop(path, file);
      throw error;
    });
  const profileOf = (path: string, signal: AbortSignal): Promise<DatasetProfile> =>
    use(path, async (file, source) => {
      file.profile ??= await source.profile({
        signal,
        onProgress: (fraction) => onProgress({ path, fraction }),
      });
      return file.profile;
    });

  return {
    handlers: {
      profile: ({ path }, signal) => profileOf(path, signal),
      preview: ({ path, limit }, signal) => use(path, (_file, source) => source.preview(limit, { signal })),
      head: ({ path, limit, reading, defaultEncoding }) =>
        readHead(path, limit, { reading, defaultEncoding }),
      quality: ({ path, target, split }, signal) =>
        use(path, async (_file, source) =>
          checkQuality(source, {
            profile: await profileOf(path, signal),
            target,
            split,
            nowMs: Date.now(),
            signal,
            onProgress: (fraction) => onProgress({ path, fraction }),
          }),
        ),
      page: () => notYet('page'),
      recipePreview: () => notYet('recipePreview'),
      recipeCounts: () => notYet('recipeCounts'),
      export: () => notYet('export'),
      recipeText: () => notYet('recipeText'),
      targets: async ({ path }, signal) => suggestTargets(await profileOf(path, signal)),
      scaffold: async ({ path, relativePath, target, task }, signal) => {
        const profile = await profileOf(path, signal);
        const { text, issues } = scaffoldExperiment({ profile, relativePath, target, task });
        return { text, issues: [...issues] };
      },
      check: async ({ experiment, dataPath }, signal) => ({
        findings: checkExperiment(experiment, await profileOf(dataPath, signal)),
      }),
      architecture: ({ experiment, dataPath }, signal) =>
        use(dataPath, async (_file, source) => {
          const { features, outputs } = await encodedWidths(experiment, source, { signal });
          return describeArchitecture({ experiment, inputWidth: features, outputWidth: outputs });
        }),
    },
    dispose: () => {
      for (const [path, file] of [...files]) drop(path, file);
    },
  };
}
