// Kept recipes: one a file, gone when empty, dropped with a word in the log when they cannot be read.
import { describe, expect, it } from 'vitest';
import { draftSchema } from '../../../../src/shared/protocol/view';
import { DraftStore } from '../../../../src/extension/views/preprocess/draftStore';

function store(source = 'file:///x.csv', kept = new Map<string, unknown>()) {
  const log: string[] = [];
  const memory = {
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, value);
    },
  };
  return { drafts: new DraftStore(memory, source, { warn: (line) => void log.push(line) }), kept, log };
}

const empty = draftSchema.parse({ steps: [], reading: {} });

describe('kept recipes', () => {
  it('are one a file, and an empty one takes no place', async () => {
    const { drafts, kept } = store();
    const draft = draftSchema.parse({ steps: [{ step: 'shuffle' }], reading: { delimiter: ';' } });
    await drafts.keep(draft);
    expect(drafts.load()).toEqual(draft);
    expect(store('file:///y.csv', kept).drafts.load()).toEqual(empty);
    await drafts.keep(empty);
    expect(kept.size).toBe(0);
  });

  it.each([
    ['of an unknown step', { steps: [{ step: 'fly' }], reading: {} }],
    ['of another shape', 'text'],
    ['without a reading', { steps: [] }],
  ])('%s are dropped with a line in the log', (_, damaged) => {
    const kept = new Map<string, unknown>([['modelBench.draft:file:///x.csv', damaged]]);
    const { drafts, log } = store(undefined, kept);
    expect(drafts.load()).toEqual(empty);
    expect(log).toHaveLength(1);
    expect(log[0]).not.toContain('\n');
    expect(kept.size).toBe(0);
    expect(drafts.load()).toEqual(empty);
    expect(log).toHaveLength(1);
  });
});
