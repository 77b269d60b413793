import { describe, expect, it } from 'vitest';
import { Budget, budgetStateSchema } from '../../../../src/core/train/callbacks/budget';

const clockOf = (): { ms: number; now: () => number } => {
  const clock = { ms: 1_000_000, now: () => clock.ms };
  return clock;
};

describe('Budget', () => {
  it('ends after so many steps', () => {
    const budget = new Budget({ maxSteps: 3 }, clockOf());
    expect([1, 2, 3, 4].map((step) => budget.exceeded(step))).toEqual([
      undefined,
      undefined,
      'steps',
      'steps',
    ]);
  });

  it('ends after so many minutes, over all sessions and without pauses', () => {
    const clock = clockOf();
    const first = new Budget({ maxMinutes: 2 }, clock);
    clock.ms += 60_000;
    first.pause();
    clock.ms += 999_000;
    first.resume();
    clock.ms += 30_000;
    expect(first.exceeded(1)).toBeUndefined();
    const saved = budgetStateSchema.parse(JSON.parse(JSON.stringify(first.save())));
    expect(saved).toEqual({ elapsedMs: 90_000 });
    clock.ms += 999_000;
    const second = new Budget({ maxMinutes: 2 }, clock, saved);
    clock.ms += 29_999;
    expect(second.exceeded(1)).toBeUndefined();
    clock.ms += 1;
    expect(second.exceeded(1)).toBe('minutes');
  });

  it('gains nothing from a clock that is set back', () => {
    const clock = clockOf();
    const budget = new Budget({ maxMinutes: 1 }, clock);
    clock.ms += 50_000;
    budget.exceeded(1);
    clock.ms -= 500_000;
    budget.exceeded(1);
    clock.ms += 10_000;
    expect(budget.exceeded(1)).toBe('minutes');
  });

  it('has no end without limits', () => {
    const clock = clockOf();
    const budget = new Budget({}, clock);
    clock.ms += 1e12;
    expect(budget.exceeded(1e9)).toBeUndefined();
  });
});
