// Owns copies of unsaved text on disk, so that the data process can read what the editor shows. Each version has a path
// of its own: a reader never sees a file change. Copies of windows that died are swept. Knows no editor.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../../../shared/abort';
import { isAlive } from '../../../core/process/processIdentity';
import { PARTIAL_SUFFIX } from '../../../core/runs/atomicFile';

/** Lines written between two turns of the event loop: about a millisecond of text. */
const LINES_AT_ONCE = 2000;

/** A document at one version. */
export interface TextSnapshot {
  readonly lineCount: number;
  /** Lines `from` to before `to`, with the line ends between and behind them. */
  lines(from: number, to: number): string;
  /** false once the document was edited: what is written then is of no use. */
  isCurrent(): boolean;
}

/** The folder of a window's copies; it is removed with `removeSync`. */
export class UnsavedFolder {
  private swept: Promise<void> | undefined;
  private nextTab = 1;
  private readonly own: string;

  /** @param root shared by all windows */
  constructor(
    private readonly root: string,
    pid = process.pid,
  ) {
    this.own = path.join(root, String(pid));
  }

  copyOf(name: string): UnsavedCopy {
    return new UnsavedCopy(path.join(this.own, String(this.nextTab++)), name, () => this.sweep());
  }

  /** For the end of the window, when nothing can be waited for. */
  removeSync(): void {
    fs.rmSync(this.own, { recursive: true, force: true });
  }

  private sweep(): Promise<void> {
    return (this.swept ??= sweep(this.root));
  }
}

export class UnsavedCopy {
  private version = 0;
  /** Oldest first. The one before the newest is kept for what still reads it. */
  private readonly kept: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly before: () => Promise<void>,
  ) {}

  /**
   * Writes the text as UTF-8 under its final name only when it is whole.
   * @returns the path of the copy
   * @throws CancelledError when the document was edited meanwhile; the system's error (ENOSPC, ...)
   */
  async write(text: TextSnapshot): Promise<string> {
    await this.before();
    const folder = path.join(this.folder, String(++this.version));
    const file = path.join(folder, this.name);
    await fs.promises.mkdir(folder, { recursive: true });
    try {
      await writeLines(file + PARTIAL_SUFFIX, text);
      await fs.promises.rename(file + PARTIAL_SUFFIX, file);
    } catch (error) {
      await remove(folder);
      throw error;
    }
    this.kept.push(folder);
    if (this.kept.length > 2) await remove(this.kept.shift() ?? folder);
    return file;
  }

  /** No longer needed: the file itself is read. */
  async remove(): Promise<void> {
    this.kept.length = 0;
    await remove(this.folder);
  }
}

async function writeLines(file: string, text: TextSnapshot): Promise<void> {
  // For this user's eyes only, as the editor's own backups are.
  const handle = await fs.promises.open(file, 'w', 0o600);
  try {
    for (let from = 0; from < text.lineCount; from += LINES_AT_ONCE) {
      if (!text.isCurrent()) throw new CancelledError();
      await handle.writeFile(text.lines(from, Math.min(from + LINES_AT_ONCE, text.lineCount)));
      await setImmediate();
    }
    if (!text.isCurrent()) throw new CancelledError();
  } finally {
    await handle.close();
  }
}

/** On Windows a file that is being read cannot be removed: the next window sweeps it. */
async function remove(folder: string): Promise<void> {
  await fs.promises.rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes what windows left that are gone. A pid that was given to another process keeps its folder until later. */
async function sweep(root: string): Promise<void> {
  const names = await fs.promises.readdir(root).catch(() => []);
  for (const name of names) {
    const pid = Number(name);
    if (Number.isSafeInteger(pid) && !isAlive(pid)) await remove(path.join(root, name));
  }
}
