// Owns the drawn graph: an SVG that pans, zooms and is walked with the arrow keys. Told what to show, tells which layer
// was chosen; never changes the architecture.
import * as l10n from '@vscode/l10n';
import { layerKindLabel } from '../../src/shared/modelTexts';
import type { Architecture, ArchitectureNode } from '../../src/shared/schema/architecture';
import { el, svg } from '../ui/dom';
import { formatCount } from '../ui/format';
import { layoutArchitecture, type Arrow, type Box, type Diagram } from './layout';
import { parameterText, shapeText, spoken } from './words';

const MIN_ZOOM = 0.05;
const MAX_ZOOM = 4;
/** Below this a label is thinner than a hair: a graph that would be smaller is shown from its top instead. */
const READABLE_ZOOM = 0.3;
/** Pixels between the top of the view and the first box. */
const TOP = 8;

/** Longest text that fits a line of a box; more is cut, the tooltip has all of it. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function boxTitle(node: ArchitectureNode): string {
  return node.layerIndex === undefined
    ? spoken(node)
    : l10n.t('{0}. Enter or a click shows it in the config.', spoken(node));
}

function drawBox({ node, x, y, width, height }: Box): SVGGElement {
  const text = (
    className: string,
    content: string,
    at: { x: number; y: number; anchor?: 'end' },
  ): SVGTextElement =>
    svg('text', { class: className, x: at.x, y: at.y, 'text-anchor': at.anchor ?? 'start' }, content);
  return svg(
    'g',
    {
      class: `box kind-${node.kind}${node.layerIndex === undefined ? '' : ' clickable'}`,
      transform: `translate(${x} ${y})`,
      tabindex: -1,
      role: node.layerIndex === undefined ? 'img' : 'button',
      'aria-label': spoken(node),
      'data-id': node.id,
    },
    svg('title', {}, boxTitle(node)),
    svg('rect', { class: 'box-back', width, height, rx: 5 }),
    svg('rect', { class: 'box-accent', x: 0.5, y: 8, width: 3, height: height - 16, rx: 1.5 }),
    text('box-label', cut(node.label, 26), { x: 16, y: 23 }),
    // The texts as words of their own, for those who read them as one.
    ' ',
    text('box-side', node.activation ?? '', { x: width - 14, y: 23, anchor: 'end' }),
    ' ',
    text('box-small', `${layerKindLabel(node.kind)} → ${shapeText(node.outputShape)}`, { x: 16, y: 41 }),
    ' ',
    text('box-small strong', node.parameters > 0 ? parameterText(node.parameters) : '', {
      x: width - 14,
      y: 41,
      anchor: 'end',
    }),
    ' ',
    node.notes.length > 0 && text('box-small', cut(node.notes.join(' · '), 42), { x: 16, y: 59 }),
  );
}

function drawArrow({ points }: Arrow): SVGGElement {
  const last = points[points.length - 1] ?? { x: 0, y: 0 };
  const before = points[points.length - 2] ?? last;
  const angle = (Math.atan2(last.y - before.y, last.x - before.x) * 180) / Math.PI;
  const path = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('');
  return svg(
    'g',
    { class: 'arrow' },
    svg('path', { class: 'arrow-line', d: path }),
    svg('path', {
      class: 'arrow-head',
      d: 'M-7 -4L0 0L-7 4Z',
      transform: `translate(${last.x.toFixed(1)} ${last.y.toFixed(1)}) rotate(${angle.toFixed(1)})`,
    }),
  );
}

export class DiagramView {
  readonly element: SVGSVGElement;
  private readonly scene = svg('g', {});
  private diagram: Diagram = { boxes: [], arrows: [], width: 0, height: 0 };
  private scale = 1;
  private left = 0;
  private top = 0;
  /** The user panned or zoomed: an update of the architecture leaves the view alone. */
  private arranged = false;
  private focused: string | undefined;
  /** The user went to a box: it stays marked when the focus leaves the graph. */
  private selected = false;

  /** @param onReveal the layer's index in the config */
  constructor(private readonly onReveal: (layerIndex: number) => void) {
    this.element = svg(
      'svg',
      { class: 'diagram', role: 'group', 'aria-label': l10n.t('Layers') },
      this.scene,
    );
    this.element.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    this.element.addEventListener('pointerdown', (event) => this.onPointerDown(event));
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    new ResizeObserver(() => {
      if (!this.arranged) this.home();
    }).observe(this.element);
  }

  update(architecture: Architecture): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.diagram = layoutArchitecture(architecture);
    this.scene.replaceChildren(...this.diagram.arrows.map(drawArrow), ...this.diagram.boxes.map(drawBox));
    const ids = this.diagram.boxes.map((box) => box.node.id);
    if (this.focused === undefined || !ids.includes(this.focused)) this.focused = ids[0];
    this.markFocusable();
    if (hadFocus) this.boxElement(this.focused)?.focus();
    if (this.arranged) this.apply();
    else this.home();
  }

  zoomBy(factor: number): void {
    const { width, height } = this.element.getBoundingClientRect();
    this.zoomAt(factor, width / 2, height / 2);
  }

  /** The whole graph in view, never larger than life; a very long one as wide as the view, from its top. */
  fit(): void {
    const { width, height } = this.element.getBoundingClientRect();
    const whole = Math.min(1, width / this.diagram.width, height / this.diagram.height);
    if (whole < READABLE_ZOOM) {
      this.home();
      this.arranged = true;
      return;
    }
    this.scale = whole;
    this.left = (width - this.diagram.width * this.scale) / 2;
    this.top = Math.max(0, (height - this.diagram.height * this.scale) / 2);
    this.arranged = true;
    this.apply();
  }

  /** A drawing that stands alone: the theme's colours are written into it. */
  toStandaloneSvg(title: string): string {
    const { width, height } = this.diagram;
    const scene = this.scene.cloneNode(true) as SVGGElement;
    scene.removeAttribute('transform');
    const originals = this.scene.querySelectorAll('*');
    scene.querySelectorAll('*').forEach((copy, index) => {
      const original = originals[index];
      if (original === undefined) return;
      const style = getComputedStyle(original);
      for (const name of [
        'fill',
        'stroke',
        'stroke-width',
        'font-family',
        'font-size',
        'font-weight',
      ] as const) {
        copy.setAttribute(name, style.getPropertyValue(name));
      }
      for (const name of ['class', 'tabindex', 'role', 'aria-label', 'data-id']) copy.removeAttribute(name);
    });
    const drawing = svg(
      'svg',
      {
        width: Math.ceil(width),
        height: Math.ceil(height),
        viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      },
      svg('title', {}, title),
      svg('rect', { width: '100%', height: '100%', fill: getComputedStyle(document.body).backgroundColor }),
      scene,
    );
    return new XMLSerializer().serializeToString(drawing);
  }

  /** Life size, centred, from the top; smaller only where the width asks for it. */
  private home(): void {
    const { width } = this.element.getBoundingClientRect();
    this.scale = Math.max(MIN_ZOOM, Math.min(1, width / Math.max(1, this.diagram.width)));
    this.left = (width - this.diagram.width * this.scale) / 2;
    this.top = TOP;
    this.apply();
  }

  private apply(): void {
    this.scene.setAttribute(
      'transform',
      `translate(${this.left.toFixed(2)} ${this.top.toFixed(2)}) scale(${this.scale.toFixed(4)})`,
    );
  }

  private zoomAt(factor: number, x: number, y: number): void {
    const scale = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, this.scale * factor));
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.arranged = true;
    this.apply();
  }

  private panBy(dx: number, dy: number): void {
    // At least a strip of the graph stays in view, or it is lost.
    const { width, height } = this.element.getBoundingClientRect();
    const strip = 60;
    this.left = Math.min(width - strip, Math.max(strip - this.diagram.width * this.scale, this.left + dx));
    this.top = Math.min(height - strip, Math.max(strip - this.diagram.height * this.scale, this.top + dy));
    this.arranged = true;
    this.apply();
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const rect = this.element.getBoundingClientRect();
    // A line is about 16 px, a page about a view's height.
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? rect.height : 1;
    if (event.ctrlKey || event.metaKey) {
      this.zoomAt(
        Math.exp(-event.deltaY * unit * 0.002),
        event.clientX - rect.left,
        event.clientY - rect.top,
      );
    } else if (event.shiftKey) {
      this.panBy(-(event.deltaX + event.deltaY) * unit, 0);
    } else {
      this.panBy(-event.deltaX * unit, -event.deltaY * unit);
    }
  }

  private onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const box = event.target instanceof Element ? event.target.closest<SVGGElement>('.box') : null;
    let lastX = event.clientX;
    let lastY = event.clientY;
    let moved = false;
    const move = (to: PointerEvent): void => {
      // A shaking hand is still a click.
      if (!moved && Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY) < 4) return;
      moved = true;
      this.element.classList.add('panning');
      this.panBy(to.clientX - lastX, to.clientY - lastY);
      lastX = to.clientX;
      lastY = to.clientY;
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', end);
      this.element.classList.remove('panning');
    };
    const up = (): void => {
      end();
      const id = box?.dataset['id'];
      if (!moved && id !== undefined) {
        this.focusBox(id, false);
        this.reveal(id);
      }
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', end);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const ids = this.diagram.boxes.map((box) => box.node.id);
    const index = ids.indexOf(this.focused ?? '');
    const go = (to: number): void => {
      const id = ids[Math.min(ids.length - 1, Math.max(0, to))];
      if (id !== undefined) this.focusBox(id, true);
    };
    const actions: Record<string, () => void> = {
      ArrowDown: () => go(index + 1),
      ArrowRight: () => go(index + 1),
      ArrowUp: () => go(index - 1),
      ArrowLeft: () => go(index - 1),
      PageDown: () => go(index + 5),
      PageUp: () => go(index - 5),
      Home: () => go(0),
      End: () => go(ids.length - 1),
      Enter: () => this.reveal(this.focused),
      ' ': () => this.reveal(this.focused),
      '+': () => this.zoomBy(1.25),
      '=': () => this.zoomBy(1.25),
      '-': () => this.zoomBy(0.8),
      '0': () => this.fit(),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  private reveal(id: string | undefined): void {
    const layerIndex = this.diagram.boxes.find((box) => box.node.id === id)?.node.layerIndex;
    if (layerIndex !== undefined) this.onReveal(layerIndex);
  }

  private boxElement(id: string | undefined): SVGGElement | undefined {
    return [...this.scene.querySelectorAll<SVGGElement>('.box')].find((box) => box.dataset['id'] === id);
  }

  private markFocusable(): void {
    for (const box of this.scene.querySelectorAll<SVGGElement>('.box')) {
      const here = box.dataset['id'] === this.focused;
      box.setAttribute('tabindex', here ? '0' : '-1');
      box.classList.toggle('selected', here && this.selected);
    }
  }

  private focusBox(id: string, byKeyboard: boolean): void {
    this.focused = id;
    this.selected = true;
    this.markFocusable();
    this.boxElement(id)?.focus({ preventScroll: true });
    const box = this.diagram.boxes.find((candidate) => candidate.node.id === id);
    if (!byKeyboard || box === undefined) return;
    const { height, width } = this.element.getBoundingClientRect();
    const y = this.top + box.y * this.scale;
    const bottom = y + box.height * this.scale;
    const x = this.left + box.x * this.scale;
    const right = x + box.width * this.scale;
    const dy = y < TOP ? TOP - y : bottom > height - TOP ? height - TOP - bottom : 0;
    const dx = x < 0 ? -x : right > width ? width - right : 0;
    if (dx !== 0 || dy !== 0) this.panBy(dx, dy);
  }
}

export function layerTable(architecture: Architecture, onReveal: (layerIndex: number) => void): HTMLElement {
  const heads = [
    l10n.t('Layer'),
    l10n.t('Activation'),
    l10n.t('Output'),
    l10n.t('Parameters'),
    l10n.t('FLOPs per row'),
    l10n.t('Notes'),
  ];
  return el(
    'table',
    { class: 'data layers' },
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { attrs: { scope: 'col' } }, head)))),
    el(
      'tbody',
      {},
      ...architecture.nodes.map((node) => {
        const index = node.layerIndex;
        return el(
          'tr',
          {},
          el(
            'th',
            { attrs: { scope: 'row' } },
            index === undefined
              ? node.label
              : el(
                  'button',
                  { class: 'link', attrs: { type: 'button' }, on: { click: () => onReveal(index) } },
                  node.label,
                ),
          ),
          el('td', { class: 'left' }, node.activation ?? ''),
          el('td', {}, shapeText(node.outputShape)),
          el('td', {}, formatCount(node.parameters)),
          el('td', {}, formatCount(node.flops)),
          el('td', { class: 'left' }, node.notes.join(' · ')),
        );
      }),
    ),
  );
}
