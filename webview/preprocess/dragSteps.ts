// Owns dragging a step to another place in the list: a line shows where it would go. Knows no steps, only their places.
const PLACED = '.step[data-index]';

/** @param move from which place to which */
export function listenToDrag(list: HTMLElement, move: (from: number, to: number) => void): void {
  let dragged: number | undefined;
  const itemAt = (event: DragEvent): HTMLElement | null =>
    event.target instanceof Element ? event.target.closest<HTMLElement>(PLACED) : null;
  const clear = (): void => {
    for (const item of list.querySelectorAll('.drop-above, .drop-below'))
      item.classList.remove('drop-above', 'drop-below');
  };
  list.addEventListener('dragstart', (event) => {
    const item = itemAt(event);
    if (item === null || event.dataTransfer === null) return;
    dragged = Number(item.dataset['index']);
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', '');
  });
  list.addEventListener('dragover', (event) => {
    const item = itemAt(event);
    if (dragged === undefined || item === null) return;
    event.preventDefault();
    clear();
    item.classList.add(isUpperHalf(event, item) ? 'drop-above' : 'drop-below');
  });
  list.addEventListener('drop', (event) => {
    const item = itemAt(event);
    if (dragged === undefined || item === null) return;
    event.preventDefault();
    const gap = Number(item.dataset['index']) + (isUpperHalf(event, item) ? 0 : 1);
    move(dragged, gap > dragged ? gap - 1 : gap);
  });
  list.addEventListener('dragend', () => {
    dragged = undefined;
    clear();
  });
}

function isUpperHalf(event: DragEvent, item: HTMLElement): boolean {
  const { top, height } = item.getBoundingClientRect();
  return event.clientY < top + height / 2;
}
