// Holds which configs are what a data tab asks for, so that Train with This Recipe makes no second one.
import { describe, expect, it } from 'vitest';
import { followsDraft } from '../../../src/extension/commands/followsDraft';
import { draftSchema, type RecipeDraft } from '../../../src/shared/protocol/view';
import { experimentSchema, type Experiment } from '../../../src/shared/schema/experiment';

const draft = (change: Record<string, unknown> = {}): RecipeDraft =>
  draftSchema.parse({ steps: [{ step: 'trim', columns: ['city'] }], reading: {}, ...change });
const config = (reading: Record<string, unknown> = {}, features?: unknown[]): Experiment =>
  experimentSchema.parse({
    name: 'e',
    data: { path: 'a.csv', reading, target: { column: 'y', task: 'binary' } },
    recipe: [{ step: 'trim', columns: ['city'] }],
    features: features ?? [{ column: 'city', type: 'category' }],
    split: { method: 'random', validation: 0.2, test: 0.2, seed: 1 },
    model: { layers: [] },
    training: { optimizer: { type: 'adam' }, batchSize: 8, epochs: 1, seed: 1, classWeights: 'balanced' },
  });

describe('a config', () => {
  it('follows a draft of the same steps and the same reading', () => {
    expect(followsDraft(config(), draft())).toBe(true);
    expect(followsDraft(config(), draft({ steps: [] }))).toBe(false);
    expect(followsDraft(config({ delimiter: ';' }), draft())).toBe(false);
  });

  it('follows one that leaves the encoding open, which only the config says', () => {
    expect(followsDraft(config({ encoding: 'gb18030' }), draft())).toBe(true);
    expect(followsDraft(config({ encoding: 'gb18030' }), draft({ reading: { encoding: 'big5' } }))).toBe(
      false,
    );
    expect(followsDraft(config(), draft({ reading: { encoding: 'big5' } }))).toBe(false);
  });

  it('follows one with a split or class weights only if it has them', () => {
    const split = { method: 'random', validation: 0.2, test: 0.2, seed: 1 };
    expect(followsDraft(config(), draft({ split, classWeights: true }))).toBe(true);
    expect(followsDraft(config(), draft({ split: { ...split, seed: 2 } }))).toBe(false);
  });

  it('follows one that does not learn from a column only if it does not either', () => {
    const ignored = draft({ ignored: ['id'] });
    const city = { column: 'city', type: 'category' };
    expect(followsDraft(config({}, [city, { column: 'id', type: 'category' }]), ignored)).toBe(false);
    expect(followsDraft(config({}, [city, { column: 'id', type: 'category', use: false }]), ignored)).toBe(
      true,
    );
    expect(followsDraft(config({}, [city, { column: 'id', type: 'id' }]), ignored)).toBe(true);
    expect(followsDraft(config({}, [city]), ignored)).toBe(true);
  });
});
