// Holds the order of a quality report, what is suggested first, and what the small facts of a preview are.
import { describe, expect, it } from 'vitest';
import type { QualityFinding, QualityReport, Remedy } from '../../../src/shared/schema/quality';
import { findSteps } from '../../../webview/preprocess/addStep';
import { applyRemedy } from '../../../webview/preprocess/draft';
import { sortReport, suggestions } from '../../../webview/preprocess/findings';
import { sampleProfile } from '../../../webview/preprocess/sampleProfile';
import { effectText, scopeText, splitText } from '../../../webview/preprocess/texts';
import { DEDUPE, draftOf, FILL, page, previewOf, step, summary, TRIM } from './example';

const remedy = (of: typeof TRIM): Remedy => ({ kind: 'steps', label: of.step, steps: [of], at: 'end' });
const finding = (status: QualityFinding['status'], remedies: Remedy[] = []): QualityFinding => ({
  check: 'constant',
  status,
  message: status,
  columns: [],
  rows: [],
  remedies,
});
const report = (...checks: Partial<QualityReport['checks'][number]>[]): QualityReport => ({
  path: '/a.csv',
  modifiedMs: 1,
  rows: 1,
  checks: checks.map((check) => ({ check: 'constant', title: 't', status: 'pass', findings: [], ...check })),
});

describe('a report', () => {
  it('shows the worst first and folds what passed', () => {
    const sorted = sortReport(
      report(
        { status: 'note', findings: [finding('note')] },
        { status: 'pass' },
        { status: 'skipped', reason: 'r' },
        { status: 'fail', findings: [finding('warn'), finding('fail')] },
      ),
    );
    expect(sorted.findings.map((each) => each.finding.status)).toEqual(['fail', 'warn', 'note']);
    expect([sorted.passed.length, sorted.skipped.length]).toEqual([1, 1]);
  });

  it('suggests the first remedy of the worst, none twice and none that is there', () => {
    const all = report(
      { findings: [finding('note', [remedy(TRIM)])] },
      { findings: [finding('fail', [remedy(FILL), remedy(TRIM)]), finding('warn', [remedy(DEDUPE)])] },
      { findings: [finding('warn', [remedy(FILL)])] },
    );
    const labels = (draft = draftOf([]), limit = 3): string[] =>
      suggestions(all, draft, limit).map((each) => each.remedy.label);
    expect(labels()).toEqual(['fillMissing', 'dropDuplicates', 'trim']);
    expect(labels(draftOf([]), 1)).toEqual(['fillMissing']);
    expect(labels(applyRemedy(draftOf([]), remedy(FILL)).draft)).toEqual(['dropDuplicates', 'trim']);
  });
});

describe('finding a step', () => {
  const kinds = (text: string): string[] => findSteps(text).flatMap((group) => group.kinds);

  it('finds by title, sentence and own name, titles that begin with it first', () => {
    expect(kinds('one-hot')[0]).toBe('oneHot');
    expect(kinds('winsor')).toEqual([]);
    expect(kinds('tfidf')).toEqual(['tfIdf']);
    expect(kinds('sc')[0]).not.toBe('tfIdf');
    expect(kinds('fill')[0]).toBe('fillMissing');
  });

  it('offers every kind while nothing is typed', () => {
    expect(kinds('')).toHaveLength(53);
  });
});

describe('the facts of a preview', () => {
  it('are those of numpy 1.26 and pandas 2.2', () => {
    const table = page(['n'], [['1'], ['2'], ['4'], ['8'], [null]]);
    const profile = sampleProfile({ ...table, columns: [{ name: 'n', kind: 'number' }] }, 0)!;
    expect(profile).toMatchObject({ type: 'number', rows: 5, missing: 1, distinct: 4 });
    // np.percentile([1,2,4,8], [25,50,75]) and pd.Series([1,2,4,8]).std()
    expect(profile.numeric?.quartiles).toEqual([1.75, 3, 5]);
    expect(profile.numeric?.sd).toBeCloseTo(3.095695936834452, 12);
    expect(profile.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('read texts as numbers where the file says that they are', () => {
    const table = page(['n'], [['1'], ['2']]);
    expect(sampleProfile(table, 0, 'number')?.type).toBe('number');
    expect(sampleProfile(table, 0)?.type).toBe('category');
    expect(sampleProfile(page(['n'], [[null]]), 0, 'number')?.missing).toBe(1);
    expect(sampleProfile(table, 3)).toBeUndefined();
  });
});

describe('words', () => {
  it('say what a step did', () => {
    expect(effectText(summary(0, { cellsChanged: 1, rowsAfter: 1 }))).toBe('1 cell changed, 2 rows removed');
    expect(effectText(summary(0, { columnsAdded: ['a', 'b'], rowsAfter: 4 }))).toBe(
      '1 row added, 2 columns added',
    );
    expect(effectText(summary(0))).toBe('nothing changed');
    expect(effectText(summary(0, { step: step({ step: 'shuffle' }) }))).toBe('rows in another order');
  });

  it('say of how many rows', () => {
    expect(scopeText(previewOf({ sampleRows: 5000, fileRows: 1e6, isWhole: false }), false)).toBe(
      'in a sample of 5,000 of 1,000,000 rows',
    );
    expect(scopeText(previewOf({ sampleRows: 5000, fileRows: 1e6, isWhole: false }), true)).toBe(
      'in all 1,000,000 rows',
    );
    expect(scopeText(previewOf({ sampleRows: 20 }), false)).toBe('in all 20 rows');
  });

  it('say how rows are split', () => {
    expect(splitText({ method: 'stratified', validation: 0.2, test: 0.1, seed: 7 })).toBe(
      '70 / 20 / 10, stratified, seed 7',
    );
    expect(splitText({ method: 'column', column: 'part' })).toBe('by the column part');
  });
});
