// Owns how many rows a relation has.
import type { Database, QueryOptions } from './database';
import type { Relation } from './relation';

export async function countRows(
  { from }: Pick<Relation, 'from'>,
  { database, signal }: Pick<QueryOptions, 'signal'> & { readonly database: Database },
): Promise<number> {
  const [row] = await database.rows(`SELECT count(*) FROM ${from}`, { signal });
  return Number(row?.[0] ?? 0);
}
