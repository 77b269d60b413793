// Owns what one data tab has at work: reading the file, passing the page's questions on, ending what nobody waits for.
// It keeps what it told, so that a page that was hidden is told again without reading anew. Knows no editor.
import { isDeepStrictEqual } from 'node:util';
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { CancelledError, isCancelled, throwIfAborted } from '../../../shared/abort';
import { nameInFile } from '../../../shared/columnNames';
import { BenchError, toErrorData } from '../../../shared/errors';
import { DisposableStore, type Disposable } from '../../../shared/disposable';
import type { ServerChannel } from '../../../shared/protocol/channel';
import type { PreprocessContract, RecipeDraft } from '../../../shared/protocol/view';
import type { Target } from '../../../shared/schema/experiment';
import type { DataIssue, Preview, TargetCandidate } from '../../../shared/schema/profile';
import type { Reading } from '../../../shared/schema/reading';
import type {
  ExportOptions,
  ExportResult,
  RecipePreview,
  TablePage,
} from '../../../shared/schema/recipeResult';
import type { StepKind } from '../../../shared/schema/recipeSteps';
import { splitPosition } from '../../../shared/schema/stepCatalogue';
import type { DataClient } from '../../process/dataClient';
import type { DraftStore } from './draftStore';

/** Enough for a screen; the page asks for more. */
const HEAD_ROWS = 100;
/** Of a very wide table fewer rows go to the page at once. */
const HEAD_CELLS = 200_000;

/** What is read: the file, or a copy of the text of an editor with unsaved changes. */
export interface TabSource {
  readonly path: string;
  readonly isUnsaved: boolean;
}

export interface TabHost {
  /** The CSV itself. */
  readonly csvPath: string;
  readonly fileName: string;
  readonly data: Pick<DataClient, 'request' | 'onDidProgress' | 'onDidCountStep'>;
  readonly drafts: DraftStore;
  readonly emit: ServerChannel<PreprocessContract>['emit'];
  /** Asked whenever the file is read anew. */
  source(): Promise<TabSource>;
  /** VS Code's files.encoding for the file. */
  defaultEncoding(): string | undefined;
}

type Params<M extends keyof PreprocessContract['requests']> = z.output<
  PreprocessContract['requests'][M]['params']
>;
type Told<E extends keyof PreprocessContract['events']> = z.input<PreprocessContract['events'][E]>;

interface FileParams {
  readonly path: string;
  readonly reading: Reading;
  readonly defaultEncoding?: string;
}

interface RecipeParams extends FileParams, Pick<RecipeDraft, 'steps' | 'split'> {
  readonly target?: Target;
}

let tabs = 0;

export class DataTab implements Disposable {
  private readonly id = ++tabs;
  private readonly owned = new DisposableStore();
  private readonly working = new Set<AbortController>();
  /** The newest of each kind of question; an older one is given up. */
  private readonly newest = new Map<string, AbortController>();
  private readonly exporting = new Set<(fraction: number) => void>();
  private kept: RecipeDraft;
  private loading: AbortController | undefined;
  private checking: AbortController | undefined;
  private source: Promise<TabSource> | undefined;
  /** Done when the profile is. */
  private profiled: Promise<void> = Promise.resolve();
  private candidates: Promise<TargetCandidate[]> | undefined;
  private path: string | undefined;
  private told: { head?: Told<'head'>; profile?: Told<'profile'>; quality?: Told<'quality'> } = {};
  private counting: { readonly own: string; readonly token: string } | undefined;
  private counts = 0;
  /** Filter and order of the rows that are looked at. */
  private table = { key: '', abort: new AbortController() };
  private wasUnsaved = false;
  private death: unknown;

  constructor(private readonly host: TabHost) {
    this.kept = host.drafts.load();
    const { data } = host;
    this.owned.add(data.onDidProgress((progress) => this.onProgress(progress)));
    this.owned.add(
      data.onDidCountStep(({ token, summary }) => {
        if (token === this.counting?.own) host.emit('stepCounted', { token: this.counting.token, summary });
      }),
    );
  }

  /** The recipe as the page kept it last. */
  get draft(): RecipeDraft {
    return this.kept;
  }

  dispose(): void {
    this.cancel();
    this.owned.dispose();
  }

  /** A page is up: tells what is known, and reads the file if that has not been done. */
  async ready(): Promise<void> {
    // What a page asked for that is gone.
    for (const abort of this.newest.values()) abort.abort();
    this.table.abort.abort();
    this.table = { key: '', abort: new AbortController() };
    const { head, profile, quality } = this.told;
    if (this.source === undefined || profile === undefined || profile.kind === 'failed') return this.load();
    await this.tellDraft(this.source);
    if (head !== undefined) this.host.emit('head', head);
    this.host.emit('profile', profile);
    if (quality !== undefined) this.host.emit('quality', quality);
  }

  /**
   * Reads the file anew; a newer call supersedes an older one. Resolves when the draft was told.
   * @param options.keepsDraft the page edits on meanwhile: it hears of the draft only when what is read has changed
   */
  async load({ keepsDraft = false }: { keepsDraft?: boolean } = {}): Promise<void> {
    this.loading?.abort();
    this.checking?.abort();
    const abort = (this.loading = this.begin());
    this.told = { profile: { kind: 'working' }, quality: { kind: 'working' } };
    this.candidates = undefined;
    const source = (this.source = this.host.source());
    const told = this.tellDraft(source, keepsDraft);
    this.profiled = told.then(() => this.read(source, abort.signal));
    void this.profiled
      .then(() => this.check())
      .catch((error: unknown) => {
        // A newer loading speaks for itself.
        if (this.loading === abort) this.fail(['profile', 'quality'], error);
      })
      .finally(() => this.working.delete(abort));
    await told;
  }

  /** Ends everything at work. */
  cancel(): void {
    for (const abort of [...this.working]) abort.abort();
  }

  /** Keeps the draft; a new reading or target is read again, a new split is checked again. */
  async keepDraft(draft: RecipeDraft): Promise<void> {
    const old = this.kept;
    this.kept = draft;
    const targetOf = ({ target, steps }: RecipeDraft): string | undefined => nameInFile(target, steps);
    const isRead = isDeepStrictEqual(old.reading, draft.reading) && targetOf(old) === targetOf(draft);
    if (this.source !== undefined) {
      if (!isRead) void this.load({ keepsDraft: true });
      else if (!isDeepStrictEqual(old.split, draft.split) && this.told.profile?.kind === 'ready')
        this.check();
    }
    await this.host.drafts.keep(draft);
  }

  /** Pages of one table may be asked for together; another filter or order gives up those of the last one. */
  page({ filter, sort, ...rows }: Params<'page'>, signal: AbortSignal): Promise<TablePage> {
    const key = JSON.stringify([filter, sort]);
    if (key !== this.table.key) {
      this.table.abort.abort();
      this.table = { key, abort: new AbortController() };
    }
    return this.run(undefined, AbortSignal.any([signal, this.table.abort.signal]), async (own) =>
      this.host.data.request(
        'page',
        {
          ...(await this.file(this.kept.reading)),
          ...rows,
          ...(filter === undefined ? {} : { filter }),
          ...(sort === undefined ? {} : { sort }),
        },
        { signal: own },
      ),
    );
  }

  preview({ draft, show, limit }: Params<'preview'>, signal: AbortSignal): Promise<RecipePreview> {
    return this.run('preview', signal, async (own) =>
      this.host.data.request(
        'recipePreview',
        { ...(await this.recipe(draft, own, false)), show, limit },
        { signal: own },
      ),
    );
  }

  count({ draft, token }: Params<'counts'>, signal: AbortSignal): Promise<{ rows: number }> {
    return this.run('counts', signal, async (own) => {
      const recipe = await this.recipe(draft, own);
      // Pages count their tokens each from 1.
      const counting = (this.counting = { own: `${this.id}/${++this.counts}`, token });
      const { rows } = await this.host.data.request(
        'recipeCounts',
        { ...recipe, token: counting.own },
        { signal: own },
      );
      return { rows };
    });
  }

  /** @param output an absolute path that is not the CSV's own */
  export(
    draft: RecipeDraft,
    options: ExportOptions,
    {
      output,
      signal,
      onProgress,
    }: { output: string; signal: AbortSignal; onProgress: (fraction: number) => void },
  ): Promise<ExportResult> {
    return this.run(undefined, signal, async (own) => {
      this.exporting.add(onProgress);
      try {
        const recipe = await this.recipe(draft, own);
        return await this.host.data.request('export', { ...recipe, output, options }, { signal: own });
      } finally {
        this.exporting.delete(onProgress);
      }
    });
  }

  /** A script that does the same. It names the file itself, also while unsaved text is shown. */
  text(
    draft: RecipeDraft,
    language: 'sql' | 'pandas',
    signal: AbortSignal,
  ): Promise<{ text: string; issues: DataIssue[] }> {
    return this.run(undefined, signal, async (own) => {
      const recipe = { ...(await this.recipe(draft, own)), ...this.csv(draft.reading) };
      return this.host.data.request('recipeText', { ...recipe, language }, { signal: own });
    });
  }

  private async read(from: Promise<TabSource>, signal: AbortSignal): Promise<void> {
    const { data } = this.host;
    throwIfAborted(signal);
    this.tell('profile', { kind: 'working' });
    this.tell('quality', { kind: 'working' });
    this.path = (await from).path;
    const file = await this.file(this.kept.reading);
    const { modifiedMs: _, ...head } = await orAborted(
      data.request('head', { ...file, limit: HEAD_ROWS }, { signal }),
      signal,
    );
    this.tell('head', { ...head, preview: fewCells(head.preview) });
    // One that the file no longer has is not asked for: the page still names it.
    const inFile = nameInFile(this.kept.target, this.kept.steps);
    const target = head.preview.columns.find((name) => name === inFile);
    const profile = await orAborted(
      data.request('profile', { ...file, ...(target === undefined ? {} : { target }) }, { signal }),
      signal,
    );
    this.tell('profile', { kind: 'ready', profile });
  }

  /** Runs the quality checks. */
  private check(): void {
    this.checking?.abort();
    const abort = (this.checking = this.begin());
    const { signal } = abort;
    this.tell('quality', { kind: 'working' });
    const asked = async (): Promise<void> => {
      const { split, steps } = this.kept;
      const file = await this.file(this.kept.reading);
      const target = await this.target(this.kept, true).catch(() => undefined);
      const report = await this.host.data.request(
        'quality',
        {
          ...file,
          // The checks are about the file, before any step.
          ...(target === undefined
            ? {}
            : { target: { ...target, column: nameInFile(target.column, steps) } }),
          ...(split === undefined ? {} : { split }),
        },
        { signal },
      );
      throwIfAborted(signal);
      this.tell('quality', { kind: 'ready', report });
    };
    void orAborted(asked(), signal)
      .catch((error: unknown) => {
        if (this.checking === abort) this.fail(['quality'], error);
      })
      .finally(() => this.working.delete(abort));
  }

  private tell<E extends 'head' | 'profile' | 'quality'>(event: E, data: Told<E>): void {
    this.told = { ...this.told, [event]: data };
    this.host.emit(event, data);
  }

  private async tellDraft(source: Promise<TabSource>, onlyWhenChanged = false): Promise<void> {
    const isUnsaved = await source.then(
      (now) => now.isUnsaved,
      () => false,
    );
    if (onlyWhenChanged && isUnsaved === this.wasUnsaved) return;
    this.wasUnsaved = isUnsaved;
    this.host.emit('draft', { fileName: this.host.fileName, draft: this.kept, isUnsaved });
  }

  private fail(events: readonly ('profile' | 'quality')[], error: unknown): void {
    this.note(error);
    for (const event of events) {
      if (this.told[event]?.kind !== 'working') continue;
      if (isCancelled(error)) this.tell(event, { kind: 'cancelled' });
      else this.tell(event, { kind: 'failed', message: toErrorData(error).message });
    }
  }

  /** The end of the data process is told once, however many questions it leaves without an answer. */
  private note(error: unknown): void {
    if (error === this.death || toErrorData(error).code !== 'data-worker.died') return;
    this.death = error;
    this.host.emit('problem', { message: toErrorData(error).message });
  }

  private onProgress({ path, fraction }: { path: string; fraction: number }): void {
    if (path !== this.path) return;
    if (this.told.profile?.kind === 'working') this.tell('profile', { kind: 'working', fraction });
    // The checks tell theirs for the same file.
    else if (this.told.quality?.kind !== 'working') for (const report of this.exporting) report(fraction);
  }

  private begin(): AbortController {
    const abort = new AbortController();
    this.working.add(abort);
    return abort;
  }

  /** @param kind a newer question of the same kind gives an older one up */
  private async run<T>(
    kind: string | undefined,
    asked: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const abort = this.begin();
    if (kind !== undefined) {
      this.newest.get(kind)?.abort();
      this.newest.set(kind, abort);
    }
    const signal = AbortSignal.any([asked, abort.signal]);
    try {
      return await orAborted(work(signal), signal);
    } catch (error) {
      this.note(error);
      throw error;
    } finally {
      this.working.delete(abort);
      if (kind !== undefined && this.newest.get(kind) === abort) this.newest.delete(kind);
    }
  }

  private async file(reading: Reading): Promise<FileParams> {
    const { path, isUnsaved } = await (this.source ??= this.host.source());
    // The copy of a text is UTF-8, whatever the file is written in.
    return isUnsaved ? { path, reading: { ...reading, encoding: 'utf-8' } } : this.csv(reading);
  }

  private csv(reading: Reading): FileParams {
    const defaultEncoding = this.host.defaultEncoding();
    return {
      path: this.host.csvPath,
      reading,
      ...(defaultEncoding === undefined ? {} : { defaultEncoding }),
    };
  }

  /** @param isExact false for a look at a sample, which does not wait for the whole file without need */
  private async recipe(draft: RecipeDraft, signal: AbortSignal, isExact = true): Promise<RecipeParams> {
    const file = await this.file(draft.reading);
    const target = await this.target(draft, isExact);
    throwIfAborted(signal);
    return {
      ...file,
      steps: draft.steps,
      ...(draft.split === undefined ? {} : { split: draft.split }),
      ...(target === undefined ? {} : { target }),
    };
  }

  /**
   * The target with its task, which only the whole file tells.
   * @throws BenchError 'target.unusable' when the recipe uses it and it cannot be one
   */
  private async target(draft: RecipeDraft, isExact: boolean): Promise<Target | undefined> {
    if (draft.target === undefined) return undefined;
    const isUsed = usesTarget(draft);
    if (!isUsed && !isExact && this.told.profile?.kind !== 'ready') return undefined;
    const inFile = nameInFile(draft.target, draft.steps);
    const found = (await this.targets()).find(({ column }) => column === inFile);
    if (found !== undefined) return { column: draft.target, task: found.task };
    if (!isUsed) return undefined;
    throw new BenchError(
      'target.unusable',
      l10n.t(
        'Column "{0}" cannot be the target of these steps: it needs two values or more, with several rows each. Choose another target.',
        draft.target,
      ),
      { details: { column: draft.target } },
    );
  }

  /** @throws what ended the newest loading */
  private async profileDone(): Promise<void> {
    for (;;) {
      const { profiled } = this;
      try {
        await profiled;
      } catch (error) {
        if (profiled === this.profiled) throw error;
      }
      // Whoever waits for one that was superseded waits for the newer one.
      if (profiled === this.profiled) return;
    }
  }

  private targets(): Promise<TargetCandidate[]> {
    const asked = (this.candidates ??= this.profileDone().then(async () =>
      this.host.data.request('targets', await this.file(this.kept.reading)),
    ));
    // What failed is asked anew next time.
    asked.catch(() => {
      if (this.candidates === asked) this.candidates = undefined;
    });
    return asked;
  }
}

const TARGET_STEPS: ReadonlySet<StepKind> = new Set([
  'targetEncode',
  'mixup',
  'smote',
  'oversample',
  'undersample',
]);

function usesTarget({ steps, split }: RecipeDraft): boolean {
  const isStratified =
    split?.method === 'stratified' || (split?.method === 'kFold' && split.kind === 'stratified');
  return (
    (isStratified && splitPosition(steps) < steps.length) ||
    steps.some(({ enabled, step }) => enabled && TARGET_STEPS.has(step))
  );
}

/** As many first rows as still travel at once. */
function fewCells(preview: Preview): Preview {
  const rows = Math.max(1, Math.floor(HEAD_CELLS / Math.max(1, preview.columns.length)));
  return rows >= preview.rows.length ? preview : { ...preview, rows: preview.rows.slice(0, rows) };
}

/** Ends waiting at once; the work itself ends when it hears of it. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CancelledError());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
