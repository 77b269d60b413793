// Owns CSV files of a test: written to a temporary folder, removed afterwards.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openCsv, type CsvSource, type OpenCsvOptions } from '../../../src/core/data/csvSource';

export interface CsvFolder {
  write(content: string | Buffer, name?: string): Promise<string>;
  open(content: string | Buffer, name?: string, options?: OpenCsvOptions): Promise<CsvSource>;
}

/** Call once at the top of a test file. */
export function csvFolder(): CsvFolder {
  let folder: Promise<string> | undefined;
  let count = 0;
  const opened: CsvSource[] = [];
  afterAll(async () => {
    for (const source of opened) source.close();
    if (folder !== undefined) await rm(await folder, { recursive: true });
  });
  const write = async (content: string | Buffer, name = `table${count++}.csv`): Promise<string> => {
    folder ??= mkdtemp(join(tmpdir(), 'model-bench-test-'));
    const path = join(await folder, name);
    await writeFile(path, content);
    return path;
  };
  return {
    write,
    async open(content, name, options) {
      const source = await openCsv(await write(content, name), options);
      opened.push(source);
      return source;
    },
  };
}
