// Owns the top of the Metrics page: what runs, how far it is, on what, how it ended, and what can be done about it.
// Told the state, tells which button was pressed; asks the host nothing itself.
import * as l10n from '@vscode/l10n';
import { formatDuration } from '../../src/shared/format';
import type { RunSummary } from '../../src/shared/schema/run';
import { el, setText, setTitle } from '../ui/dom';
import { formatCount, formatDateTime, formatValue } from '../ui/format';
import { icon } from '../ui/icons';
import { button, progressBar } from '../ui/kit';
import type { TryRemedy } from './findings';
import { outcomeKey, outcomeOf, resultsOf, warningsOf, type RunAction } from './outcome';
import type { MetricsState } from './state';
import { backendLabel, backendTooltip, pausedWords, phaseWords, rungStateWords, stateWords } from './words';

export interface RunHeader {
  /** Name, verdict, what to do, and while it runs its progress: comes before the charts. */
  readonly element: HTMLElement;
  /** Scores and counts of a run that has ended; the page places it, hidden while there is nothing to say. */
  readonly details: HTMLElement;
  update(state: MetricsState): void;
}

interface Stat {
  readonly element: HTMLElement;
  set(value: string | undefined, title?: string): void;
}

function stat(label: string): Stat {
  const value = el('dd', {});
  const element = el('div', { class: 'stat' }, el('dt', {}, label), value);
  return {
    element,
    set(text, title = '') {
      element.hidden = text === undefined;
      setText(value, text ?? '');
      setTitle(element, title);
    },
  };
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Rebuilds `host`'s children only when `key` changes, so that focus, selection and open details survive. */
function rebuilder(host: HTMLElement): (key: string, build: () => readonly HTMLElement[]) => void {
  let last: string | undefined;
  return (key, build) => {
    if (key === last) return;
    last = key;
    host.replaceChildren(...build());
    host.hidden = host.childElementCount === 0;
  };
}

export function runHeader(
  layout: 'side' | 'wide',
  act: (action: RunAction) => void,
  tryRemedy: TryRemedy,
): RunHeader {
  const name = el('h1', { class: 'ellipsis' });
  const chip = el('span', { class: 'state-chip' });
  const about = el('div', { class: 'muted small ellipsis' });
  const bar = progressBar(l10n.t('Training progress'));
  const progressText = el('span', {});
  const timeText = el('span', { class: 'muted' });

  const step = stat(l10n.t('Step'));
  const speed = stat(l10n.t('Samples/s'));
  const rate = stat(l10n.t('Learning rate'));
  const parameters = stat(l10n.t('Parameters'));
  const rows = stat(l10n.t('Rows'));
  const duration = stat(l10n.t('Duration'));

  const rungs = el('ul', { class: 'rungs', id: 'rungs', hidden: true });
  const backendText = el('span', { class: 'backend-long' });
  /** All that fits beside the buttons of a narrow view: whether it is the GPU. */
  const backendShort = el('span', { class: 'backend-short', attrs: { 'aria-hidden': 'true' } });
  const backend = el(
    'button',
    {
      class: 'badge quiet',
      attrs: { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'rungs' },
      on: {
        click: () => {
          rungs.hidden = !rungs.hidden;
          backend.setAttribute('aria-expanded', String(!rungs.hidden));
        },
      },
    },
    icon('chip'),
    backendText,
    backendShort,
  );

  const stop = button({
    label: l10n.t('Stop'),
    icon: 'debugStop',
    look: 'primary',
    onClick: () => act('stop'),
  });
  stop.classList.add('stop');
  const pause = button({
    label: l10n.t('Pause'),
    icon: 'debugPause',
    look: 'icon',
    title: l10n.t('Ends it without a look at the test rows; Resume goes on where it was'),
    onClick: () => act('pause'),
  });
  const resume = button({
    label: l10n.t('Resume'),
    icon: 'debugContinue',
    look: 'secondary',
    title: l10n.t('Goes on from the last checkpoint, as if it had never stopped'),
    onClick: () => act('resume'),
  });
  const look = layout === 'side' ? ('icon' as const) : ('secondary' as const);
  const dashboard = button({
    label: l10n.t('Open Dashboard'),
    icon: 'dashboard',
    look,
    onClick: () => act('openDashboard'),
  });
  dashboard.hidden = layout === 'wide';
  const architecture = button({
    label: l10n.t('Show Architecture'),
    icon: 'typeHierarchySub',
    look,
    onClick: () => act('showArchitecture'),
  });
  const config = button({
    label: l10n.t('Open Config'),
    icon: 'json',
    look,
    onClick: () => act('openConfig'),
  });
  const folder = button({
    label: l10n.t('Open Run Folder'),
    icon: 'folderOpened',
    look,
    onClick: () => act('openFolder'),
  });
  const log = button({ label: l10n.t('Show Log'), icon: 'output', look, onClick: () => act('showLog') });

  const outcome = el('div', { class: 'outcome' });
  const rebuildOutcome = rebuilder(outcome);
  const results = el('div', { class: 'results' });
  const rebuildResults = rebuilder(results);
  const warnings = el('div', { class: 'warnings' });
  const rebuildWarnings = rebuilder(warnings);
  const problem = el('div', { class: 'note severity-error', hidden: true, attrs: { role: 'alert' } });

  const progressRow = el('div', { class: 'progress-row' }, progressText, timeText);
  const stats = el(
    'dl',
    { class: 'stats' },
    step.element,
    speed.element,
    duration.element,
    rate.element,
    parameters.element,
    rows.element,
  );
  const progressBlock = el('div', { class: 'progress-block' }, progressRow, bar.element);
  const counts = el('div', { class: 'counts' }, progressBlock, stats);
  const details = el('section', {
    class: 'details',
    hidden: true,
    attrs: { 'aria-label': l10n.t('Results') },
  });
  details.append(results);
  const runBar = el(
    'div',
    { class: 'run-bar', attrs: { role: 'toolbar', 'aria-label': l10n.t('Run') } },
    stop,
    pause,
    resume,
    dashboard,
    architecture,
    config,
    folder,
    log,
    backend,
  );
  const element = el(
    'header',
    { class: 'run' },
    el('div', { class: 'run-title' }, name, chip),
    about,
    outcome,
    counts,
    runBar,
    rungs,
    problem,
    warnings,
  );

  return {
    element,
    details,
    update(state) {
      const run = state.run;
      if (run == null) return;
      const words = run.endReason === 'paused' ? pausedWords() : stateWords(run.state);
      setText(name, run.name);
      setTitle(name, `${run.name}\n${run.runId}\n${formatDateTime(run.createdMs)}`);
      const file = fileName(run.dataPath);
      setText(about, l10n.t('{0} from {1} · seed {2}', run.target, file, run.seed));
      setTitle(about, run.dataPath);
      const chipKey = `${run.state}/${run.endReason ?? ''}/${state.stopping}`;
      if (chip.dataset['key'] !== chipKey) {
        chip.dataset['key'] = chipKey;
        chip.className = `state-chip tone-${words.tone}`;
        chip.replaceChildren(
          icon(words.icon, run.state === 'running' ? 'spin' : ''),
          state.stopping ? l10n.t('Stopping…') : words.word,
        );
      }
      updateProgress(run, state.timeLeftMs);
      step.set(run.step === 0 ? '–' : formatCount(run.step));
      speed.set(run.samplesPerSecond === undefined ? '–' : formatCount(run.samplesPerSecond));
      rate.set(run.learningRate === undefined ? '–' : formatValue(run.learningRate));
      parameters.set(run.parameters === undefined ? undefined : formatCount(run.parameters));
      rows.set(
        run.rows === undefined
          ? undefined
          : formatCount(run.rows.train + run.rows.validation + run.rows.test),
        run.rows === undefined
          ? ''
          : l10n.t(
              '{0} train, {1} validation, {2} test',
              formatCount(run.rows.train),
              formatCount(run.rows.validation),
              formatCount(run.rows.test),
            ),
      );
      duration.set(formatDuration((run.endedMs ?? run.updatedMs) - run.createdMs));
      backend.hidden = run.backend === undefined;
      if (run.backend !== undefined) updateBackend(run.backend);
      // Nothing was counted in a run that broke before its first step.
      const counted = run.state === 'running' || run.step > 0;
      counts.hidden = !counted;
      placeCounts(run.state === 'running');
      runBar.classList.toggle('running', run.state === 'running');
      stop.hidden = run.state !== 'running';
      stop.disabled = state.stopping;
      pause.hidden = stop.hidden || state.stopping;
      resume.hidden = run.state === 'running' || run.step === 0;
      config.hidden = run.experimentPath === undefined;
      problem.hidden = state.problem === undefined;
      if (state.problem !== undefined && problem.dataset['text'] !== state.problem) {
        problem.dataset['text'] = state.problem;
        problem.replaceChildren(icon('error'), el('span', {}, state.problem));
      }
      rebuildOutcome(outcomeKey(run), () => outcomeOf(run, act));
      rebuildResults(outcomeKey(run), () => resultsOf(run, tryRemedy));
      rebuildWarnings(run.warnings.map((w) => w.message).join('\n'), () => warningsOf(run));
      details.hidden = run.state === 'running' || (results.hidden && counts.hidden);
    },
  };

  /** While it runs the counts are the news; afterwards the score is, and they go below the charts. */
  function placeCounts(running: boolean): void {
    if (running && counts.parentElement !== element) element.insertBefore(counts, runBar);
    if (!running && counts.parentElement !== details) details.append(counts);
  }

  function updateProgress(run: RunSummary, timeLeftMs: number | undefined): void {
    const counting = run.phase === 'training' || run.state !== 'running';
    const text =
      counting && run.epochs > 0
        ? l10n.t('Epoch {0} of {1}', formatCount(run.epoch), formatCount(run.epochs))
        : phaseWords(run.phase);
    setText(progressText, text);
    setText(
      timeText,
      run.state === 'running' && timeLeftMs !== undefined && run.phase === 'training'
        ? l10n.t('{0} left', formatDuration(timeLeftMs))
        : '',
    );
    // Steps move the bar within a long epoch.
    const steps = run.stepsPerEpoch === undefined ? 0 : run.stepsPerEpoch * run.epochs;
    const fraction = steps > 0 ? run.step / steps : run.epoch / Math.max(1, run.epochs);
    bar.set(counting ? fraction : undefined, text);
    bar.element.hidden = run.state !== 'running';
  }

  function updateBackend(of: NonNullable<RunSummary['backend']>): void {
    const title = backendTooltip(of);
    if (backend.title === title) return;
    setText(backendText, backendLabel(of.chosen));
    setText(backendShort, of.chosen === 'cuda' ? l10n.t('GPU') : l10n.t('CPU'));
    backend.setAttribute('aria-label', l10n.t('Backend: {0}', backendLabel(of.chosen)));
    backend.title = title;
    rungs.replaceChildren(
      el(
        'li',
        { class: 'rung-head' },
        title.slice(0, title.indexOf('\n') < 0 ? undefined : title.indexOf('\n')),
      ),
      ...of.rungs.map((rung) =>
        el(
          'li',
          { class: `rung ${rung.state}` },
          icon(
            rung.state === 'chosen'
              ? 'passFilled'
              : rung.state === 'rejected'
                ? 'circleSlash'
                : 'circleLarge',
            rung.state === 'chosen' ? 'severity-good' : '',
          ),
          el(
            'span',
            {},
            el('strong', {}, backendLabel(rung.backend)),
            ` ${rungStateWords(rung.state)}: ${rung.reason}`,
          ),
        ),
      ),
    );
  }
}
