// Owns how the page's zones are laid out: three beside each other where there is room, else fewer with tabs between
// them. Lines between zones are moved with mouse and keyboard.
import * as l10n from '@vscode/l10n';
import { el } from '../ui/dom';
import { splitter, type Splitter } from '../ui/splitter';
import { tabId, tabs, type TabItem, type Tabs } from '../ui/tabs';
import type { Tab } from './state';

/** wide: recipe, data, and tabs beside them. medium: tabs and data. narrow: one at a time. */
export type Layout = 'wide' | 'medium' | 'narrow';

const WIDE_PX = 1080;
const MEDIUM_PX = 640;
const MIN_PANE = 200;
const MIN_DATA = 320;
export const DEFAULT_LEFT = 300;
export const DEFAULT_RIGHT = 320;

const TABS_OF: Readonly<Record<Layout, readonly Tab[]>> = {
  wide: ['checks', 'column'],
  medium: ['recipe', 'checks', 'column'],
  narrow: ['data', 'recipe', 'checks', 'column'],
};

/** Which panel the tabs show: the wanted one, where this layout has a tab for it. */
export function shownTab(layout: Layout, wanted: Tab, before: Tab | undefined): Tab {
  const has = TABS_OF[layout];
  if (has.includes(wanted)) return wanted;
  return before !== undefined && has.includes(before) ? before : (has[0] ?? 'checks');
}

export interface Sizes {
  readonly left: number;
  readonly right: number;
}

export interface ZonesOptions {
  readonly panels: Readonly<Record<Tab, HTMLElement>>;
  readonly sizes: () => Sizes;
  readonly resize: (sizes: Partial<Sizes>) => void;
  readonly choose: (tab: Tab) => void;
  /** The page got another layout: what depends on it is drawn anew. */
  readonly changed: () => void;
}

export class Zones {
  readonly element = el('main', { class: 'zones' });
  layout: Layout = 'wide';
  private readonly tabs: Tabs<Tab>;
  private readonly left: Splitter;
  private readonly right: Splitter;
  private shown: Tab | undefined;

  constructor(private readonly options: ZonesOptions) {
    const { panels, sizes, resize } = options;
    this.tabs = tabs(
      l10n.t('Parts of the page'),
      (id) => panels[id].id,
      (id) => options.choose(id),
    );
    const room = (other: number): number =>
      Math.max(MIN_PANE, this.element.clientWidth - MIN_DATA - (this.layout === 'wide' ? other : 0));
    this.left = splitter({
      label: l10n.t('Width of the left zone'),
      side: 'before',
      min: MIN_PANE,
      max: () => room(sizes().right),
      size: () => sizes().left,
      reset: DEFAULT_LEFT,
      onResize: (left) => {
        resize({ left });
        this.applySizes();
      },
    });
    this.right = splitter({
      label: l10n.t('Width of the right zone'),
      side: 'behind',
      min: MIN_PANE,
      max: () => room(sizes().left),
      size: () => sizes().right,
      reset: DEFAULT_RIGHT,
      onResize: (right) => {
        resize({ right });
        this.applySizes();
      },
    });
    this.left.element.classList.add('left');
    this.right.element.classList.add('right');
    this.tabs.element.classList.add('zone-tabs');
    this.element.append(
      this.tabs.element,
      panels.recipe,
      this.left.element,
      panels.data,
      this.right.element,
      panels.checks,
      panels.column,
    );
    this.applyLayout();
    new ResizeObserver(() => this.applyLayout()).observe(this.element);
  }

  /** @param items what the tabs are called; those of this layout are shown */
  update(wanted: Tab, items: readonly TabItem<Tab>[]): void {
    const { panels } = this.options;
    const available = TABS_OF[this.layout];
    this.shown = shownTab(this.layout, wanted, this.shown);
    this.tabs.update(
      items.filter(({ id }) => available.includes(id)),
      this.shown,
    );
    for (const item of items) {
      const panel = panels[item.id];
      const isTabbed = available.includes(item.id);
      panel.hidden = isTabbed && item.id !== this.shown;
      if (isTabbed) {
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-labelledby', tabId(item.id));
      } else {
        panel.removeAttribute('role');
        panel.removeAttribute('aria-labelledby');
      }
    }
  }

  private applyLayout(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const layout: Layout = width >= WIDE_PX ? 'wide' : width >= MEDIUM_PX ? 'medium' : 'narrow';
    const isNew = layout !== this.layout;
    this.layout = layout;
    this.element.dataset['layout'] = layout;
    this.applySizes();
    if (isNew) this.options.changed();
  }

  private applySizes(): void {
    const { left, right } = this.options.sizes();
    const width = this.element.clientWidth;
    const limit = Math.max(MIN_PANE, width - MIN_DATA);
    const shownLeft = Math.min(left, this.layout === 'wide' ? Math.max(MIN_PANE, limit - right) : limit);
    const shownRight = Math.min(right, Math.max(MIN_PANE, limit - shownLeft));
    this.element.style.setProperty('--left', `${shownLeft}px`);
    this.element.style.setProperty('--right', `${shownRight}px`);
    this.left.update();
    this.right.update();
  }
}
