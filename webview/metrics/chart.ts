// Owns one chart: an imperative island around uPlot, told what to show and telling what was zoomed or pointed at.
// Never owns points or the range: both come with each update, so that all charts agree.
import * as l10n from '@vscode/l10n';
import uPlot from 'uplot';
import type { Disposable } from '../../src/shared/disposable';
import { formatDuration } from '../../src/shared/format';
import { el, setText, setTitle } from '../ui/dom';
import { formatCompact, formatCount, formatPercent, formatValue } from '../ui/format';
import type { Palette } from '../ui/theme';
import { align, curve, nearest, xColumn, type Curve, type Points, type XAxis } from './points';
import type { MetricCurves } from './state';
import { isShare, metricLabel, metricText } from './words';

export interface ChartView {
  readonly curves: MetricCurves;
  readonly xAxis: XAxis;
  /** Subtracted from x: the first wall time on the time axis, else 0. */
  readonly origin: number;
  /** What is visible, in x minus origin. */
  readonly range: { readonly from: number; readonly to: number };
  readonly log: boolean;
  readonly bestEpoch: number | undefined;
  readonly palette: Palette;
  /** e.g. `binary cross-entropy`, after the title. */
  readonly subtitle: string;
}

export interface ChartListener {
  zoomed(range: { from: number; to: number } | undefined): void;
  /** x minus origin under the pointer; undefined when it left. `byKeyboard`: say it aloud. */
  pointed(x: number | undefined, spoken: string | undefined): void;
}

interface LineLook {
  readonly width: number;
  readonly alpha?: number;
  readonly points?: 'filled' | 'hollow';
  /** Pixels on, pixels off. */
  readonly dash?: number[];
}

type Row = ArrayLike<number | null | undefined>;

/** uPlot's Distr.Logarithmic: a const enum of its types, which has no value at run time. */
const LOG_SCALE: object = { distr: 3 };

/** Zoomed further than this share of its range, a chart would show nothing but rounding. */
const SMALLEST_ZOOM = 1e-6;

function at(row: Row | undefined, index: number): number | null | undefined {
  return row?.[index];
}

/** Index of the point of `row` that is nearest to `index`; points of several curves interleave on one axis. */
function nearestPoint(xs: Row, row: Row, index: number): number {
  const here = xs[index] ?? 0;
  let left = index;
  while (left >= 0 && at(row, left) === undefined) left--;
  let right = index;
  while (right < row.length && at(row, right) === undefined) right++;
  if (left < 0) return right < row.length ? right : index;
  if (right >= row.length) return left;
  return here - (xs[left] ?? 0) <= (xs[right] ?? 0) - here ? left : right;
}

function axisText(xAxis: XAxis, value: number): string {
  return xAxis === 'time' ? formatDuration(value) : formatCompact(value);
}

/** Rounded shares for shares, three digits else. */
function tickText(metric: string, value: number): string {
  return isShare(metric) ? formatPercent(value) : formatValue(value, 3);
}

/** 1, 2, 5, 10 ... s, min, h in milliseconds, so that a time axis has round labels. */
const TIME_STEPS = [
  100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3,
  14400e3, 21600e3, 43200e3, 86400e3, 172800e3, 432000e3, 864000e3,
];

/** 1, 2, 5, 10 ... 5e12: no tick at half a step, nor at 2.5 epochs. */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, k) => [1, 2, 5].map((m) => m * 10 ** k)).flat();

export class MetricChart implements Disposable {
  readonly element: HTMLElement;
  private readonly title = el('h2', {});
  private readonly subtitle = el('span', { class: 'muted small ellipsis' });
  private readonly where = el('span', { class: 'chart-where muted small' });
  private readonly trainValue = el('span', { class: 'chart-value' });
  private readonly validationValue = el('span', { class: 'chart-value' });
  private readonly notFinite = el('span', { class: 'chart-problem small', hidden: true });
  private readonly validationKey: HTMLElement;
  private readonly plotElement: HTMLElement;
  private readonly observer: ResizeObserver;
  private plot: uPlot | undefined;
  private view: ChartView | undefined;
  private drawn: readonly Curve[] = [];
  private pointedX: number | undefined;
  /** What the running uPlot was made for; another one is made when it differs. */
  private madeFor = '';
  /** New data moves uPlot's cursor to another x: nobody pointed there. */
  private updating = false;

  constructor(
    private readonly metric: string,
    private readonly listener: ChartListener,
  ) {
    this.plotElement = el('div', {
      class: 'chart-plot',
      tabIndex: 0,
      attrs: { role: 'group', 'aria-roledescription': l10n.t('chart') },
      on: { keydown: (event) => this.onKey(event) },
    });
    this.validationKey = el(
      'span',
      { class: 'chart-key' },
      el('span', { class: 'swatch validation' }),
      el('span', { class: 'muted' }, l10n.t('Validation')),
      this.validationValue,
    );
    this.element = el(
      'section',
      { class: 'chart', attrs: { 'data-metric': metric } },
      el('div', { class: 'chart-head' }, this.title, this.subtitle, this.where),
      el(
        'div',
        { class: 'chart-legend' },
        el(
          'span',
          { class: 'chart-key' },
          el('span', { class: 'swatch train' }),
          el('span', { class: 'muted' }, l10n.t('Train')),
          this.trainValue,
        ),
        this.validationKey,
        this.notFinite,
      ),
      this.plotElement,
    );
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.plotElement);
  }

  update(view: ChartView): void {
    this.view = view;
    setText(this.title, metricLabel(this.metric));
    setText(this.subtitle, view.subtitle);
    this.validationKey.hidden = view.curves.validation === undefined;
    // For tests from outside: as many points as steps and epochs means no gap and no duplicate.
    this.element.dataset['stepPoints'] = String(view.curves.trainSteps?.step.length ?? 0);
    this.element.dataset['epochPoints'] = String(view.curves.train?.epoch.length ?? 0);
    this.draw();
    this.readout();
  }

  /** Shows the crosshair at x (minus origin), or hides it; never tells the listener. */
  point(x: number | undefined): void {
    this.pointedX = x;
    const plot = this.plot;
    if (plot !== undefined) {
      const left = x === undefined ? -10 : plot.valToPos(x, 'x');
      plot.setCursor({ left, top: x === undefined ? -10 : plot.over.clientHeight / 2 }, false);
    }
    this.readout();
  }

  dispose(): void {
    this.observer.disconnect();
    this.plot?.destroy();
    this.element.remove();
  }

  private size(): { width: number; height: number } {
    return {
      width: Math.max(120, Math.floor(this.plotElement.clientWidth)),
      height: Math.max(80, Math.floor(this.plotElement.clientHeight)),
    };
  }

  private resize(): void {
    if (this.plot === undefined) return;
    const { width, height } = this.size();
    if (this.plot.width === width && this.plot.height === height) return;
    this.plot.setSize({ width, height });
    this.draw();
  }

  private draw(): void {
    const view = this.view;
    if (view === undefined) return;
    const { width } = this.size();
    const sources: (Points | undefined)[] = [
      view.curves.trainSteps,
      view.curves.train,
      view.curves.validation,
    ];
    this.drawn = sources.map((points) =>
      points === undefined
        ? { x: [], y: [], notFinite: [] }
        : curve(xColumn(points, view.xAxis), points.value.values(), {
            ...view.range,
            pixels: width,
            positiveOnly: view.log,
            origin: view.origin,
            blocks: points.value.blocks(),
          }),
    );
    const data = align(this.drawn) as uPlot.AlignedData;
    const wanted = `${view.xAxis}/${view.log}`;
    if (this.plot === undefined || this.madeFor !== wanted) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(view), data, this.plotElement);
      this.madeFor = wanted;
      if (this.pointedX !== undefined) this.point(this.pointedX);
    } else {
      this.updating = true;
      this.plot.setData(data, true);
      this.updating = false;
      // The crosshair stays on its point while the axis grows.
      if (this.pointedX !== undefined) this.point(this.pointedX);
    }
  }

  private options(view: ChartView): uPlot.Options {
    const palette = (): Palette => this.view?.palette ?? view.palette;
    const axis = { stroke: () => palette().muted, font: palette().font, labelFont: palette().font };
    const grid = { stroke: () => palette().grid, width: 1, size: 0 };
    const showPoints = (plot: uPlot, series: number): boolean => {
      const points = this.drawn[series - 1]?.x.length ?? 0;
      return points > 0 && points <= plot.over.clientWidth / 24;
    };
    const line = (colour: (of: Palette) => string, look: LineLook): uPlot.Series => ({
      stroke: () => colour(palette()),
      width: look.width,
      alpha: look.alpha ?? 1,
      spanGaps: false,
      ...(look.dash === undefined ? {} : { dash: look.dash }),
      points: {
        show: look.points === undefined ? false : showPoints,
        size: 6,
        width: 1.5,
        fill: () => (look.points === 'hollow' ? palette().background : colour(palette())),
      },
    });
    return {
      ...this.size(),
      legend: { show: false },
      padding: [16, 16, 0, 0],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 5 },
        bind: {
          dblclick: () => () => {
            this.listener.zoomed(undefined);
            return null;
          },
        },
        dataIdx: (plot, series, index) =>
          series === 0 ? index : nearestPoint(plot.data[0], plot.data[series] ?? [], index),
        // The thin step line has no point of its own: three dots at one place say nothing.
        points: { size: (_plot, series) => (series === 1 ? 0 : 7) },
      },
      scales: {
        x: {
          time: false,
          range: () => {
            const { from, to } = this.view?.range ?? view.range;
            return to > from ? [from, to] : [from - 0.5, from + 0.5];
          },
        },
        y: view.log ? { ...LOG_SCALE, range: (_plot, min, max) => uPlot.rangeLog(min, max, 10, false) } : {},
      },
      series: [
        {},
        line((of) => of.train, { width: 1, alpha: 0.4 }),
        line((of) => of.train, { width: 1.75, points: 'filled' }),
        // Not by colour alone: dashes and hollow points, as its key shows.
        line((of) => of.validation, { width: 1.75, points: 'hollow', dash: [5, 3] }),
      ],
      axes: [
        {
          ...axis,
          grid: { ...grid, show: false },
          ticks: { ...grid, show: false },
          size: 22,
          gap: 4,
          space: view.xAxis === 'time' ? 64 : 44,
          incrs:
            view.xAxis === 'time'
              ? TIME_STEPS
              : view.xAxis === 'step'
                ? WHOLE_STEPS
                : [0.1, 0.2, 0.5, ...WHOLE_STEPS],
          values: (_plot, splits) => splits.map((value) => axisText(view.xAxis, value)),
        },
        {
          ...axis,
          grid,
          ticks: { ...grid, show: false },
          size: 46,
          gap: 6,
          space: 28,
          // A log axis leaves out the labels of its crowded ticks with nulls, whatever the types say.
          values: (_plot, splits: (number | null)[]) =>
            splits.map((value) => (value === null ? '' : tickText(this.metric, value))),
        },
      ],
      hooks: {
        draw: [(plot) => this.drawMarkers(plot)],
        setSelect: [(plot) => this.onSelect(plot)],
        setCursor: [(plot) => this.onCursor(plot)],
      },
    };
  }

  private onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width <= 2) return;
    const from = plot.posToVal(left, 'x');
    const to = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.listener.zoomed({ from, to });
  }

  private onCursor(plot: uPlot): void {
    if (this.updating) return;
    const left = plot.cursor.left ?? -1;
    const x = left < 0 ? undefined : plot.posToVal(left, 'x');
    this.pointedX = x;
    this.readout();
    this.listener.pointed(x, undefined);
  }

  private drawMarkers(plot: uPlot): void {
    const view = this.view;
    if (view === undefined) return;
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const best = this.bestX(view);
    ctx.save();
    if (best !== undefined && best >= view.range.from && best <= view.range.to) {
      const x = Math.round(plot.valToPos(best, 'x', true));
      ctx.strokeStyle = view.palette.best;
      ctx.fillStyle = view.palette.best;
      ctx.lineWidth = ratio;
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      // In the margin above the plot, where no curve can run through it.
      ctx.font = view.palette.font.replace(/^(\d+)px/, (_all, px: string) => `${Number(px) * ratio}px`);
      ctx.textBaseline = 'bottom';
      ctx.textAlign = 'center';
      const text = l10n.t('best');
      const half = ctx.measureText(text).width / 2;
      ctx.fillText(text, Math.min(x, bbox.left + bbox.width + 14 * ratio - half), bbox.top - 2 * ratio);
    }
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.setLineDash([]);
    ctx.strokeStyle = view.palette.problem;
    ctx.lineWidth = 1.5 * ratio;
    const arm = 3.5 * ratio;
    const y = bbox.top + bbox.height - 6 * ratio;
    for (const xValue of new Set(this.drawn.flatMap((c) => c.notFinite))) {
      const x = plot.valToPos(xValue, 'x', true);
      ctx.beginPath();
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x + arm, y - arm);
      ctx.lineTo(x - arm, y + arm);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** x of the best epoch's end, from whichever curve has that epoch. */
  private bestX(view: ChartView): number | undefined {
    const points = view.curves.validation ?? view.curves.train;
    if (points === undefined || view.bestEpoch === undefined || view.bestEpoch < 1) return undefined;
    const epochs = points.epoch.values();
    const index = nearest(epochs, view.bestEpoch);
    if (epochs[index] !== view.bestEpoch) return undefined;
    return (xColumn(points, view.xAxis)[index] ?? NaN) - view.origin;
  }

  /** Values at the crosshair, from all points and not only the drawn ones; without one, the latest. */
  private readout(): void {
    const view = this.view;
    if (view === undefined) return;
    const { train, trainSteps, validation } = view.curves;
    const here = (points: Points | undefined): number => {
      if (points === undefined) return -1;
      if (this.pointedX === undefined) return points.value.length - 1;
      return nearest(xColumn(points, view.xAxis), this.pointedX + view.origin);
    };
    const trainPoints = train ?? trainSteps;
    const text = (points: Points | undefined): string => {
      const index = here(points);
      return points === undefined || index < 0 ? '–' : metricText(this.metric, points.value.at(index));
    };
    setText(this.trainValue, text(trainPoints));
    setText(this.validationValue, text(validation));
    const anchor = trainPoints ?? validation;
    const index = here(anchor);
    setText(
      this.where,
      this.pointedX === undefined || anchor === undefined || index < 0
        ? ''
        : l10n.t(
            'epoch {0} · step {1}',
            formatCount(Math.ceil(anchor.epoch.at(index))),
            formatCount(anchor.step.at(index)),
          ),
    );
    const bad = this.drawn.reduce((sum, c) => sum + c.notFinite.length, 0);
    this.notFinite.hidden = bad === 0;
    if (bad > 0) {
      setText(this.notFinite, l10n.t('✕ not finite: {0}', bad));
      setTitle(
        this.notFinite,
        l10n.t('Values that are NaN or infinite: a gap in the line, a cross at the bottom.'),
      );
    }
    this.plotElement.setAttribute(
      'aria-label',
      l10n.t(
        '{0}: train {1}, validation {2}. Left and right read the epochs, plus and minus zoom, 0 shows all.',
        metricLabel(this.metric),
        this.trainValue.textContent,
        this.validationValue.textContent,
      ),
    );
  }

  private onKey(event: KeyboardEvent): void {
    const view = this.view;
    const points = view?.curves.train ?? view?.curves.validation ?? view?.curves.trainSteps;
    if (view === undefined || points === undefined) return;
    const x = xColumn(points, view.xAxis);
    const current = this.pointedX === undefined ? x.length - 1 : nearest(x, this.pointedX + view.origin);
    const moveTo = (index: number): void => {
      const clamped = Math.min(x.length - 1, Math.max(0, index));
      const target = (x[clamped] ?? 0) - view.origin;
      this.point(target);
      this.listener.pointed(
        target,
        `${this.where.textContent}: ${l10n.t('train {0}, validation {1}', this.trainValue.textContent, this.validationValue.textContent)}`,
      );
    };
    const zoomBy = (factor: number): void => {
      const { from, to } = view.range;
      const middle = this.pointedX ?? (from + to) / 2;
      const half = ((to - from) * factor) / 2;
      if (half > Math.abs(middle) * SMALLEST_ZOOM)
        this.listener.zoomed({ from: middle - half, to: middle + half });
    };
    const actions: Record<string, () => void> = {
      ArrowLeft: () => moveTo(this.pointedX === undefined ? current : current - 1),
      ArrowRight: () => moveTo(current + 1),
      PageUp: () => moveTo(current - 10),
      PageDown: () => moveTo(current + 10),
      Home: () => moveTo(0),
      End: () => moveTo(x.length - 1),
      Escape: () => {
        this.point(undefined);
        this.listener.pointed(undefined, undefined);
      },
      '+': () => zoomBy(0.5),
      '=': () => zoomBy(0.5),
      '-': () => zoomBy(2),
      '0': () => this.listener.zoomed(undefined),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }
}
