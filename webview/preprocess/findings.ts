// Owns the order of a quality report: worst first, what passed apart, and which remedies are worth most. Pure.
import type { RecipeDraft } from '../../src/shared/protocol/view';
import type { QualityFinding, QualityReport, QualityStatus, Remedy } from '../../src/shared/schema/quality';
import { isApplied, isSame } from './draft';

type Check = QualityReport['checks'][number];

export interface SortedReport {
  /** Each finding with the title of its check; worst first, then in the order of the checks. */
  readonly findings: readonly { readonly title: string; readonly finding: QualityFinding }[];
  readonly passed: readonly Check[];
  readonly skipped: readonly Check[];
}

const SEVERITY: Readonly<Record<QualityStatus, number>> = { fail: 0, warn: 1, note: 2, pass: 3 };

export function sortReport(report: QualityReport): SortedReport {
  const findings = report.checks.flatMap(({ title, findings: list }) =>
    list.filter(({ status }) => status !== 'pass').map((finding) => ({ title, finding })),
  );
  return {
    findings: findings.sort((a, b) => SEVERITY[a.finding.status] - SEVERITY[b.finding.status]),
    passed: report.checks.filter(({ status }) => status === 'pass'),
    skipped: report.checks.filter(({ status }) => status === 'skipped'),
  };
}

export interface Suggestion {
  readonly finding: QualityFinding;
  readonly remedy: Remedy;
}

/** The first remedy of the worst findings that the draft does not have yet, no remedy twice. */
export function suggestions(report: QualityReport, draft: RecipeDraft, limit: number): Suggestion[] {
  const found: Suggestion[] = [];
  for (const { finding } of sortReport(report).findings) {
    const [remedy] = finding.remedies;
    if (found.length === limit) break;
    if (remedy === undefined || finding.remedies.some((each) => isApplied(draft, each))) continue;
    if (!found.some((other) => isSame(other.remedy, remedy))) found.push({ finding, remedy });
  }
  return found;
}
