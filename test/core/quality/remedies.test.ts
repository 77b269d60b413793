// What a check offers takes its finding away: each remedy is done to the planted file, and the file is checked again.
import { describe, expect, it } from 'vitest';
import { QUALITY_CHECKS, type QualityCheckId, type Remedy } from '../../../src/shared/schema/quality';
import { recipeStepSchema } from '../../../src/shared/schema/recipeSteps';
import { csvFolder } from '../data/tempCsv';
import { CASES, CLEAN, type Plant } from './cases';
import { applySteps, findingsOf } from './support';

const folder = csvFolder();

/** The findings of the same columns after one remedy; undefined for one that changes neither table nor split. */
async function leftAfter(remedy: Remedy, id: QualityCheckId, plant: Plant): Promise<string[] | undefined> {
  const { csv, target = CLEAN.target, split } = plant;
  if (remedy.kind === 'classWeights') return undefined;
  if (remedy.kind === 'split') {
    return (await findingsOf(folder, csv, id, { target, split: remedy.split })).map(({ message }) => message);
  }
  const steps =
    remedy.kind === 'steps'
      ? remedy.steps
      : [recipeStepSchema.parse({ step: 'dropColumns', columns: [remedy.column] })];
  const after = await applySteps(await folder.write(csv), steps, { target, split });
  return (await findingsOf(folder, after, id, { target, split })).map(({ message }) => message);
}

describe('the remedies', () => {
  it.each(QUALITY_CHECKS)('of %s remove its finding', async (id) => {
    const plant = CASES[id];
    const [finding] = await findingsOf(folder, plant.csv, id, {
      target: plant.target ?? CLEAN.target,
      split: plant.split,
    });
    const left = await Promise.all(
      (finding?.remedies ?? []).map(async (remedy) => [remedy.label, await leftAfter(remedy, id, plant)]),
    );
    expect(left.filter(([, messages]) => messages !== undefined && messages.length > 0)).toEqual([]);
    expect(left.length).toBeGreaterThan(0);
  });
});
