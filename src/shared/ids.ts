// Owns the form of a run id: sortable by time, safe as a folder name on every system.

const RUN_ID = /^\d{8}-\d{6}-[0-9a-z-]{1,40}-[0-9a-f]{6}$/;

/**
 * @param now milliseconds since the epoch, UTC
 * @param name the experiment's name; reduced to [a-z0-9-]
 * @param random six or more hexadecimal digits
 * @returns e.g. `20261124-093012-penguins-4f0a1c`
 */
export function createRunId(now: number, name: string, random: string): string {
  const iso = new Date(now).toISOString();
  const stamp = `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 19).replaceAll(':', '')}`;
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '') // the accent of an e, so that the e is left
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replaceAll(/-+$/g, '');
  return `${stamp}-${slug === '' ? 'run' : slug}-${random.slice(0, 6)}`;
}

export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}
