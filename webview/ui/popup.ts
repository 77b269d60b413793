// Owns what floats over the page: where it is put, and when it goes. One at a time. Knows nothing of its content.
import { el } from './dom';

export interface PopupOptions {
  /** The control it belongs to, or where the pointer was. */
  readonly anchor: Element | { readonly x: number; readonly y: number };
  readonly content: HTMLElement;
  /** As wide as the anchor at least. */
  readonly matchWidth?: boolean;
  /** Not the popup's: a text field that goes on being typed into while a list hangs below it. */
  readonly keepFocus?: boolean;
  readonly onClose?: () => void;
}

export interface Popup {
  readonly isOpen: boolean;
  /** Puts it anew, after its content has changed its size. */
  place(): void;
  close(): void;
}

const MARGIN = 4;
let current: Popup | undefined;

export function openPopup(options: PopupOptions): Popup {
  current?.close();
  const { anchor, content } = options;
  const before = document.activeElement;
  const box = el('div', { class: 'popup' }, content);
  const inside = (event: Event): boolean => {
    const path = event.composedPath();
    return path.includes(box) || (anchor instanceof Element && path.includes(anchor));
  };
  const onPointer = (event: Event): void => {
    if (!inside(event)) close();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  const close = (): void => {
    if (current !== popup) return;
    current = undefined;
    cancelAnimationFrame(frame);
    document.removeEventListener('pointerdown', onPointer, true);
    document.removeEventListener('keydown', onKey, true);
    window.removeEventListener('blur', close);
    window.removeEventListener('resize', close);
    const hadFocus = box.contains(document.activeElement);
    box.remove();
    if (hadFocus && before instanceof HTMLElement && before.isConnected) before.focus();
    options.onClose?.();
  };
  const popup: Popup = {
    get isOpen() {
      return current === popup;
    },
    place: () => place(box, options),
    close,
  };
  current = popup;
  document.body.append(box);
  place(box, options);
  let frame = 0;
  let where = '';
  // What it belongs to may move or grow: a list that is redrawn, a field that gets another line.
  const follow = (): void => {
    const rect = anchor instanceof Element ? JSON.stringify(anchor.getBoundingClientRect()) : '';
    if (where !== '' && rect !== where) place(box, options);
    where = rect;
    frame = requestAnimationFrame(follow);
  };
  if (anchor instanceof Element) follow();
  document.addEventListener('pointerdown', onPointer, true);
  document.addEventListener('keydown', onKey, true);
  // The rest of the editor sends no clicks here; that the page lost the focus is all that is told.
  window.addEventListener('blur', close);
  window.addEventListener('resize', close);
  if (options.keepFocus !== true) firstFocusable(content)?.focus();
  return popup;
}

/** The selector of what can be focused from the keyboard, the toolkit's controls included. */
const FOCUSABLE =
  'input:not([disabled]), select, textarea, button:not([disabled]):not([tabindex="-1"]), [tabindex="0"], vscode-button:not([disabled])';

export function firstFocusable(root: ParentNode): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[autofocus], ${FOCUSABLE}`);
}

/** Below the anchor, above it where that has more room; always inside the page. */
function place(box: HTMLElement, { anchor, matchWidth }: PopupOptions): void {
  const rect =
    anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  if (matchWidth === true) box.style.minWidth = `${rect.width}px`;
  const below = window.innerHeight - rect.bottom - 2 * MARGIN;
  const above = rect.top - 2 * MARGIN;
  box.style.maxHeight = '';
  const wanted = box.scrollHeight + 2;
  const isBelow = wanted <= below || below >= above;
  const height = Math.min(wanted, Math.max(60, isBelow ? below : above));
  box.style.maxHeight = `${height}px`;
  const width = box.offsetWidth;
  const left = Math.max(MARGIN, Math.min(rect.left, window.innerWidth - width - MARGIN));
  const top = isBelow ? rect.bottom + 2 : rect.top - height - 2;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(MARGIN, top)}px`;
}
