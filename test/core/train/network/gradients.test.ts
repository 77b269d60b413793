import { describe, expect, it } from 'vitest';
import { ACTIVATION_CASES, LAYER_CASES, LOSS_CASES } from './cases';
import { checkGradients, planOf } from './support';

describe('gradients are the slopes of the loss, by finite differences in float64', () => {
  it.each([...Object.entries(LAYER_CASES), ...ACTIVATION_CASES, ...LOSS_CASES])('%s', (_name, input) => {
    const { worst, at } = checkGradients(planOf(input));
    expect(worst, at).toBeLessThan(1e-8);
  });
});
