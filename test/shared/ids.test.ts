import { describe, expect, it } from 'vitest';
import { createRunId, isRunId } from '../../src/shared/ids';

const AT = Date.UTC(2026, 10, 24, 9, 30, 12);

describe('a run id', () => {
  it('is the time in UTC, the name and a random part', () => {
    expect(createRunId(AT, 'Penguins Species', '4f0a1c')).toBe('20261124-093012-penguins-species-4f0a1c');
  });

  it('sorts by time', () => {
    const ids = [AT, AT + 1000, AT + 86_400_000, AT + 31 * 86_400_000].map((now) =>
      createRunId(now, 'a', 'ffffff'),
    );
    expect([...ids].reverse().sort()).toEqual(ids);
  });

  it.each([
    ['', 'run'],
    ['数据', 'run'],
    ['../../etc/passwd', 'etc-passwd'],
    ['Café Größe', 'cafe-gro-e'],
    ['résumé', 'resume'],
    ['--a__b--', 'a-b'],
    ['CON', 'con'],
    [`${'a'.repeat(39)} tail`, 'a'.repeat(39)],
    ['x'.repeat(200), 'x'.repeat(40)],
  ])('of %j is safe as a folder name: %s', (name, slug) => {
    const id = createRunId(AT, name, 'abcdef0123');
    expect(id).toBe(`20261124-093012-${slug}-abcdef`);
    expect(isRunId(id)).toBe(true);
  });

  it.each([
    '',
    'x',
    '..',
    '20261124-093012-a-4f0a1c/..',
    '20261124-093012-a-4f0a1c.partial',
    '20261124-093012-A-4f0a1c',
    '20261124-093012-a-4f0a1c\n',
  ])('is not %j', (text) => expect(isRunId(text)).toBe(false));
});
