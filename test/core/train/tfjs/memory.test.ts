// That no legal network asks for memory that is not there.
import { describe, expect, it } from 'vitest';
import { planModel, type ModelPlan } from '../../../../src/core/model/plan';
import { requireFits, rowsPerBlock } from '../../../../src/core/train/tfjs/memory';
import { experimentOf } from '../support';

const GB = 2 ** 30;

function planOf(units: readonly number[], inputWidth = 10): ModelPlan {
  const layers = units.map((count) => ({ type: 'dense', units: count }));
  return planModel({ experiment: experimentOf('binary', layers), inputWidth, outputWidth: 1 });
}

describe('rowsPerBlock', () => {
  it('is bounded by the widest layer of a common network', () => {
    expect(rowsPerBlock(planOf([128, 64]), 2 ** 21)).toBe(2 ** 21 / 128);
  });

  it('is bounded by all layers of a deep one: 150 of 64 aborted WebAssembly at 32,768 rows', () => {
    const rows = rowsPerBlock(planOf(Array.from({ length: 150 }, () => 64)), 2 ** 21);
    expect(rows * 150 * 64 * 6 * 4).toBeLessThan(0.52 * GB);
    expect(rows).toBeGreaterThan(1000);
  });

  it('is a row at least', () => {
    expect(rowsPerBlock(planOf(Array.from({ length: 300 }, () => 65_536)), 1)).toBe(1);
  });
});

describe('requireFits', () => {
  it('lets pass what fits', () => {
    expect(() => requireFits(planOf([1024, 1024]), 'wasm', GB)).not.toThrow();
    expect(() => requireFits(planOf([65_536]), 'wasm', 8 * GB)).not.toThrow();
  });

  it('refuses weights beyond the memory of the machine', () => {
    expect(() => requireFits(planOf([65_536, 65_536]), 'cpu', 64 * GB)).toThrow(
      expect.objectContaining({
        code: 'config.modelTooLarge',
        message:
          'model.layers: 4,295,819,265 weights need about 160 GB of memory, but this machine has 64 GB. Use fewer units.',
      }),
    );
  });

  it('refuses a layer beyond the 32-bit addresses of WebAssembly, where another backend would do', () => {
    const plan = planOf([20_000, 20_000]);
    expect(() => requireFits(plan, 'cpu', 64 * GB)).not.toThrow();
    expect(() => requireFits(plan, 'wasm', 64 * GB)).toThrow(
      expect.objectContaining({ code: 'config.modelTooLarge' }),
    );
  });
});
