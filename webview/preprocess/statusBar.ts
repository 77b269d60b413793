// Owns the line at the bottom: what is at work and how far, with Cancel; and messages above it that have to be seen.
import * as l10n from '@vscode/l10n';
import { el, setText } from '../ui/dom';
import { formatPercent } from '../ui/format';
import { icon } from '../ui/icons';
import { announcer, button, progressBar } from '../ui/kit';
import type { PreprocessState } from './state';

export interface StatusListener {
  cancel(): void;
  reload(): void;
  dismiss(): void;
}

interface Working {
  readonly text: string;
  readonly fraction: number | undefined;
}

/** What takes time now; the first of several. */
export function workOf(state: PreprocessState): Working | undefined {
  const { profile, quality, counts, busy } = state;
  if (busy !== undefined) return { text: busy, fraction: undefined };
  if (profile.kind === 'working') {
    const { fraction } = profile;
    const text =
      fraction === undefined
        ? l10n.t('Reading the file …')
        : l10n.t('Reading the file … {0}', formatPercent(fraction, 0));
    return { text, fraction };
  }
  if (quality.kind === 'working') return { text: l10n.t('Checking the data …'), fraction: undefined };
  if (counts !== undefined && !counts.isDone)
    return { text: l10n.t('Counting in the whole file …'), fraction: undefined };
  return undefined;
}

export class StatusBar {
  readonly element: HTMLElement;
  /** What is said to screen readers; a part of the page that is never hidden. */
  readonly voice = announcer(1500);
  readonly messages = el('div', { class: 'messages' });
  private readonly text = el('span', { class: 'ellipsis' });
  private readonly bar = progressBar(l10n.t('Progress'));
  private readonly work: HTMLElement;
  private readonly again: HTMLElement;
  private readonly idle = el('span', { class: 'muted ellipsis' });
  private readonly problem: HTMLElement;
  private readonly dismiss: HTMLElement;
  private readonly problemText = el('span', {});
  private said = '';

  constructor(listener: StatusListener) {
    this.work = el(
      'span',
      { class: 'status-work' },
      this.bar.element,
      this.text,
      el(
        'button',
        { class: 'link', attrs: { type: 'button' }, on: { click: () => listener.cancel() } },
        l10n.t('Cancel'),
      ),
    );
    this.dismiss = button({
      label: l10n.t('Dismiss'),
      icon: 'close',
      look: 'icon',
      onClick: () => listener.dismiss(),
    });
    this.problem = el(
      'div',
      { class: 'message problem', hidden: true, attrs: { role: 'alert' } },
      icon('error', 'severity-error'),
      this.problemText,
      button({ label: l10n.t('Reload'), icon: 'refresh', onClick: () => listener.reload() }),
      this.dismiss,
    );
    this.messages.append(this.problem);
    this.again = el(
      'button',
      { class: 'link', hidden: true, attrs: { type: 'button' }, on: { click: () => listener.reload() } },
      l10n.t('Read Again'),
    );
    this.element = el('footer', { class: 'status-line small' }, this.idle, this.again, this.work);
  }

  update(state: PreprocessState): void {
    const work = workOf(state);
    this.work.hidden = work === undefined;
    if (work !== undefined) {
      setText(this.text, work.text);
      this.bar.set(work.fraction, work.text);
    }
    const failed = state.profile.kind === 'failed' ? state.profile.message : undefined;
    const problem = state.problem ?? failed;
    this.problem.hidden = problem === undefined;
    // What is still so is not dismissed.
    this.dismiss.hidden = state.problem === undefined;
    setText(this.problemText, problem ?? '');
    setText(this.idle, idleText(state));
    this.again.hidden = state.profile.kind !== 'cancelled' && state.quality.kind !== 'cancelled';
    this.sayProfile(state);
  }

  private sayProfile({ profile }: PreprocessState): void {
    const text =
      profile.kind === 'ready'
        ? l10n.t('The file has been read.')
        : profile.kind === 'cancelled'
          ? l10n.t('Reading was cancelled.')
          : '';
    if (text !== '' && text !== this.said) this.voice.say(text);
    this.said = text;
  }
}

function idleText({ profile, quality, preview, counts }: PreprocessState): string {
  if (profile.kind === 'cancelled') return l10n.t('Reading was cancelled: columns have no profile yet.');
  if (quality.kind === 'cancelled') return l10n.t('The checks were cancelled.');
  const { answer } = preview;
  if (answer === undefined || answer.isWhole) return '';
  if (counts?.isDone === true) return l10n.t('Counted in the whole file');
  return '';
}
