// Owns what the command line prints: people's lines, JSON lines, errors and exit codes. Results go to stdout, the rest to stderr.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError, isBadInput, toErrorData, type ErrorData } from '../shared/errors';
import { stringifyJson } from '../shared/numbers';
import { writeFileAtomic } from '../core/runs/atomicFile';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_BAD_INPUT = 2;

export function printJson(value: unknown): void {
  process.stdout.write(`${stringifyJson(value)}\n`);
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One line, `error[code]: ...`; the stack only when asked for. Returns the exit code. */
export function reportError(error: unknown, verbose: boolean): number {
  const data = toErrorData(error);
  printError(data);
  if (verbose) {
    process.stderr.write(`${data.stack ?? ''}\n`);
    if (error instanceof BenchError && error.cause instanceof Error)
      process.stderr.write(`${error.cause.stack ?? ''}\n`);
  }
  return isBadInput(data.code) ? EXIT_BAD_INPUT : EXIT_FAILED;
}

export function printError({ code, message }: Pick<ErrorData, 'code' | 'message'>): void {
  process.stderr.write(`error[${code}]: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}

/**
 * Whether a file may be written under a name the user gave, asked before any work is done.
 * @throws BenchError 'cli.output', 'cli.fileExists'
 */
export async function requireOutput(file: string, force: boolean): Promise<void> {
  const folder = path.dirname(file);
  if ((await fs.stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw new BenchError(
      'cli.output',
      l10n.t('Cannot write {0}: there is no folder "{1}". Make it, or choose another place.', file, folder),
    );
  }
  // A link is replaced, not followed; a device or a pipe would be replaced by a file too, for everybody.
  const there = await fs.lstat(file).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isFile() && !there.isSymbolicLink()) {
    const message = there.isDirectory()
      ? l10n.t('"{0}" is a folder; expected the name of a file. Choose another name.', file)
      : l10n.t(
          '"{0}" is a device or a pipe; expected the name of a file. Write to a file and copy that.',
          file,
        );
    throw new BenchError('cli.output', message);
  }
  if (force) return;
  throw new BenchError(
    'cli.fileExists',
    l10n.t('{0} exists. Choose another name with -o, or add --force to replace it.', file),
  );
}

/**
 * Writes a file the user named with -o.
 * @throws BenchError 'cli.output' when the place is at fault, 'io.write' when the disk is
 */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text);
  } catch (cause) {
    const isPlace = PLACE_ERRORS.has((cause as NodeJS.ErrnoException).code ?? '');
    throw new BenchError(
      isPlace ? 'cli.output' : 'io.write',
      l10n.t('Cannot write {0}: {1}. Choose another place with -o.', file, toErrorData(cause).message),
      { cause },
    );
  }
}
const PLACE_ERRORS = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);

/** A line that replaces itself on a terminal; elsewhere at most one line in `QUIET_MS`. */
export class ProgressLine {
  private last: number;
  private shown = false;
  private static readonly TTY_MS = 100;
  private static readonly QUIET_MS = 2000;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly now: () => number,
  ) {
    // What is done in a moment shows no progress.
    this.last = now();
  }

  update(text: () => string, force = false): void {
    const interval = this.out.isTTY ? ProgressLine.TTY_MS : ProgressLine.QUIET_MS;
    if (!force && this.now() - this.last < interval) return;
    this.last = this.now();
    this.out.write(
      this.out.isTTY ? `\r\u001b[2K${text().slice(0, (this.out.columns || 80) - 1)}` : `${text()}\n`,
    );
    this.shown = true;
  }

  end(): void {
    if (this.shown && this.out.isTTY) this.out.write('\r\u001b[2K');
    this.shown = false;
  }
}

/** Of a pass over a file that may be large. */
export function profilingProgress(line: ProgressLine): (fraction: number) => void {
  return (fraction) => line.update(() => l10n.t('Profiling … {0} %', Math.round(100 * fraction)));
}

/** Columns padded to the widest cell; the last is not padded. Numbers are the caller's text. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - displayWidth(cell)),
        )
        .join('  '),
    )
    .join('\n');
}

/** Terminal cells: East Asian wide characters take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const char of text)
    width +=
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/.test(
        char,
      )
        ? 2
        : 1;
  return width;
}
