// Owns undo and redo: drafts as they were, each under what was done then. Pure.
import type { RecipeDraft } from '../../src/shared/protocol/view';

export interface Entry {
  readonly draft: RecipeDraft;
  /** What was done to the draft, e.g. "Add: Trim". */
  readonly label: string;
  /** Which step was selected. */
  readonly selected: number;
}

export interface History {
  /** Oldest first: the draft before each change. */
  readonly past: readonly Entry[];
  /** Nearest first: the draft after each change that was undone. */
  readonly future: readonly Entry[];
}

const MAX_ENTRIES = 100;

export const emptyHistory: History = { past: [], future: [] };

/** @param before the draft as it was, and what is done to it now */
export function changed(history: History, before: Entry): History {
  return { past: [...history.past, before].slice(-MAX_ENTRIES), future: [] };
}

export interface Travelled {
  readonly draft: RecipeDraft;
  readonly selected: number;
  readonly history: History;
}

export function undone(history: History, draft: RecipeDraft, selected: number): Travelled | undefined {
  const entry = history.past.at(-1);
  if (entry === undefined) return undefined;
  return {
    draft: entry.draft,
    selected: entry.selected,
    history: {
      past: history.past.slice(0, -1),
      future: [{ draft, label: entry.label, selected }, ...history.future],
    },
  };
}

export function redone(history: History, draft: RecipeDraft, selected: number): Travelled | undefined {
  const [entry, ...future] = history.future;
  if (entry === undefined) return undefined;
  return {
    draft: entry.draft,
    selected: entry.selected,
    history: { past: [...history.past, { draft, label: entry.label, selected }], future },
  };
}
