// What a check offers takes its finding away: each remedy is done to the planted file, and the file is checked again.
import { describe, expect, it } from 'vitest';
import {
  QUALITY_CHECKS,
  type QualityCheckId,
  type QualityFinding,
  type Remedy,
} from '../../../src/shared/schema/quality';
import { csvFolder } from '../data/tempCsv';
import { CASES, CLEAN, VARIANTS, type Plant } from './cases';
import { applySteps, findingsOf } from './support';

const folder = csvFolder();

/**
 * What is still found after one remedy; undefined for one that changes neither table nor split. Not learning from a
 * column is dropping it as far as a model goes, which is offered beside it.
 */
async function leftAfter(remedy: Remedy, id: QualityCheckId, plant: Plant): Promise<string[] | undefined> {
  const { csv, target = CLEAN.target, split } = plant;
  switch (remedy.kind) {
    case 'classWeights':
    case 'ignoreFeature':
      return undefined;
    case 'split':
      return messages(await findingsOf(folder, csv, id, { target, split: remedy.split }));
    case 'steps': {
      const after = await applySteps(await folder.write(csv), remedy.steps, { target, split });
      return messages(await findingsOf(folder, after, id, { target, split }));
    }
  }
}

function messages(findings: readonly QualityFinding[]): string[] {
  return findings.map(({ message }) => message);
}

async function expectRemoved(id: QualityCheckId, plant: Plant): Promise<void> {
  const { csv, target = CLEAN.target, split } = plant;
  const [finding] = await findingsOf(folder, csv, id, { target, split });
  const left = await Promise.all(
    (finding?.remedies ?? []).map(
      async (remedy) => [remedy.label, await leftAfter(remedy, id, plant)] as const,
    ),
  );
  const tried = left.filter(([, found]) => found !== undefined);
  expect(tried).toEqual(tried.map(([label]) => [label, []]));
  expect(tried.length).toBeGreaterThan(0);
}

describe('the remedies', () => {
  it.each(QUALITY_CHECKS)('of %s remove its finding', (id) => expectRemoved(id, CASES[id]));

  it.each(VARIANTS)('of %s remove it from %s', (id, _, plant) => expectRemoved(id, plant));
});
