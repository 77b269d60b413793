// Owns which Node runs the child processes: the user's setting, else the editor's own.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TrainerProgram } from '../../core/process/launchTrainer';
import { BenchError } from '../../shared/errors';
import type { DataProgram } from './dataClient';

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

/** @throws BenchError 'data-worker.untrusted': a tab restored in an untrusted workspace must not start a process */
export function dataProgram(extensionPath: string): DataProgram {
  if (!vscode.workspace.isTrusted) {
    throw new BenchError(
      'data-worker.untrusted',
      vscode.l10n.t('Reading data starts a process of its own. Trust this workspace first.'),
    );
  }
  return {
    node: nodeExecutable(),
    script: path.join(extensionPath, 'dist', 'dataWorker.js'),
    l10nBundle: vscode.l10n.bundle ?? {},
  };
}
