// Owns the panel of the quality checks: findings worst first, each with its evidence, its rows and what one click does
// about it; what passed is folded away.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../src/shared/schema/profile';
import type { QualityFinding, QualityReport, QualityStatus, Remedy } from '../../src/shared/schema/quality';
import { el, setChildren } from '../ui/dom';
import { formatCount } from '../ui/format';
import { icon, type IconName } from '../ui/icons';
import { isApplied } from './draft';
import { sortReport } from './findings';
import type { PreprocessState } from './state';

export interface ChecksListener {
  apply(remedy: Remedy): void;
  openFile(line: number | undefined): void;
  showColumn(column: string): void;
}

const MAX_ROWS = 5;
const MAX_COLUMNS = 6;

const STATUS: Readonly<Record<QualityStatus, { icon: IconName; kind: string; word: () => string }>> = {
  fail: { icon: 'error', kind: 'severity-error', word: () => l10n.t('Problem') },
  warn: { icon: 'warning', kind: 'severity-warning', word: () => l10n.t('Warning') },
  note: { icon: 'info', kind: 'severity-info', word: () => l10n.t('Note') },
  pass: { icon: 'passFilled', kind: 'severity-good', word: () => l10n.t('Passed') },
};

export class ChecksView {
  readonly element = el('section', {
    class: 'zone findings-zone',
    id: 'panel-checks',
    attrs: { 'aria-label': l10n.t('Checks') },
  });
  private readonly body = el('div', { class: 'zone-body' });
  private key = '';
  private shown:
    { report: QualityReport; buttons: { remedy: Remedy; button: HTMLButtonElement }[] } | undefined;

  constructor(private readonly listener: ChecksListener) {
    this.element.append(el('h2', { class: 'visually-hidden' }, l10n.t('Checks')), this.body);
  }

  update(state: PreprocessState): void {
    const { quality, report } = state;
    const issues = readingIssues(state);
    const key = JSON.stringify([quality.kind, 'message' in quality ? quality.message : '', issues]);
    if (key !== this.key || report !== this.shown?.report) {
      this.key = key;
      this.shown = report === undefined ? undefined : { report, buttons: [] };
      const parts: HTMLElement[] = [];
      if (issues.length > 0) parts.push(this.issueList(issues));
      if (report === undefined) parts.push(this.waiting(state));
      else parts.push(...this.report(report));
      setChildren(this.body, parts);
    }
    this.updateRemedies(state);
  }

  /** Remedies that the recipe has already say so. */
  private updateRemedies({ draft }: PreprocessState): void {
    for (const { remedy, button } of this.shown?.buttons ?? []) {
      const isDone = draft !== undefined && isApplied(draft, remedy);
      if (button.dataset['done'] === String(isDone)) continue;
      button.dataset['done'] = String(isDone);
      // Not disabled: whoever pressed it keeps the focus.
      button.setAttribute('aria-disabled', String(isDone));
      button.replaceChildren(
        icon(isDone ? 'check' : 'lightbulb'),
        el('span', {}, remedy.label),
        ...(isDone ? [el('span', { class: 'visually-hidden' }, l10n.t('done'))] : []),
      );
    }
  }

  private waiting({ quality }: PreprocessState): HTMLElement {
    const text =
      quality.kind === 'failed'
        ? quality.message
        : quality.kind === 'cancelled'
          ? l10n.t('The checks were cancelled. Reload to make them.')
          : l10n.t('Checking the whole file …');
    return el('p', { class: quality.kind === 'failed' ? 'note severity-error' : 'muted' }, text);
  }

  private report(report: QualityReport): HTMLElement[] {
    const { findings, passed, skipped } = sortReport(report);
    const parts: HTMLElement[] = [];
    if (findings.length === 0) {
      parts.push(
        el(
          'p',
          { class: 'note' },
          icon('passFilled', 'severity-good'),
          el('span', {}, l10n.t('Nothing to complain about.')),
        ),
      );
    } else {
      const list = el('ul', { class: 'findings' });
      for (const { title, finding } of findings) list.append(this.finding(title, finding));
      parts.push(list);
    }
    if (passed.length > 0) {
      parts.push(
        folded(
          passed.length === 1
            ? l10n.t('1 check passed')
            : l10n.t('{0} checks passed', formatCount(passed.length)),
          passed.map(({ title }) => ({ icon: 'passFilled', kind: 'severity-good', text: title })),
        ),
      );
    }
    if (skipped.length > 0) {
      parts.push(
        folded(
          skipped.length === 1
            ? l10n.t('1 check not made')
            : l10n.t('{0} checks not made', formatCount(skipped.length)),
          skipped.map(({ title, reason }) => ({
            icon: 'circleSlash',
            kind: 'muted',
            text: reason === undefined ? title : `${title}: ${reason}`,
          })),
        ),
      );
    }
    return parts;
  }

  private finding(title: string, finding: QualityFinding): HTMLElement {
    const status = STATUS[finding.status];
    return el(
      'li',
      { class: 'finding' },
      icon(status.icon, status.kind),
      el(
        'div',
        { class: 'finding-text' },
        el(
          'h3',
          { class: 'finding-title' },
          el('span', { class: 'visually-hidden' }, `${status.word()}: `),
          title,
        ),
        el('p', {}, finding.message),
        this.columnLinks(finding.columns),
        this.rowLinks(finding),
        this.remedies(finding.remedies),
      ),
    );
  }

  private columnLinks(columns: readonly string[]): HTMLElement | undefined {
    if (columns.length === 0) return undefined;
    const links = columns
      .slice(0, MAX_COLUMNS)
      .map((name) => link(name, () => this.listener.showColumn(name), l10n.t('Show the column {0}', name)));
    const more = columns.length - links.length;
    return el(
      'p',
      { class: 'finding-links small' },
      ...links,
      more > 0 ? el('span', { class: 'muted' }, l10n.t('and {0} more', formatCount(more))) : undefined,
    );
  }

  /** The places in the file, each a way to it. */
  private rowLinks({ rows, count }: QualityFinding): HTMLElement | undefined {
    if (rows.length === 0) return undefined;
    const shown = rows.slice(0, MAX_ROWS);
    const all = count ?? rows.length;
    const links = shown.map(({ row, line, column, text }) => {
      const what = [column, text === undefined ? undefined : `"${text}"`].filter(
        (part) => part !== undefined,
      );
      const label =
        line === undefined ? l10n.t('row {0}', formatCount(row + 1)) : l10n.t('line {0}', formatCount(line));
      return line === undefined
        ? el('span', { title: what.join(': ') }, label)
        : link(
            label,
            () => this.listener.openFile(line),
            [l10n.t('Open the file there'), ...what].join(' · '),
          );
    });
    return el(
      'p',
      { class: 'finding-links small' },
      ...links,
      all > shown.length
        ? el('span', { class: 'muted' }, l10n.t('and {0} more', formatCount(all - shown.length)))
        : undefined,
    );
  }

  private remedies(remedies: readonly Remedy[]): HTMLElement | undefined {
    if (remedies.length === 0) return undefined;
    const buttons = remedies.map((remedy) => {
      const button = el('button', {
        class: 'remedy',
        attrs: { type: 'button' },
        on: {
          click: () => {
            if (button.getAttribute('aria-disabled') !== 'true') this.listener.apply(remedy);
          },
        },
      });
      this.shown?.buttons.push({ remedy, button });
      return button;
    });
    return el('div', { class: 'remedies' }, ...buttons);
  }

  /** What reading the file found: ragged rows, bytes of another encoding. */
  private issueList(issues: readonly DataIssue[]): HTMLElement {
    const list = el('ul', { class: 'findings' });
    for (const issue of issues) {
      const status =
        issue.severity === 'error' ? STATUS.fail : issue.severity === 'warning' ? STATUS.warn : STATUS.note;
      const { line } = issue;
      list.append(
        el(
          'li',
          { class: 'finding' },
          icon(status.icon, status.kind),
          el(
            'div',
            { class: 'finding-text' },
            el('span', { class: 'visually-hidden' }, `${status.word()}: `),
            el('p', {}, issue.message),
            line === undefined
              ? undefined
              : el(
                  'p',
                  { class: 'finding-links small' },
                  link(l10n.t('line {0}', formatCount(line)), () => this.listener.openFile(line)),
                ),
          ),
        ),
      );
    }
    return list;
  }
}

/** What the checks say again, with a remedy. */
const SAID_BY_CHECKS = 'data.constant';
const ISSUE_ORDER: readonly DataIssue['severity'][] = ['error', 'warning', 'info'];

/** Of the whole pass where there was one, else of the head; worst first. */
function readingIssues({ known, head, report }: PreprocessState): readonly DataIssue[] {
  const issues = known?.issues ?? head?.issues ?? [];
  return issues
    .filter(({ code }) => report === undefined || code !== SAID_BY_CHECKS)
    .sort((a, b) => ISSUE_ORDER.indexOf(a.severity) - ISSUE_ORDER.indexOf(b.severity));
}

function link(text: string, run: () => void, title?: string): HTMLElement {
  return el(
    'button',
    {
      class: 'link ellipsis',
      ...(title === undefined ? {} : { title }),
      attrs: { type: 'button' },
      on: { click: run },
    },
    text,
  );
}

function folded(
  summary: string,
  items: readonly { icon: IconName; kind: string; text: string }[],
): HTMLElement {
  return el(
    'details',
    { class: 'folded' },
    el('summary', {}, summary),
    el(
      'ul',
      {},
      ...items.map(({ icon: name, kind, text }) =>
        el('li', { class: 'note small' }, icon(name, kind), el('span', {}, text)),
      ),
    ),
  );
}
