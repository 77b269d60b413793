// Owns the draft of a CSV's recipe between windows: kept per file, parsed when it comes back. Knows no editor.
import { draftSchema, type RecipeDraft } from '../../../shared/protocol/view';

/** The part of a vscode.Memento that is needed. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'modelBench.draft:';

function emptyDraft(): RecipeDraft {
  return draftSchema.parse({ steps: [], reading: {} });
}

export class DraftStore {
  private readonly key: string;

  /** @param source what tells the file from others, e.g. its URI */
  constructor(
    private readonly memory: Memory,
    source: string,
    private readonly log: { warn(message: string): void },
  ) {
    this.key = KEY + source;
  }

  /** What was kept; an empty draft when nothing was, or when it cannot be read, which the log says. */
  load(): RecipeDraft {
    const kept = this.memory.get(this.key);
    if (kept === undefined) return emptyDraft();
    const parsed = draftSchema.safeParse(kept);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    this.log.warn(
      `dropped a kept recipe that cannot be read (${this.key}): ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
    void this.memory.update(this.key, undefined);
    return emptyDraft();
  }

  async keep(draft: RecipeDraft): Promise<void> {
    const isEmpty = JSON.stringify(draft) === JSON.stringify(emptyDraft());
    await this.memory.update(this.key, isEmpty ? undefined : draft);
  }
}
