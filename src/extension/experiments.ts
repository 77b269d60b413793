// Owns experiment configs as files of the editor: read (an open, unsaved text is what counts), found, named.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { EXPERIMENT_FILE_SUFFIX, type Experiment } from '../shared/schema/experiment';
import { requireExperiment } from '../core/experiment/parseExperiment';

export interface LoadedExperiment {
  readonly uri: vscode.Uri;
  readonly experiment: Experiment;
  /** Absolute path of the CSV. */
  readonly dataPath: string;
}

export function isExperimentUri(uri: vscode.Uri): boolean {
  return uri.path.toLowerCase().endsWith(EXPERIMENT_FILE_SUFFIX);
}

/** Tables that searches find. Any other text may be opened as one by its context menu. */
export const TABLE_EXTENSIONS = 'csv,tsv,csv.gz,tsv.gz,csv.zst,tsv.zst,jsonl,ndjson,parquet';

/** Whether a name says that it is a table: a CSV, or what is read like one. */
export function isCsvUri(uri: vscode.Uri): boolean {
  return /\.((csv|tsv|tab|psv|jsonl|ndjson)(\.(gz|gzip|zst|zstd))?|parquet)$/i.test(uri.path);
}

/** The name without what says its format: `data.csv.gz` -> `data`. */
export function stemOf(csv: vscode.Uri): string {
  const name = path.basename(csv.path);
  return name.replace(/\.(gz|gzip|zst|zstd)$/i, '').replace(/(?<=.)\.[^.]+$/, '');
}

/** VS Code's `files.encoding` for a file: what to take when its bytes do not say. */
export function encodingSettingOf(uri: vscode.Uri): string | undefined {
  return vscode.workspace.getConfiguration('files', uri).get<string>('encoding');
}

/** What the data process needs to read a config's table as the editor would. */
export function readByEditor(
  experiment: Experiment,
  dataPath: string,
): { experiment: Experiment; dataPath: string; defaultEncoding?: string } {
  const defaultEncoding = encodingSettingOf(vscode.Uri.file(dataPath));
  return { experiment, dataPath, ...(defaultEncoding === undefined ? {} : { defaultEncoding }) };
}

export function dataPathOf(uri: vscode.Uri, experiment: Experiment): string {
  return path.resolve(path.dirname(uri.fsPath), experiment.data.path);
}

/**
 * A config or a recipe as the editor has it. JSON is UTF-8, whatever files.encoding says of other files; a text that is
 * being edited is taken as it is.
 */
export async function openJson(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty || document.encoding.startsWith('utf')) return document;
  return vscode.workspace.openTextDocument(uri, { encoding: 'utf8' });
}

/** @throws BenchError 'config.invalid' naming file, line and column */
export async function loadExperiment(uri: vscode.Uri): Promise<LoadedExperiment> {
  const document = await openJson(uri);
  const experiment = requireExperiment(document.getText(), vscode.workspace.asRelativePath(uri));
  return { uri, experiment, dataPath: dataPathOf(uri, experiment) };
}

/** `data.csv` -> `data.experiment.json`, or with a word behind when that name is taken. */
export async function freeExperimentUri(csv: vscode.Uri, word: string): Promise<vscode.Uri> {
  const stem = stemOf(csv);
  const safe = word.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 40);
  for (const name of [
    stem,
    `${stem}-${safe}`,
    ...Array.from({ length: 98 }, (_, i) => `${stem}-${safe}-${i + 2}`),
  ]) {
    const uri = vscode.Uri.joinPath(csv, '..', name + EXPERIMENT_FILE_SUFFIX);
    if (!(await exists(uri))) return uri;
  }
  return vscode.Uri.joinPath(csv, '..', `${stem}-${Date.now()}${EXPERIMENT_FILE_SUFFIX}`);
}

/** The configs beside a CSV that are about it. Unreadable ones are passed over. */
export async function experimentsFor(csv: vscode.Uri): Promise<LoadedExperiment[]> {
  const folder = vscode.Uri.joinPath(csv, '..');
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const found: LoadedExperiment[] = [];
  for (const [name, type] of entries) {
    const uri = vscode.Uri.joinPath(folder, name);
    if (type !== vscode.FileType.File || !isExperimentUri(uri)) continue;
    const loaded = await loadExperiment(uri).catch(() => undefined);
    if (loaded?.dataPath === csv.fsPath) found.push(loaded);
  }
  return found;
}

/** The file a command means: its argument, else what the active tab shows. */
export function activeUri(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return input.uri;
  return vscode.window.activeTextEditor?.document.uri;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}
