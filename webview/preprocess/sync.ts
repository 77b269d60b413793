// Owns when the host is asked: the draft is kept, the preview follows the user, exact counts come when all is quiet.
// The latest wins: what was asked before it is cancelled, and its answer is ignored. Knows no elements.
import { isCancelled } from '../../src/shared/abort';
import { toErrorData } from '../../src/shared/errors';
import type { ClientChannel } from '../../src/shared/protocol/channel';
import type { PreprocessContract, RecipeDraft } from '../../src/shared/protocol/view';
import { isSame } from './draft';
import { effectiveDraft, shownStep } from './shown';
import { FILE, type PreprocessEvent, type PreprocessState } from './state';

const DEBOUNCE_MS = 150;
/** Counting reads the whole file: not while the user is still at it. */
const COUNT_AFTER_MS = 700;
const MAX_PREVIEW_ROWS = 1000;
const MIN_PREVIEW_ROWS = 5;
/** Cells of a page that still travel and draw at once. */
const MAX_PREVIEW_CELLS = 60_000;

export function previewLimit(columns: number): number {
  return Math.min(
    MAX_PREVIEW_ROWS,
    Math.max(MIN_PREVIEW_ROWS, Math.floor(MAX_PREVIEW_CELLS / Math.max(1, columns))),
  );
}

/** Each of them needs every row, so that a sample can be taken of all of them afterwards. */
function wholeFileKnown({ profile, quality, counts }: PreprocessState): readonly boolean[] {
  return [profile.kind === 'ready', quality.kind === 'ready', counts?.isDone === true];
}

type Host = Pick<ClientChannel<PreprocessContract>, 'request'>;

export class Sync {
  private keepTimer: ReturnType<typeof setTimeout> | undefined;
  private previewTimer: ReturnType<typeof setTimeout> | undefined;
  private countTimer: ReturnType<typeof setTimeout> | undefined;
  private previewAbort: AbortController | undefined;
  private countAbort: AbortController | undefined;
  /** What the newest preview is of. */
  private asked: { readonly draft: RecipeDraft; readonly show: number } | undefined;
  /** What was known of the whole file when it was asked for. */
  private knownThen: readonly boolean[] = [];
  /** What is counted, or was. */
  private counted: RecipeDraft | undefined;
  private nextToken = 1;
  private keeping = Promise.resolve();

  constructor(
    private readonly host: Host,
    private readonly state: () => PreprocessState,
    private readonly dispatch: (event: PreprocessEvent) => void,
  ) {}

  /** To be called after every change of the state. */
  update(): void {
    const state = this.state();
    if (state.draft === undefined) return;
    if (!isSame(state.draft, state.kept)) this.keepSoon();
    this.updatePreview(state);
    this.updateCounts(state);
  }

  /** Sends what is not kept yet. Resolves when the host has it. */
  async flush(): Promise<void> {
    clearTimeout(this.keepTimer);
    this.keepTimer = undefined;
    this.keep();
    await this.keeping;
  }

  /** Something else was shown, e.g. the file was read again: asks anew. */
  refresh(): void {
    this.asked = undefined;
    this.stopCounting();
    this.update();
  }

  private keepSoon(): void {
    clearTimeout(this.keepTimer);
    this.keepTimer = setTimeout(() => this.keep(), DEBOUNCE_MS);
  }

  private keep(): void {
    const { draft, kept } = this.state();
    if (draft === undefined || isSame(draft, kept)) return;
    this.dispatch({ type: 'kept', draft });
    this.keeping = this.host.request('keepDraft', { draft }).then(
      () => undefined,
      (error: unknown) => this.complain(error),
    );
  }

  private updatePreview(state: PreprocessState): void {
    const draft = effectiveDraft(state);
    if (draft === undefined) return;
    const show = shownStep(state);
    if (draft.steps.length === 0 && show === FILE) {
      this.stopPreview();
      if (
        state.preview.answer !== undefined ||
        state.preview.isPending ||
        state.preview.problem !== undefined
      )
        this.dispatch({ type: 'previewFailed', message: undefined });
      return;
    }
    const isAsked = this.asked !== undefined && this.asked.show === show && isSame(this.asked.draft, draft);
    if (isAsked && !this.isOutdated(state)) return;
    this.asked = { draft, show };
    this.previewAbort?.abort();
    clearTimeout(this.previewTimer);
    this.previewTimer = setTimeout(() => void this.preview(draft, show), DEBOUNCE_MS);
    this.dispatch({ type: 'previewAsked' });
  }

  /** A preview of the first rows alone, and more of the file was read since it was asked for. */
  private isOutdated(state: PreprocessState): boolean {
    const { answer, isPending } = state.preview;
    if (isPending || answer === undefined || answer.isWhole || answer.fileRows !== undefined) return false;
    return wholeFileKnown(state).some((isKnown, i) => isKnown && this.knownThen[i] !== true);
  }

  private stopPreview(): void {
    clearTimeout(this.previewTimer);
    this.previewAbort?.abort();
    this.asked = undefined;
  }

  private async preview(draft: RecipeDraft, show: number): Promise<void> {
    const abort = (this.previewAbort = new AbortController());
    const { preview, head } = this.state();
    this.knownThen = wholeFileKnown(this.state());
    const columns = Math.max(preview.answer?.columns.length ?? 0, head?.preview.columns.length ?? 0);
    try {
      const answer = await this.host.request(
        'preview',
        { draft, show, limit: previewLimit(columns) },
        { signal: abort.signal },
      );
      if (!abort.signal.aborted) this.dispatch({ type: 'previewed', answer, shown: show, of: draft });
    } catch (error) {
      if (abort.signal.aborted) return;
      const message = isCancelled(error) ? '' : toErrorData(error).message;
      this.dispatch({ type: 'previewFailed', message });
    }
  }

  /** Only of a draft whose preview has come and is not of the whole file anyway. */
  private updateCounts(state: PreprocessState): void {
    const { draft, preview, form } = state;
    if (draft === undefined) return;
    if (this.counted !== undefined && !isSame(this.counted, draft)) this.stopCounting();
    const { answer } = preview;
    const isWanted =
      form === undefined &&
      answer !== undefined &&
      !preview.isPending &&
      !answer.isWhole &&
      answer.steps.length > 0 &&
      isSame(preview.of, draft) &&
      state.profile.kind !== 'working';
    if (!isWanted || this.counted !== undefined || this.countTimer !== undefined) {
      if (!isWanted) this.cancelCountTimer();
      return;
    }
    this.countTimer = setTimeout(() => {
      this.countTimer = undefined;
      void this.count(draft);
    }, COUNT_AFTER_MS);
  }

  private async count(draft: RecipeDraft): Promise<void> {
    const token = String(this.nextToken++);
    const abort = (this.countAbort = new AbortController());
    this.counted = draft;
    this.dispatch({ type: 'countsAsked', token, of: draft });
    try {
      await this.host.request('counts', { draft, token }, { signal: abort.signal });
      if (!abort.signal.aborted) this.dispatch({ type: 'countsDone', token });
    } catch (error) {
      // The preview tells which step fails; counts that were given up are no news.
      if (!abort.signal.aborted) this.dispatch({ type: 'countsGone' });
      if (!abort.signal.aborted && !isCancelled(error)) console.warn(toErrorData(error).message);
    }
  }

  private cancelCountTimer(): void {
    clearTimeout(this.countTimer);
    this.countTimer = undefined;
  }

  private stopCounting(): void {
    this.cancelCountTimer();
    if (this.counted === undefined) return;
    this.counted = undefined;
    this.countAbort?.abort();
    this.dispatch({ type: 'countsGone' });
  }

  private complain(error: unknown): void {
    if (!isCancelled(error)) this.dispatch({ type: 'problem', message: toErrorData(error).message });
  }
}
