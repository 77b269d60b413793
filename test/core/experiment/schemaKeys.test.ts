// Which keys may be written where.
import { describe, expect, it } from 'vitest';
import { experimentJsonSchema, keysAt } from '../../../src/core/experiment/schemaKeys';

describe('keys at a place', () => {
  it('are those of the top', () => {
    expect(keysAt([], {})).toEqual(expect.arrayContaining(['name', 'data', 'features', 'split', 'training']));
  });

  it('are those of the variant that is written', () => {
    const config = { features: [{ type: 'number' }, { type: 'text' }], split: { method: 'column' } };
    expect(keysAt(['features', 0], config)).toEqual([
      'column',
      'type',
      'use',
      'missing',
      'scale',
      'description',
    ]);
    expect(keysAt(['features', 1], config)).toContain('maxTerms');
    expect(keysAt(['features', 1], config)).not.toContain('scale');
    expect(keysAt(['split'], config)).toEqual(['method', 'column', 'description']);
  });

  it('are those of all variants while none is written', () => {
    expect(keysAt(['split'], { split: {} })).toEqual(expect.arrayContaining(['column', 'seed', 'test']));
  });

  it('are none where the schema has no such place', () => {
    expect(keysAt(['training', 'nothing', 0], {})).toEqual([]);
    expect(keysAt(['training', 'constructor'], { training: null })).toEqual([]);
    expect(keysAt(['features', 'x'], { features: 3 })).toEqual([]);
  });

  it('come from a schema that says what may be left out', () => {
    expect(experimentJsonSchema()).toMatchObject({
      required: ['name', 'data', 'features', 'split', 'model', 'training'],
      additionalProperties: false,
    });
  });
});
