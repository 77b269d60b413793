// Owns the runs this window knows: those on disk in every workspace folder, those at work, and the one that is shown.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../shared/clock';
import type { Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { RunSummary } from '../../shared/schema/run';
import type { TrainerProgram } from '../../core/process/launchTrainer';
import { RUNS_FOLDER } from '../../core/runs/runFolder';
import { RunStore, type BrokenRun, type ListedRun } from '../../core/runs/runStore';
import { resumeRun } from '../../core/runs/resumeRun';
import { startRun } from '../../core/runs/startRun';
import { RunSession } from './runSession';

/** Finished runs whose points stay in memory after they were looked at. */
const KEPT_FINISHED_SESSIONS = 8;
const REFRESH_DELAY_MS = 250;
const LIVE_INTERVAL_MS = 500;
const SELECTED_KEY = 'modelBench.selectedRun';
const OUTSIDE_KEY = 'modelBench.foldersOutside';

export interface StartOptions {
  readonly experiment: Experiment;
  readonly experimentPath?: string;
  readonly dataPath: string;
}

export class RunManager implements Disposable {
  private readonly stores = new Map<string, RunStore>();
  private readonly sessions = new Map<string, Promise<RunSession>>();
  /** Sessions of runs that are at work, or were when this window first saw them and have not been told to the end. */
  private readonly working = new Map<string, RunSession>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private listed: ListedRun[] = [];
  private brokenRuns: BrokenRun[] = [];
  private selected: string | undefined;
  private refreshing: Promise<void> | undefined;
  private refreshTimer: NodeJS.Timeout | undefined;
  private liveTimer: NodeJS.Timeout | undefined;

  private readonly runsChanged = new vscode.EventEmitter<void>();
  /** The list, or a summary in it, changed. */
  readonly onDidChangeRuns = this.runsChanged.event;
  private readonly selectionChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeSelection = this.selectionChanged.event;
  private readonly runEnded = new vscode.EventEmitter<RunSession>();
  /** A run that this window saw at work has ended. */
  readonly onDidEndRun = this.runEnded.event;

  constructor(
    private readonly program: () => TrainerProgram,
    private readonly clock: Clock,
    private readonly state: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.selected = state.get<string>(SELECTED_KEY);
    for (const folder of vscode.workspace.workspaceFolders ?? []) this.storeAt(folder.uri.fsPath);
    for (const folder of this.foldersOutside()) this.storeAt(folder);
    this.subscriptions.push(
      vscode.workspace.onDidChangeWorkspaceFolders(({ added }) => {
        for (const folder of added) this.storeAt(folder.uri.fsPath);
        void this.refresh();
      }),
    );
  }

  get runs(): readonly ListedRun[] {
    return this.listed;
  }

  get broken(): readonly BrokenRun[] {
    return this.brokenRuns;
  }

  get running(): readonly ListedRun[] {
    return this.listed.filter(({ summary }) => summary.state === 'running');
  }

  /** Where runs of a file go: beside its workspace folder, or beside itself when it is in none. */
  storeFor(file: vscode.Uri): RunStore {
    const inside = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath;
    if (inside !== undefined) return this.storeAt(inside);
    const folder = path.dirname(file.fsPath);
    void this.state.update(OUTSIDE_KEY, [...new Set([...this.foldersOutside(), folder])]);
    return this.storeAt(folder);
  }

  /** Folders of files that were trained on though no workspace folder holds them: their runs are found again too. */
  private foldersOutside(): readonly string[] {
    return this.state.get<string[]>(OUTSIDE_KEY, []);
  }

  /** Reads all run folders and follows those at work. Concurrent calls share one reading. */
  async refresh(): Promise<void> {
    this.refreshing ??= this.readAll().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  async start(options: StartOptions): Promise<RunSession> {
    const store = this.storeFor(vscode.Uri.file(options.experimentPath ?? options.dataPath));
    const started = await startRun({ store, program: this.program(), clock: this.clock, ...options });
    this.log.info(`run ${started.runId} started, pid ${started.process.pid}, ${started.folder}`);
    const opening = RunSession.open(store, started.folder, { ended: started.process.ended });
    this.sessions.set(started.folder, opening);
    const session = await opening;
    this.watch(session);
    this.select(started.folder);
    await this.refresh();
    return session;
  }

  /** Takes up a run that has ended. @param epochs in all */
  async resume(folder: string, epochs: number): Promise<RunSession> {
    const store = this.storeOf(folder);
    const resumed = await resumeRun({ store, program: this.program(), clock: this.clock, folder, epochs });
    this.log.info(`run ${resumed.runId} resumed, pid ${resumed.process.pid}, ${folder}`);
    // The session that saw it end has told all it will.
    (await this.sessions.get(folder))?.dispose();
    const opening = RunSession.open(store, folder, { ended: resumed.process.ended });
    this.sessions.set(folder, opening);
    const session = await opening;
    this.watch(session);
    // Views of this run take the new session.
    if (this.selectedFolder === folder) this.selectionChanged.fire();
    else this.select(folder);
    await this.refresh();
    return session;
  }

  /** The session of a run, opened on demand. */
  async session(folder: string): Promise<RunSession> {
    let opening = this.sessions.get(folder);
    if (opening === undefined) {
      const store = this.storeOf(folder);
      opening = RunSession.open(store, folder);
      this.sessions.set(folder, opening);
      opening.then(
        (session) => this.watch(session),
        () => this.sessions.delete(folder),
      );
      await this.trim();
    }
    return opening;
  }

  get selectedFolder(): string | undefined {
    return this.selected ?? this.listed[0]?.folder;
  }

  select(folder: string | undefined): void {
    if (folder === this.selected) return;
    this.selected = folder;
    void this.state.update(SELECTED_KEY, folder);
    this.selectionChanged.fire();
  }

  folderOf(runId: string): string | undefined {
    return this.listed.find(({ summary }) => summary.runId === runId)?.folder;
  }

  async remove(folder: string): Promise<void> {
    await this.storeOf(folder).remove(folder);
    (await this.sessions.get(folder))?.dispose();
    this.sessions.delete(folder);
    if (this.selected === folder) this.select(undefined);
    await this.refresh();
  }

  dispose(): void {
    clearTimeout(this.refreshTimer);
    clearTimeout(this.liveTimer);
    for (const subscription of this.subscriptions) subscription.dispose();
    // Runs go on: only this window stops looking.
    for (const opening of this.sessions.values())
      void opening.then((session) => session.dispose()).catch(() => undefined);
    this.runsChanged.dispose();
    this.selectionChanged.dispose();
    this.runEnded.dispose();
  }

  private storeAt(folder: string): RunStore {
    const root = path.join(folder, RUNS_FOLDER);
    let store = this.stores.get(root);
    if (store === undefined) {
      store = new RunStore(root, this.clock);
      this.stores.set(root, store);
      this.watchFolder(folder);
    }
    return store;
  }

  private storeOf(folder: string): RunStore {
    const root = path.dirname(folder);
    const store = this.stores.get(root) ?? new RunStore(root, this.clock);
    this.stores.set(root, store);
    return store;
  }

  /** Runs started from a terminal, and by other windows, appear by themselves. */
  private watchFolder(folder: string): void {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '.modelbench/runs/*/run.json');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const later = (): void => {
      this.refreshTimer ??= setTimeout(() => {
        this.refreshTimer = undefined;
        void this.refresh();
      }, REFRESH_DELAY_MS);
    };
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(later),
      watcher.onDidChange(later),
      watcher.onDidDelete(later),
    );
  }

  private async readAll(): Promise<void> {
    const runs: ListedRun[] = [];
    const broken: BrokenRun[] = [];
    for (const store of this.stores.values()) {
      try {
        const listed = await store.list();
        runs.push(...listed.runs);
        broken.push(...listed.broken);
      } catch (error) {
        this.log.error(`${store.root}: ${toErrorData(error).message}`);
      }
    }
    const before = this.selectedFolder;
    this.listed = this.withLive(runs).sort((a, b) => b.summary.createdMs - a.summary.createdMs);
    this.brokenRuns = broken;
    if (this.selected !== undefined && !runs.some(({ folder }) => folder === this.selected))
      this.selected = undefined;
    for (const { folder, summary } of runs)
      if (summary.state === 'running') void this.session(folder).catch(() => undefined);
    this.runsChanged.fire();
    if (this.selectedFolder !== before) this.selectionChanged.fire();
  }

  private watch(session: RunSession): void {
    if (!session.wasRunning) return;
    this.working.set(session.folder, session);
    const listener = session.onDidChange(() => this.showLive());
    void session.ended
      .then(
        (summary) => this.onEnded(session, summary),
        (error: unknown) => this.log.error(`${session.folder}: ${toErrorData(error).message}`),
      )
      .finally(() => {
        this.working.delete(session.folder);
        listener.dispose();
      });
  }

  private showLive(): void {
    this.liveTimer ??= setTimeout(() => {
      this.liveTimer = undefined;
      this.listed = this.withLive(this.listed);
      this.runsChanged.fire();
    }, LIVE_INTERVAL_MS);
  }

  /** What a session at work says is ahead of the run.json that was read. */
  private withLive(runs: readonly ListedRun[]): ListedRun[] {
    return runs.map((run) => {
      const session = this.working.get(run.folder);
      return session === undefined ? run : { ...run, summary: session.summary };
    });
  }

  private onEnded(session: RunSession, summary: RunSummary): void {
    // A disposed session lets go of a run that still works.
    if (summary.state === 'running') return;
    this.log.info(
      `run ${summary.runId} ${summary.state}${summary.error === undefined ? '' : `: ${summary.error.message}`}`,
    );
    if (summary.stderrTail !== undefined) this.log.error(summary.stderrTail);
    this.runEnded.fire(session);
    void this.refresh();
  }

  private async trim(): Promise<void> {
    const finished: string[] = [];
    for (const [folder, opening] of this.sessions) {
      const session = await opening.catch(() => undefined);
      if (session !== undefined && !session.isRunning && folder !== this.selectedFolder)
        finished.push(folder);
    }
    for (const folder of finished.slice(0, Math.max(0, finished.length - KEPT_FINISHED_SESSIONS))) {
      const session = await this.sessions.get(folder);
      this.sessions.delete(folder);
      session?.dispose();
    }
  }
}
