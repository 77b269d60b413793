// Owns the writing of a new config beside its CSV. Never replaces a file.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { freeExperimentUri, loadExperiment, type LoadedExperiment } from '../experiments';
import type { Services } from '../services';
import { withCancel } from '../ui';

/** Scaffolds and writes the config; it does not exist before, so nothing can be lost. */
export async function createExperiment(
  services: Services,
  csv: vscode.Uri,
  target: string,
): Promise<LoadedExperiment> {
  const uri = await freeExperimentUri(csv, target);
  const { text } = await withCancel(vscode.l10n.t('Writing {0}', path.basename(uri.path)), () =>
    services.data.request('scaffold', {
      path: csv.fsPath,
      relativePath: path.basename(csv.path),
      target,
    }),
  );
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return loadExperiment(uri);
}
