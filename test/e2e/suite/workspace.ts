// Owns how in-editor suites look at the workspace: its files, and waiting for what happens by itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(folder, 'the suite needs a workspace folder');
  return folder;
}

export function fileUri(name: string): vscode.Uri {
  return vscode.Uri.file(path.join(workspaceFolder(), name));
}

/** @throws Error naming what did not come in time */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limitMs = 20_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come in ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The part of run.json that suites read. */
export interface RunFile {
  readonly folder: string;
  readonly state: string;
  readonly epoch: number;
  readonly endReason?: string;
  readonly experimentPath?: string;
  readonly test?: { readonly accuracy?: number; readonly rmse?: number };
  readonly baseline?: { readonly test: { readonly accuracy?: number; readonly rmse?: number } };
}

/** Runs on disk, newest first. */
export function runs(): RunFile[] {
  const root = path.join(workspaceFolder(), '.modelbench', 'runs');
  if (!fs.existsSync(root)) return [];
  return (
    fs
      .readdirSync(root)
      // A run that is being made has another name until it is whole.
      .filter((name) => !name.endsWith('.partial'))
      .sort()
      .reverse()
      .map((name) => path.join(root, name))
      .filter((folder) => fs.existsSync(path.join(folder, 'run.json')))
      .map((folder) => ({
        ...(JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunFile),
        folder,
      }))
  );
}

/** Writes a config into the workspace and gives its place. */
export async function writeExperiment(name: string, experiment: unknown): Promise<vscode.Uri> {
  const uri = fileUri(`${name}.experiment.json`);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(JSON.stringify(experiment, null, 2)));
  return uri;
}
