// The embedded database: an answer is whole or an error, and names reach a file as they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sqlName, type Database } from '../../../src/core/data/database';

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.dispose());

describe('a large answer', () => {
  it('comes in chunks, all of it, in order', async () => {
    const seen: number[] = [];
    await database.stream('SELECT range::DOUBLE FROM range(10000)', (chunk) => {
      seen.push(...chunk.getColumnValues(0).map(Number));
    });
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it('that fails behind its first rows is an error, never a shorter answer', async () => {
    let rows = 0;
    const sql = `SELECT CASE WHEN range < 2900000 THEN 1 ELSE error('no more') END FROM range(3000000)`;
    const asked = database.stream(sql, (chunk) => void (rows += chunk.rowCount));
    await expect(asked).rejects.toThrow('no more');
    expect(rows).toBeGreaterThan(0);
    expect(await database.rows('SELECT 1')).toEqual([[1]]);
  });

  it('that is cancelled while the database is at work is no answer', async () => {
    const abort = new AbortController();
    const sql = 'SELECT md5(range::VARCHAR) FROM range(50000000)';
    const asked = database.stream(sql, () => abort.abort(), { signal: abort.signal });
    await expect(asked).rejects.toMatchObject({ code: 'internal.cancelled' });
    const later = new AbortController();
    setTimeout(() => later.abort(), 30);
    const slow = 'SELECT count(*) FROM range(1000000000) WHERE md5(range::VARCHAR) = md5(1::VARCHAR)';
    await expect(database.stream(slow, () => undefined, { signal: later.signal })).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
  });
});

it('answers over another line while the first is at work, from the same tables', async () => {
  const first = await openDatabase();
  await first.rows('CREATE TABLE t AS SELECT 42 AS x');
  const second = await first.another();
  let isDone = false;
  const slow = first
    .rows('SELECT count(*) FROM range(3000000) WHERE md5(range::VARCHAR) = md5(1::VARCHAR)')
    .then(() => (isDone = true));
  expect(await second.rows('SELECT x FROM t')).toEqual([[42]]);
  expect(isDone).toBe(false);
  await slow;
  first.dispose();
  expect(await second.rows('SELECT x FROM t')).toEqual([[42]]);
  second.dispose();
  await expect(second.rows('SELECT 1')).rejects.toMatchObject({ code: 'internal.cancelled' });
});

it('quotes names, also those with quotes and NUL', async () => {
  const names = ['a"b', 'x y', "it's", 'n\0ul'];
  const selected = names.map((name, i) => `${i} AS ${sqlName(name)}`).join(', ');
  const described = await database.rows(`SELECT column_name FROM (DESCRIBE SELECT ${selected})`);
  expect(described.flat()).toEqual(['a"b', 'x y', "it's", 'n\uFFFDul']);
});

it('starts with little memory and gives more to what cannot do with it', async () => {
  const limit = async (): Promise<unknown> =>
    (await database.rows(`SELECT current_setting('memory_limit')`))[0]?.[0];
  const before = await limit();
  expect(before).toMatch(/MiB|GiB/);
  await database.rows(`SET memory_limit = '32MiB'`);
  // 48 MB that no query can spill.
  const sql = 'SELECT len(list(range)) FROM range(6000000)';
  expect(await database.rows(sql)).toEqual([[6_000_000n]]);
  await database.rows(`SET memory_limit = '32MiB'`);
  const seen: unknown[] = [];
  await database.stream(sql, (chunk) => void seen.push(...chunk.getColumnValues(0)));
  expect(seen).toEqual([6_000_000n]);
  expect(await limit()).toBe(before);
});
