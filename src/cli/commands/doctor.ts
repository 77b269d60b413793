// Owns `doctor`: what this machine offers for training, each part tried, each refusal with its reason.
import * as os from 'node:os';
import * as l10n from '@vscode/l10n';
import { toErrorData } from '../../shared/errors';
import { formatBytes } from '../../shared/format';
import { chooseBackend } from '../../core/backend/ladder';
import { openDatabase } from '../../core/data/database';
import { clock, wasmFolder } from '../context';
import { EXIT_FAILED, EXIT_OK, print, printJson, table } from '../output';

async function duckdbVersion(): Promise<string> {
  const database = await openDatabase();
  try {
    return String((await database.rows('SELECT version()'))[0]?.[0]);
  } finally {
    database.dispose();
  }
}

export async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const duckdb = await duckdbVersion().then(
    (version) => ({ ok: true, text: version }),
    (error: unknown) => ({ ok: false, text: toErrorData(error).message }),
  );
  const { chosen, rungs } = await chooseBackend({
    requested: 'auto',
    wasmDir: wasmFolder,
    clock,
    tryAll: true,
  });
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: `${os.cpus().length} x ${os.cpus()[0]?.model.trim() ?? '?'}`,
    memoryBytes: os.totalmem(),
  };
  if (json) {
    printJson({ event: 'doctor', ...machine, duckdb, backend: chosen, rungs });
  } else {
    print(
      table([
        ['Node', machine.node],
        [l10n.t('platform'), machine.platform],
        [l10n.t('processor'), machine.cpu],
        [l10n.t('memory'), formatBytes(machine.memoryBytes)],
        ['DuckDB', duckdb.ok ? duckdb.text : `${l10n.t('not usable')}: ${duckdb.text}`],
      ]),
    );
    print();
    print(l10n.t('Backends, fastest first; training uses {0}:', chosen));
    print(table(rungs.map(({ backend, state, reason }) => [`  ${backend}`, state, reason])));
  }
  return duckdb.ok ? EXIT_OK : EXIT_FAILED;
}
