// What a killed data process leaves beside an export is removed, and nothing else.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { produceFileAtomic } from '../../../../src/core/runs/atomicFile';
import { removeDeadPartials } from '../../../../src/extension/views/preprocess/partials';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'model-bench-partials-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

// Above any system's largest pid.
const DEAD = 2 ** 30;

it('unfinished files of dead writers go; those of living ones and all others stay', async () => {
  const output = path.join(folder, 'out+(1).csv');
  const write = (name: string): void => fs.writeFileSync(path.join(folder, name), '');
  const stay = [
    'out+(1).csv',
    'out+(1).csv.1.partial',
    `other.csv.${DEAD}-1.partial`,
    `out+(1).csv.${DEAD}-1.txt`,
  ];
  for (const name of [...stay, `out+(1).csv.${DEAD}-1.partial`, `out+(1).csv.${DEAD}-2.partial.utf8`])
    write(name);
  await produceFileAtomic(output, async (partial) => {
    fs.writeFileSync(partial, 'whole');
    await removeDeadPartials(output);
  });
  expect(fs.readdirSync(folder).sort()).toEqual([...stay].sort());
  expect(fs.readFileSync(output, 'utf8')).toBe('whole');
});

it('a folder that is gone is no fault', async () => {
  await removeDeadPartials(path.join(folder, 'gone', 'out.csv'));
});
