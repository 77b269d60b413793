// Owns the answers of the data process: one open CSV per file, dropped when the file changes. Knows no transport.
import type { Disposable } from '../shared/disposable';
import type { Handlers } from '../shared/protocol/channel';
import type { DataContract } from '../shared/protocol/data';
import type { DatasetProfile } from '../shared/schema/profile';
import { openCsv, type CsvSource } from '../core/data/csvSource';
import { statCsv } from '../core/data/csvFile';
import { scaffoldExperiment, suggestTargets } from '../core/experiment/scaffold';
import { describeArchitecture } from '../core/model/architecture';
import { encodedWidths } from '../core/recipe/prepare';

export interface DataService extends Disposable {
  readonly handlers: Handlers<DataContract>;
}

/** An open file holds its cells in memory: keep few. */
const MAX_OPEN = 3;

interface OpenFile {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly source: Promise<CsvSource>;
  profile?: DatasetProfile;
}

/** @param onProgress told while a file is profiled, fraction 0 to 1 */
export function createDataService(
  onProgress: (progress: { path: string; fraction: number }) => void,
): DataService {
  // In order of use, oldest first.
  const files = new Map<string, OpenFile>();

  const close = (path: string): void => {
    const file = files.get(path);
    files.delete(path);
    file?.source.then(
      (source) => source.close(),
      () => undefined,
    );
  };
  const openFile = async (path: string): Promise<OpenFile> => {
    const { sizeBytes, modifiedMs } = await statCsv(path);
    let file = files.get(path);
    if (file !== undefined && (file.sizeBytes !== sizeBytes || file.modifiedMs !== modifiedMs)) {
      close(path);
      file = undefined;
    }
    file ??= { sizeBytes, modifiedMs, source: openCsv(path) };
    files.delete(path);
    files.set(path, file);
    for (const oldest of files.keys()) {
      if (files.size <= MAX_OPEN) break;
      close(oldest);
    }
    // A file that does not open is tried anew next time.
    file.source.catch(() => close(path));
    return file;
  };
  const profileOf = async (path: string, signal: AbortSignal): Promise<DatasetProfile> => {
    const file = await openFile(path);
    if (file.profile !== undefined) return file.profile;
    const source = await file.source;
    file.profile = await source.profile({
      signal,
      onProgress: (fraction) => onProgress({ path, fraction }),
    });
    return file.profile;
  };
  const sourceOf = async (path: string): Promise<CsvSource> => (await openFile(path)).source;

  return {
    handlers: {
      profile: ({ path }, signal) => profileOf(path, signal),
      preview: async ({ path, limit }, signal) => (await sourceOf(path)).preview(limit, { signal }),
      columns: async ({ path }) => [...(await sourceOf(path)).columns()],
      targets: async ({ path }, signal) => suggestTargets(await profileOf(path, signal)),
      scaffold: async ({ path, relativePath, target, task }, signal) => {
        const profile = await profileOf(path, signal);
        const { text, issues } = scaffoldExperiment({ profile, relativePath, target, task });
        return { text, issues: [...issues] };
      },
      architecture: async ({ experiment, dataPath }, signal) => {
        const { features, outputs } = await encodedWidths(experiment, await sourceOf(dataPath), { signal });
        return describeArchitecture({ experiment, inputWidth: features, outputWidth: outputs });
      },
    },
    dispose: () => {
      for (const path of [...files.keys()]) close(path);
    },
  };
}
