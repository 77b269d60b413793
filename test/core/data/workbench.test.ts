// Parts beside the rows of a large file: looked up, not joined, each row gets its own and the rows keep their order.
import { expect, it } from 'vitest';
import { createWorkbench } from '../../../src/core/data/workbench';
import { csvFolder } from './tempCsv';

const csv = csvFolder();

it('gives each row of a large file its part, over many pieces of bits', async () => {
  const count = 140_001;
  const text = `a\n${Array.from({ length: count }, (_, i) => i).join('\n')}\n`;
  const source = await csv.open(text, undefined, { largeBytes: 0 });
  const { database, relation } = await source.relation({ numbers: ['a'] });
  const workbench = createWorkbench(database);
  const parts = Uint8Array.from({ length: count }, (_, i) => (i * 7919) % 4);
  const parted = await workbench.withParts(relation, parts);
  expect(parted.isSplit).toBe(true);
  expect(await workbench.readParts(parted)).toEqual(parts);
  const [same] = await database.rows(
    `SELECT count(*) FILTER (WHERE c0 = rid AND rid = ord) FROM ${parted.from}`,
  );
  expect(Number(same?.[0])).toBe(count);
  // Over more segments, the place of a part is its row all the same.
  const [found] = await database.rows(`SELECT part FROM ${parted.from} WHERE rid = 131072`);
  expect(Number(found?.[0])).toBe((131_072 * 7919) % 4);
  workbench.dispose();
});
