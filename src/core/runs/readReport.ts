// Owns reading the report of a run from its folder.
import * as fs from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { BenchError, toErrorData } from '../../shared/errors';
import { runReportSchema, type RunReport } from '../../shared/schema/report';
import { runPaths } from './runFolder';

/** Undefined for a run that has none: it goes on, it failed, or it is older than reports are. @throws BenchError 'run.unreadable' */
export async function readReport(folder: string): Promise<RunReport | undefined> {
  const file = runPaths(folder).report;
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new BenchError('run.unreadable', l10n.t('Cannot read {0}: {1}', file, toErrorData(error).message), {
      cause: error,
    });
  }
  try {
    return runReportSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new BenchError('run.unreadable', l10n.t('{0} is damaged or of another version.', file), {
      cause: error,
    });
  }
}
