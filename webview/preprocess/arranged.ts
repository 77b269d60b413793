// Owns what the page keeps over hiding and reload: what the user arranged, and what can be undone. The draft itself is
// the host's.
import * as z from 'zod';
import { draftSchema, type RecipeDraft } from '../../src/shared/protocol/view';
import { exportOptionsSchema } from '../../src/shared/schema/recipeResult';
import { isSame } from './draft';
import { emptyHistory, type History } from './history';
import { TABS } from './state';
import { DEFAULT_LEFT, DEFAULT_RIGHT } from './zones';

/** Older undo is forgotten when the page goes. */
const MAX_KEPT = 30;
const MAX_WIDTHS = 500;

const entrySchema = z.object({ draft: draftSchema, label: z.string(), selected: z.int() });
const keptHistorySchema = z.object({
  /** The draft that this history leads to. */
  draft: draftSchema,
  past: z.array(entrySchema),
  future: z.array(entrySchema),
});

export const arrangedSchema = z.object({
  left: z.number().default(DEFAULT_LEFT),
  right: z.number().default(DEFAULT_RIGHT),
  tab: z.enum(TABS).default('checks'),
  selected: z.int().min(-1).default(-1),
  column: z.string().optional(),
  /** By column name; pairs, since a name may be anything. */
  widths: z.array(z.tuple([z.string(), z.number()])).default([]),
  export: exportOptionsSchema.default(() => exportOptionsSchema.parse({ format: 'csv' })),
  // What cannot be read any more is no reason to lose the rest.
  history: keptHistorySchema.optional().catch(undefined),
});
export type ArrangedPage = z.output<typeof arrangedSchema>;

export function keptHistory(history: History, draft: RecipeDraft): ArrangedPage['history'] {
  return {
    draft,
    past: history.past.slice(-MAX_KEPT).map((entry) => ({ ...entry })),
    future: history.future.slice(0, MAX_KEPT).map((entry) => ({ ...entry })),
  };
}

/** The kept history, if it leads to the draft that the host has. */
export function restoredHistory(kept: ArrangedPage['history'], draft: RecipeDraft): History {
  return kept !== undefined && isSame(kept.draft, draft)
    ? { past: kept.past, future: kept.future }
    : emptyHistory;
}

export function keptWidths(widths: ReadonlyMap<string, number>): [string, number][] {
  return [...widths].slice(-MAX_WIDTHS);
}
