import { describe, expect, it } from 'vitest';
import type { ScoredBaseline } from '../../../src/core/report/baselineScores';
import { scoreNetwork, type ScoredRows } from '../../../src/core/report/scoredRows';
import { verdictOf, type VerdictInput } from '../../../src/core/report/verdict';
import { plainScores } from '../../../src/core/report/intervals';
import type { HeldOutName, Verdict } from '../../../src/shared/schema/report';
import { breathe, TARGETS } from './support';

/** Of two classes, a logit a row: `right` of the rows are. */
function rowsOf(rows: number, right: number): ScoredRows {
  const y = Float32Array.from({ length: rows }, (_, i) => i % 2);
  const outputs = Float32Array.from(y, (label, i) => (i < right === (label === 1) ? 2 : -2));
  return scoreNetwork({
    target: TARGETS.binary,
    loss: { type: 'binaryCrossEntropy', labelSmoothing: 0 },
    outputActivation: 'sigmoid',
    outputs,
    y,
    rows,
    width: 1,
  });
}

type Rows = Partial<Record<HeldOutName, ScoredRows>>;

function baseline(kind: 'constant' | 'linear' | 'boostedTrees', scored: Rows): ScoredBaseline {
  const scores = Object.fromEntries(Object.entries(scored).map(([name, rows]) => [name, plainScores(rows)]));
  return {
    report: { state: 'fitted', kind, name: kind, description: '', fittedOnRows: 1, fitMs: 0, ...scores },
    scored,
  };
}

async function decide(
  network: Rows,
  baselines: ScoredBaseline[],
  more: Partial<VerdictInput> = {},
): Promise<Verdict> {
  return verdictOf({
    primary: 'accuracy',
    network,
    intervals: Object.fromEntries(Object.entries(network).map(([name, rows]) => [name, plainScores(rows)])),
    baselines,
    tried: { configs: 1, testLooks: 1 },
    seed: 1,
    breathe,
    ...more,
  });
}

describe('the verdict', () => {
  it('takes its rival from the validation rows, though another is best on the test rows', async () => {
    const verdict = await decide({ validation: rowsOf(200, 190), test: rowsOf(200, 180) }, [
      baseline('constant', { validation: rowsOf(200, 100), test: rowsOf(200, 100) }),
      baseline('linear', { validation: rowsOf(200, 160), test: rowsOf(200, 120) }),
      baseline('boostedTrees', { validation: rowsOf(200, 150), test: rowsOf(200, 200) }),
    ]);
    expect(verdict).toMatchObject({ baseline: 'linear', split: 'test', outcome: 'better' });
    expect(verdict.difference?.value).toBeCloseTo((180 - 120) / 200, 12);
    expect(verdict.text).toBe(
      'Test Accuracy 0.9 against linear 0.6 (best of 3 baselines on validation): the network is better by 0.30 ± 0.06.',
    );
  });

  it('finds no evidence in a difference that chance would make, and says when the network is worse', async () => {
    const near = [baseline('linear', { validation: rowsOf(200, 180), test: rowsOf(200, 179) })];
    const tied = await decide({ validation: rowsOf(200, 180), test: rowsOf(200, 180) }, near);
    expect(tied.outcome).toBe('noEvidence');
    expect(tied.text).toMatch(
      /^Test Accuracy .* \(the only baseline\): no evidence that the network helps\.$/,
    );
    const worse = await decide({ validation: rowsOf(200, 180), test: rowsOf(200, 120) }, near);
    expect(worse.outcome).toBe('worse');
    expect(worse.difference?.high).toBeLessThan(0);
  });

  it('knows which way a metric is better', async () => {
    const rows = { validation: rowsOf(200, 190), test: rowsOf(200, 190) };
    const rival = [baseline('linear', { validation: rowsOf(200, 120), test: rowsOf(200, 120) })];
    const verdict = await decide(rows, rival, { primary: 'logLoss' });
    // log(1 + e^-2) a right row, log(1 + e^2) a wrong one: 2 more.
    expect(verdict.difference?.value).toBeCloseTo((-2 * 70) / 200, 6);
    expect(verdict.outcome).toBe('better');
  });

  it('is of validation rows where the test stays sealed, and says that they chose the epoch', async () => {
    const verdict = await decide({ validation: rowsOf(100, 90) }, [
      baseline('constant', { validation: rowsOf(100, 50) }),
    ]);
    expect(verdict).toMatchObject({ split: 'validation', outcome: 'better' });
    expect(verdict.cautions).toEqual([
      'Validation rows chose the best epoch: the score is a little optimistic.',
    ]);
  });

  it('counts how often the rows were looked at', async () => {
    const rows = { validation: rowsOf(100, 90), test: rowsOf(20, 18) };
    const verdict = await decide(rows, [], { tried: { configs: 12, testLooks: 3 } });
    expect(verdict).toMatchObject({ outcome: 'unknown', triedConfigs: 12, testLooks: 3 });
    expect(verdict.cautions).toEqual([
      'Only 20 test rows: chance decides much.',
      '12 configs were tried on these validation rows: the validation score of the best one is optimistic.',
      'The test rows were looked at 3 times: who chooses among runs by them has no unseen rows left.',
    ]);
  });

  it('cannot tell without rows, without a baseline, or where the metric is not defined', async () => {
    expect(await decide({}, [])).toMatchObject({ outcome: 'unknown', cautions: [] });
    const rows = { test: rowsOf(100, 90) };
    expect((await decide(rows, [])).text).toBe('Test Accuracy 0.9; there is no baseline beside it.');
    const undefinedHere = await decide(rows, [], { primary: 'top3Accuracy' });
    expect(undefinedHere.text).toBe('Top-3 accuracy is not defined on the 100 test rows.');
  });

  it('without validation rows takes the linear baseline, by rule', async () => {
    const verdict = await decide({ test: rowsOf(200, 180) }, [
      baseline('constant', { test: rowsOf(200, 100) }),
      baseline('linear', { test: rowsOf(200, 120) }),
      baseline('boostedTrees', { test: rowsOf(200, 200) }),
    ]);
    expect(verdict).toMatchObject({ baseline: 'linear', outcome: 'better' });
    expect(verdict.text).toContain('none could be chosen on validation');
  });
});
