// Owns which Node runs the child processes: the user's setting, else the editor's own.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TrainerProgram } from '../../core/process/launchTrainer';

export function nodeExecutable(): string {
  const configured = vscode.workspace.getConfiguration('modelBench').get<string>('nodePath', '').trim();
  return configured === '' ? process.execPath : configured;
}

export function trainerProgram(extensionPath: string): TrainerProgram {
  const dist = path.join(extensionPath, 'dist');
  return {
    node: nodeExecutable(),
    script: path.join(dist, 'trainer.js'),
    wasmFolder: path.join(dist, 'wasm'),
    l10nBundle: vscode.l10n.bundle ?? {},
  };
}
