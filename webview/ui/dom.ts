// Owns the making of elements: text is always textContent, never markup. Knows nothing of any page.

type Child = Node | string | undefined | false;

export interface ElementProps {
  class?: string;
  id?: string;
  title?: string;
  hidden?: boolean;
  tabIndex?: number;
  /** Any other attribute (role, aria-*, data-*, scope ...); undefined leaves it out. */
  attrs?: Readonly<Record<string, string | number | boolean | undefined>>;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

function assign(element: Element, attrs: ElementProps['attrs']): void {
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value !== undefined) element.setAttribute(name, String(value));
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: ElementProps = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (props.class !== undefined) element.className = props.class;
  if (props.id !== undefined) element.id = props.id;
  if (props.title !== undefined) element.title = props.title;
  if (props.hidden !== undefined) element.hidden = props.hidden;
  if (props.tabIndex !== undefined) element.tabIndex = props.tabIndex;
  assign(element, props.attrs);
  for (const [name, listener] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  append(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attrs: ElementProps['attrs'] = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  assign(element, attrs);
  append(element, children);
  return element;
}

/** Sets the text only when it differs, so that a screen reader and a selection are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setTitle(element: HTMLElement, title: string): void {
  if (element.title !== title) element.title = title;
}

/** Runs `render` at most once per animation frame, however often it is asked for. */
export function oncePerFrame(render: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      render();
    });
  };
}

/** Makes `nodes` the children, without touching those that stay where they are: focus and scrolling survive. */
export function setChildren(parent: Element, nodes: readonly Node[]): void {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => {
    const present = parent.childNodes[i] ?? null;
    if (present !== node) parent.insertBefore(node, present);
  });
}
