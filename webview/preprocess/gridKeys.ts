// Owns what keys do in the grid, as WAI-ARIA's grid pattern has it. Pure.

/** Row -1 is the header. */
export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export type GridAction =
  | { readonly kind: 'move'; readonly to: CellAt }
  | { readonly kind: 'menu' | 'sort' | 'open' | 'leave' }
  | { readonly kind: 'resize'; readonly by: number };

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that a page key passes. */
  readonly page: number;
}

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

const WIDTH_STEP = 20;

export function gridKey(event: Key, at: CellAt, size: GridSize): GridAction | undefined {
  if (event.altKey || event.metaKey) return undefined;
  const { key, ctrlKey, shiftKey } = event;
  const isHead = at.row < 0;
  if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) return { kind: 'menu' };
  if (shiftKey && isHead && key === 'ArrowLeft') return { kind: 'resize', by: -WIDTH_STEP };
  if (shiftKey && isHead && key === 'ArrowRight') return { kind: 'resize', by: WIDTH_STEP };
  if (shiftKey) return undefined;
  if (key === ' ' && isHead) return { kind: 'sort' };
  if (key === 'Enter') return { kind: 'open' };
  if (key === 'Escape') return { kind: 'leave' };
  const to = target(key, ctrlKey, at, size);
  return to === undefined ? undefined : { kind: 'move', to: inside(to, size) };
}

function target(key: string, ctrl: boolean, { row, column }: CellAt, size: GridSize): CellAt | undefined {
  switch (key) {
    case 'ArrowRight':
      return { row, column: ctrl ? size.columns - 1 : column + 1 };
    case 'ArrowLeft':
      return { row, column: ctrl ? 0 : column - 1 };
    case 'ArrowDown':
      return { row: ctrl ? size.rows - 1 : row + 1, column };
    case 'ArrowUp':
      return { row: ctrl ? -1 : row - 1, column };
    case 'PageDown':
      return { row: Math.max(0, row) + size.page, column };
    case 'PageUp':
      return { row: row - size.page, column };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? size.rows - 1 : row, column: size.columns - 1 };
    default:
      return undefined;
  }
}

function inside({ row, column }: CellAt, size: GridSize): CellAt {
  return {
    row: Math.min(size.rows - 1, Math.max(-1, row)),
    column: Math.min(size.columns - 1, Math.max(0, column)),
  };
}
