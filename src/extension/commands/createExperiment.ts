// Owns the writing of a new config beside its CSV. Never replaces a file.
import * as path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import * as vscode from 'vscode';
import { parseExperiment } from '../../core/experiment/parseExperiment';
import type { RecipeDraft } from '../../shared/protocol/view';
import type { TargetCandidate } from '../../shared/schema/profile';
import { encodingSettingOf, freeExperimentUri, loadExperiment, type LoadedExperiment } from '../experiments';
import type { Services } from '../services';
import { withCancel } from '../ui';

/** A CSV, and the recipe and reading of its data tab when the command came from there. */
export interface CsvSource {
  readonly csv: vscode.Uri;
  readonly draft?: RecipeDraft | undefined;
}

/** Scaffolds and writes the config; it does not exist before, so nothing can be lost. */
export async function createExperiment(
  services: Services,
  source: CsvSource,
  target: string,
): Promise<LoadedExperiment> {
  const { csv, draft } = source;
  const uri = await freeExperimentUri(csv, target);
  const { text } = await withCancel(vscode.l10n.t('Writing {0}', path.basename(uri.path)), (signal) =>
    services.data.request(
      'scaffold',
      {
        ...fileOf(source),
        relativePath: path.basename(csv.path),
        target,
        ...(draft === undefined ? {} : { steps: draft.steps }),
        ...(draft?.split === undefined ? {} : { split: draft.split }),
        ...(draft?.ignored === undefined ? {} : { ignored: draft.ignored }),
      },
      { signal },
    ),
  );
  const complete = draft?.classWeights === true ? withClassWeights(text) : text;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(complete));
  return loadExperiment(uri);
}

/** Columns that can be predicted, best first. */
export function targetsOf(services: Services, source: CsvSource): Thenable<TargetCandidate[]> {
  return withCancel(vscode.l10n.t('Reading {0}', path.basename(source.csv.path)), (signal) =>
    services.data.request('targets', fileOf(source), { signal }),
  );
}

function fileOf({ csv, draft }: CsvSource): {
  path: string;
  reading?: RecipeDraft['reading'];
  defaultEncoding?: string;
} {
  const defaultEncoding = encodingSettingOf(csv);
  return {
    path: csv.fsPath,
    ...(draft === undefined ? {} : { reading: draft.reading }),
    ...(defaultEncoding === undefined ? {} : { defaultEncoding }),
  };
}

/** Only classes can be weighed: a number as target leaves the config as it is. */
function withClassWeights(text: string): string {
  const { experiment } = parseExperiment(text);
  if (experiment === undefined || experiment.data.target.task === 'regression') return text;
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return applyEdits(text, modify(text, ['training', 'classWeights'], 'balanced', { formattingOptions }));
}
