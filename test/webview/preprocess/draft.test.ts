// Holds the edits of a recipe: where steps may stand, and what remedies do.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Remedy } from '../../../src/shared/schema/quality';
import {
  allowedPosition,
  applyRemedy,
  isApplied,
  moveStep,
  removeStep,
  withIgnored,
  withTarget,
} from '../../../webview/preprocess/draft';
import { listedSteps } from '../../../webview/preprocess/listedSteps';
import { DEDUPE, draftOf, FILL, SCALE, step, TRIM } from './example';

const steps = (at: 'start' | 'end', ...list: (typeof TRIM)[]): Remedy => ({
  kind: 'steps',
  label: 'r',
  steps: list,
  at,
});

describe('the place of a step', () => {
  it('is before the split for one that looks across rows', () => {
    expect(allowedPosition([TRIM, FILL, SCALE], DEDUPE, 3)).toBe(1);
    expect(allowedPosition([TRIM, FILL, SCALE], DEDUPE, 0)).toBe(0);
    expect(allowedPosition([TRIM, FILL], SCALE, 9)).toBe(2);
    // Steps that are off need no split.
    expect(allowedPosition([TRIM, { ...FILL, enabled: false }], DEDUPE, 2)).toBe(2);
  });

  it('changes by moving, and nothing is lost', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.integer({ min: -2, max: 6 }), (from, to) => {
        const all = [TRIM, DEDUPE, FILL, SCALE];
        const moved = moveStep(draftOf(all), from, to).steps.map((step) => step.step);
        const kinds = all.map((step) => step.step);
        const at = Math.min(3, Math.max(0, to));
        expect(moved[at]).toBe(kinds[from]);
        expect(moved.filter((kind) => kind !== kinds[from])).toEqual(
          kinds.filter((kind) => kind !== kinds[from]),
        );
      }),
    );
  });

  it('is given up by deleting', () => {
    expect(removeStep(draftOf([TRIM, FILL]), 0).steps).toEqual([FILL]);
  });
});

describe('a remedy', () => {
  it('repairs at the start, in the order of its steps', () => {
    const { draft, at } = applyRemedy(draftOf([SCALE]), steps('start', TRIM, FILL));
    expect(draft.steps).toEqual([TRIM, FILL, SCALE]);
    expect(at).toBe(1);
  });

  it('goes to the end, but before the split where it must', () => {
    expect(applyRemedy(draftOf([TRIM, SCALE]), steps('end', DEDUPE)).draft.steps).toEqual([
      TRIM,
      DEDUPE,
      SCALE,
    ]);
    expect(applyRemedy(draftOf([TRIM, SCALE]), steps('end', FILL))).toMatchObject({ at: 2 });
  });

  it('sets the split, weighs classes, or leaves a column out', () => {
    const split = { method: 'random', validation: 0.1, test: 0.1, seed: 3 } as const;
    expect(applyRemedy(draftOf([]), { kind: 'split', label: 'r', split }).draft.split).toEqual(split);
    expect(applyRemedy(draftOf([]), { kind: 'classWeights', label: 'r' }).draft.classWeights).toBe(true);
  });

  it('keeps a column that is not to be learnt from, under the name that the recipe gives it', () => {
    const ignore: Remedy = { kind: 'ignoreFeature', label: 'r', column: 'id' };
    const { draft, at } = applyRemedy(draftOf([TRIM]), ignore);
    expect(draft).toEqual(draftOf([TRIM], { ignored: ['id'] }));
    expect(at).toBeUndefined();
    expect(applyRemedy(draft, ignore).draft).toEqual(draft);
    const renamed = draftOf([step({ step: 'renameColumns', renames: [{ column: 'id', to: 'key' }] })]);
    expect(applyRemedy(renamed, ignore).draft.ignored).toEqual(['key']);
    expect(isApplied(applyRemedy(renamed, ignore).draft, ignore)).toBe(true);
    expect(isApplied(draftOf([], { ignored: ['id', 'other'] }), ignore)).toBe(true);
    expect(isApplied(renamed, ignore)).toBe(false);
    expect(withIgnored(draft, 'id', false)).toEqual(draftOf([TRIM]));
  });

  it('counts as applied while its steps are there and on, whatever their notes say', () => {
    const remedy = steps('start', TRIM);
    expect(isApplied(draftOf([]), remedy)).toBe(false);
    expect(isApplied(draftOf([{ ...TRIM, description: 'why' }]), remedy)).toBe(true);
    expect(isApplied(draftOf([{ ...TRIM, enabled: false }]), remedy)).toBe(false);
    const all: Remedy[] = [
      remedy,
      steps('end', FILL, DEDUPE),
      { kind: 'classWeights', label: 'r' },
      { kind: 'ignoreFeature', label: 'r', column: 'id' },
    ];
    for (const each of all) expect(isApplied(applyRemedy(draftOf([SCALE]), each).draft, each)).toBe(true);
  });
});

describe('a remedy for a column that the draft drops', () => {
  const drop = step({ step: 'dropColumns', columns: ['x'] });
  const clip = steps('end', step({ step: 'clip', columns: ['x'] }));

  it('has nothing to do, in whatever order both are taken', () => {
    expect(applyRemedy(draftOf([drop]), clip)).toEqual({ draft: draftOf([drop]), at: undefined });
    expect(isApplied(draftOf([drop]), clip)).toBe(true);
    expect(isApplied(draftOf([{ ...drop, enabled: false }]), clip)).toBe(false);
    const { steps: both } = applyRemedy(applyRemedy(draftOf([]), clip).draft, steps('end', drop)).draft;
    expect(both.map(({ step: kind }) => kind)).toEqual(['clip', 'dropColumns']);
  });

  it('is for the other columns alone', () => {
    const smote = step({ step: 'smote', columns: ['x', 'y'] });
    const { draft } = applyRemedy(draftOf([drop]), steps('end', smote));
    expect(draft.steps).toEqual([drop, { ...smote, columns: ['y'] }]);
    expect(isApplied(draft, steps('end', smote))).toBe(true);
  });
});

describe('the target', () => {
  it('is there or absent, never empty', () => {
    expect(withTarget(draftOf([]), 'age').target).toBe('age');
    expect('target' in withTarget(draftOf([], { target: 'age' }), undefined)).toBe(false);
    expect('target' in withTarget(draftOf([], { target: 'age' }), '')).toBe(false);
  });
});

describe('the list of steps', () => {
  const form = (at: number): Parameters<typeof listedSteps>[0]['form'] => ({
    kind: 'step',
    at,
    isNew: true,
    values: {},
    step: undefined,
    isTouched: false,
    columns: undefined,
  });

  it('has the split before the first step that learns', () => {
    expect(listedSteps({ draft: draftOf([TRIM, FILL]), form: undefined }).splitAt).toBe(1);
    expect(listedSteps({ draft: draftOf([TRIM]), form: undefined }).splitAt).toBe(1);
  });

  it('shows a step that is not whole yet where it will stand, the others with their own index', () => {
    const { steps: listed, splitAt } = listedSteps({ draft: draftOf([TRIM, FILL]), form: form(1) });
    expect(listed.map(({ index }) => index)).toEqual([0, -1, 1]);
    expect(splitAt).toBe(2);
    expect(listedSteps({ draft: draftOf([TRIM, FILL]), form: form(2) }).splitAt).toBe(1);
  });
});
