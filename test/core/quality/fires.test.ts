// Every check fires on what was planted for it and on nothing in a clean table.
import { describe, expect, it } from 'vitest';
import { QUALITY_CHECKS, type QualityCheckId } from '../../../src/shared/schema/quality';
import { csvFolder } from '../data/tempCsv';
import { CASES, CLEAN, VARIANTS, type Plant } from './cases';
import { check, findingsOf } from './support';

const folder = csvFolder();

describe('a clean table', () => {
  it('passes every check, none left out', async () => {
    const report = await check(await folder.open(CLEAN.csv), CLEAN);
    expect(
      report.checks.map((made) => [made.check, made.status, made.findings.map((f) => f.message)]),
    ).toEqual(QUALITY_CHECKS.map((id) => [id, 'pass', []]));
  });
});

describe('a planted fault', () => {
  it.each(QUALITY_CHECKS)('is found by %s, with its column, count and line', (id) =>
    expectFound(id, CASES[id]),
  );

  it.each(VARIANTS)('is found by %s: %s', (id, _, plant) => expectFound(id, plant));
});

async function expectFound(id: QualityCheckId, plant: Plant): Promise<void> {
  const { csv, columns, status, count, firstLine, target = CLEAN.target, split } = plant;
  const findings = await findingsOf(folder, csv, id, { target, split });
  expect(findings.map((finding) => [finding.status, finding.columns])).toEqual([[status, columns]]);
  const [finding] = findings;
  if (count !== undefined) expect(finding?.count).toBe(count);
  if (firstLine !== undefined) expect(finding?.rows[0]?.line).toBe(firstLine);
  expect(finding?.message).toMatch(/\d/);
  expect(finding?.remedies.length).toBeGreaterThan(0);
}
