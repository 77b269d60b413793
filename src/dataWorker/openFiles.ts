// Owns the open files of the data process: one per file and way of reading it, dropped when the file changes. What
// is learnt of a file (rows, profile, sample, view) lives and ends with it.
import type { Disposable } from '../shared/disposable';
import type { DatasetProfile } from '../shared/schema/profile';
import type { Reading } from '../shared/schema/reading';
import { openCsv, type CsvSource, type SourceRelation } from '../core/data/csvSource';
import { statCsv } from '../core/data/csvFile';
import { LARGE_BYTES } from '../core/data/storedRows';
import type { Database } from '../core/data/database';
import { createPager, type Pager } from '../core/recipe/session/page';
import { sampleHead, sampleSource, type Sample } from '../core/recipe/session/sample';

/** A file and how to read it. */
export interface FileRef {
  readonly path: string;
  readonly reading: Reading;
  /** VS Code's `files.encoding`. */
  readonly defaultEncoding?: string | undefined;
}

export type OnProgress = (progress: { path: string; fraction: number }) => void;

/** An open file holds its cells in memory: keep few. More only while more are at work. */
const MAX_OPEN = 3;

/** A file that is read in a moment is read before it is sampled. */
const QUICK_BYTES = 16 * 1024 * 1024;

/** A file whose head was read. Its rows are read when they are asked for. */
export class OpenFile implements Disposable {
  private isLoaded = false;
  private known: DatasetProfile | undefined;
  /** The last profile that was asked for with a target. */
  private related: { readonly target: string; readonly profile: DatasetProfile } | undefined;
  private profiling: Promise<unknown> = Promise.resolve();
  private line: Promise<Database> | undefined;
  private pages: Promise<Pager> | undefined;
  private kept: KeptSample | undefined;

  constructor(
    readonly source: CsvSource,
    private readonly onProgress: OnProgress,
  ) {}

  async relation(signal: AbortSignal | undefined): Promise<SourceRelation> {
    const { path } = this.source;
    // The first half of a profile.
    const onProgress = (fraction: number): void => this.onProgress({ path, fraction: fraction / 2 });
    const relation = await this.source.relation({ signal, onProgress });
    this.isLoaded = true;
    return relation;
  }

  /** One at a time: the tables a profile works with have one name. */
  profile(signal: AbortSignal, target?: string): Promise<DatasetProfile> {
    const made = this.profiling.then(() => this.profileNow(signal, target));
    this.profiling = made.catch(() => undefined);
    return made;
  }

  async pager(signal: AbortSignal): Promise<Pager> {
    await this.relation(signal);
    this.pages ??= this.ownLine().then((database) => createPager(this.source, database));
    return this.pages;
  }

  /** Works on a sample of the whole file; on its head while a large one is still being read, which starts here. */
  async useSample<T>(
    { rows, seed, signal }: { readonly rows: number; readonly seed: number; readonly signal: AbortSignal },
    work: (sample: Sample) => Promise<T>,
  ): Promise<T> {
    const { source } = this;
    if (!this.isLoaded && source.file.sizeBytes > QUICK_BYTES) {
      // Whoever asks for the rows is told why they cannot be read.
      void this.relation(undefined).catch(() => undefined);
      const ofHead = async (): Promise<Sample> => {
        const { preview } = await source.head(rows);
        return sampleHead(preview, source.file.cells.numbers);
      };
      return this.useKept(`head ${rows}`, ofHead, work);
    }
    await this.relation(signal);
    const ofFile = async (): Promise<Sample> => sampleSource(source, await this.ownLine(), { rows, seed });
    return this.useKept(JSON.stringify([rows, seed]), ofFile, work);
  }

  dispose(): void {
    void this.pages?.then((pager) => pager.dispose()).catch(() => undefined);
    void this.line?.then((database) => database.dispose()).catch(() => undefined);
    if (this.kept !== undefined) drop(this.kept);
    this.source.close();
  }

  /** For what must not wait while the file's own line is at work for seconds. */
  private ownLine(): Promise<Database> {
    this.line ??= this.source.relation({ columns: [] }).then(({ database }) => database.another());
    return this.line;
  }

  private async profileNow(signal: AbortSignal, target: string | undefined): Promise<DatasetProfile> {
    const { path, file } = this.source;
    const onProgress = (fraction: number): void => this.onProgress({ path, fraction });
    const known = (this.known ??= await this.source.profile({ signal, onProgress }));
    // The rows of a large file are not loaded by that.
    if (file.sizeBytes < LARGE_BYTES) this.isLoaded = true;
    if (target === undefined) return known;
    if (this.related?.target === target) return this.related.profile;
    const profile = await this.source.relate(known, target, { signal });
    this.related = { target, profile };
    return profile;
  }

  /** The last one is kept; one that is replaced ends with its last user. */
  private async useKept<T>(
    key: string,
    make: () => Promise<Sample>,
    work: (sample: Sample) => Promise<T>,
  ): Promise<T> {
    if (this.kept?.key !== key) {
      if (this.kept !== undefined) drop(this.kept);
      this.kept = { key, sample: make(), users: 0, isDropped: false };
    }
    const { kept } = this;
    kept.users++;
    try {
      return await work(await kept.sample);
    } catch (error) {
      // A sample that could not be taken is tried anew next time.
      void kept.sample.catch(() => {
        if (this.kept === kept) this.kept = undefined;
      });
      throw error;
    } finally {
      kept.users--;
      endUnused(kept);
    }
  }
}

interface KeptSample {
  readonly key: string;
  readonly sample: Promise<Sample>;
  users: number;
  isDropped: boolean;
}

function drop(kept: KeptSample): void {
  kept.isDropped = true;
  endUnused(kept);
}

function endUnused({ isDropped, users, sample }: KeptSample): void {
  if (!isDropped || users > 0) return;
  sample.then(
    (made) => made.dispose(),
    () => undefined,
  );
}

interface Entry {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly file: Promise<OpenFile>;
  /** Requests at work on it: it is closed when the last one ends, never under its feet. */
  users: number;
  isDropped: boolean;
}

export class OpenFiles implements Disposable {
  /** By file and reading, in order of use, oldest first. */
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly onProgress: OnProgress) {}

  /** Works on the file as it is now; it stays open meanwhile. */
  async use<T>(ref: FileRef, work: (file: OpenFile) => Promise<T> | T): Promise<T> {
    const key = JSON.stringify([ref.path, ref.reading, ref.defaultEncoding ?? null]);
    const entry = await this.current(key, ref);
    entry.users++;
    for (const [oldKey, old] of this.entries) {
      if (this.entries.size <= MAX_OPEN) break;
      if (old.users === 0) this.drop(oldKey, old);
    }
    try {
      return await work(await entry.file);
    } catch (error) {
      // A file that does not open is tried anew next time.
      void entry.file.catch(() => this.drop(key, entry));
      throw error;
    } finally {
      entry.users--;
      closeUnused(entry);
    }
  }

  dispose(): void {
    for (const [key, entry] of [...this.entries]) this.drop(key, entry);
  }

  /** An open file is taken again while neither its size nor its time has changed. */
  private async current(key: string, ref: FileRef): Promise<Entry> {
    const { sizeBytes, modifiedMs } = await statCsv(ref.path);
    let entry = this.entries.get(key);
    if (entry !== undefined && (entry.sizeBytes !== sizeBytes || entry.modifiedMs !== modifiedMs)) {
      this.drop(key, entry);
      entry = undefined;
    }
    entry ??= { sizeBytes, modifiedMs, file: this.open(ref), users: 0, isDropped: false };
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  private async open({ path, reading, defaultEncoding }: FileRef): Promise<OpenFile> {
    return new OpenFile(await openCsv(path, { reading, defaultEncoding }), this.onProgress);
  }

  private drop(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
    entry.isDropped = true;
    closeUnused(entry);
  }
}

function closeUnused(entry: Entry): void {
  if (!entry.isDropped || entry.users > 0) return;
  entry.file.then(
    (file) => file.dispose(),
    () => undefined,
  );
}
