// A config written without its defaults: it parses to the same, and nothing more can be left out.
import { describe, expect, it } from 'vitest';
import { compactConfig } from '../../../src/core/experiment/compactConfig';
import { PRESETS } from '../../../src/core/model/presets';
import { modelSchema } from '../../../src/shared/schema/model';
import { trainingSchema } from '../../../src/shared/schema/training';

describe('compactConfig', () => {
  it('keeps what differs from its default, at any depth', () => {
    const model = modelSchema.parse({
      layers: [
        { type: 'dense', units: 8, activation: 'relu', l2: 0 },
        {
          type: 'residual',
          layers: [{ type: 'dense', units: 4, activation: 'tanh', initializer: 'heNormal' }],
        },
      ],
      output: { useBias: false },
    });
    expect(compactConfig(modelSchema, model)).toEqual({
      layers: [
        { type: 'dense', units: 8 },
        {
          type: 'residual',
          layers: [{ type: 'dense', units: 4, activation: 'tanh', initializer: 'heNormal' }],
        },
      ],
      output: { useBias: false },
    });
    expect(compactConfig(trainingSchema, trainingSchema.parse({}))).toEqual({});
  });

  it('writes what is asked for all the same', () => {
    const training = compactConfig(trainingSchema, trainingSchema.parse({}), ['learningRate', 'epochs']);
    expect(training).toEqual({ optimizer: { type: 'adam', learningRate: 0.001 }, epochs: 100 });
  });

  it.each(Object.entries(PRESETS))('parses to the same: %s', (_, { model, training }) => {
    const whole = modelSchema.parse(model);
    expect(modelSchema.parse(compactConfig(modelSchema, whole))).toEqual(whole);
    const trained = trainingSchema.parse(training);
    expect(trainingSchema.parse(compactConfig(trainingSchema, trained))).toEqual(trained);
  });
});
