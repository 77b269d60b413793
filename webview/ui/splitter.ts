// Owns the line between two zones: dragged with the mouse, moved with the arrow keys, told to screen readers.
import { el } from './dom';

export interface SplitterOptions {
  readonly label: string;
  /** The zone that is sized lies before or behind the line. */
  readonly side: 'before' | 'behind';
  readonly min: number;
  readonly max: () => number;
  readonly size: () => number;
  readonly reset: number;
  readonly onResize: (size: number) => void;
}

const STEP = 16;

export interface Splitter {
  readonly element: HTMLElement;
  /** Says the size anew, after the page has changed its own. */
  update(): void;
}

export function splitter(options: SplitterOptions): Splitter {
  const element = el('div', {
    class: 'splitter',
    tabIndex: 0,
    attrs: { role: 'separator', 'aria-orientation': 'vertical', 'aria-label': options.label },
  });
  const update = (): void => {
    element.setAttribute('aria-valuenow', String(Math.round(options.size())));
    element.setAttribute('aria-valuemin', String(options.min));
    element.setAttribute('aria-valuemax', String(Math.round(options.max())));
  };
  const resize = (size: number): void => {
    options.onResize(Math.min(options.max(), Math.max(options.min, size)));
    update();
  };
  const sign = options.side === 'before' ? 1 : -1;
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    element.focus();
    element.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const size = options.size();
    const move = (moved: PointerEvent): void => resize(size + sign * (moved.clientX - start));
    element.classList.add('dragged');
    element.addEventListener('pointermove', move);
    element.addEventListener(
      'lostpointercapture',
      () => {
        element.classList.remove('dragged');
        element.removeEventListener('pointermove', move);
      },
      { once: true },
    );
  });
  element.addEventListener('dblclick', () => resize(options.reset));
  element.addEventListener('keydown', (event) => {
    const by = event.shiftKey ? 4 * STEP : STEP;
    const sizes: Record<string, number> = {
      ArrowLeft: options.size() - sign * by,
      ArrowRight: options.size() + sign * by,
      Home: options.min,
      End: options.max(),
      Enter: options.reset,
    };
    const size = Object.hasOwn(sizes, event.key) ? sizes[event.key] : undefined;
    if (size === undefined) return;
    event.preventDefault();
    resize(size);
  });
  update();
  return { element, update };
}
