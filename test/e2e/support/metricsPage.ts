// Owns how journeys read the Metrics page: what a person sees on it, as numbers. It must never reach behind the page.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';

/** The drawn loss chart; shows up with the first training step. */
export const LOSS_CHART = '.chart[data-metric="loss"] canvas';

/** One frame of the page. Numbers are 0 where nothing is shown yet. */
export interface MetricsReading {
  name: string;
  /** The word in the run's chip: "Running", "Stopped". */
  state: string;
  epoch: number;
  epochs: number;
  step: number;
  /** Points of the loss on train rows that the chart holds. */
  stepPoints: number;
  epochPoints: number;
  /** Changes when the picture of the loss changes. */
  picture: string;
}

/** Everything in one go, so that the numbers belong to one frame. */
export function readMetrics(page: Frame): Promise<MetricsReading> {
  return page.evaluate((chart) => {
    const text = (selector: string): string => document.querySelector(selector)?.textContent.trim() ?? '';
    const count = (shown: string | undefined): number => Number((shown ?? '').replace(/[^0-9]/g, ''));
    const stats = [...document.querySelectorAll('.stats .stat')];
    const step = stats.find((stat) => stat.querySelector('dt')?.textContent === 'Step');
    const progress = text('.progress-row span').split(' of ');
    const canvas = document.querySelector<HTMLCanvasElement>(chart);
    const points = canvas?.closest<HTMLElement>('.chart')?.dataset;
    return {
      name: text('.run-title h1'),
      state: text('.state-chip'),
      epoch: progress.length === 2 ? count(progress[0]) : 0,
      epochs: progress.length === 2 ? count(progress[1]) : 0,
      step: count(step?.querySelector('dd')?.textContent),
      stepPoints: count(points?.['stepPoints']),
      epochPoints: count(points?.['epochPoints']),
      picture: canvas?.toDataURL() ?? '',
    };
  }, LOSS_CHART);
}

/**
 * Waits for a frame of the page that fulfils a condition.
 * @param what for the error: what was waited for
 * @throws Error with the last reading
 */
export async function waitForMetrics(
  page: Frame,
  what: string,
  fulfils: (reading: MetricsReading) => boolean,
  limitMs = 30_000,
): Promise<MetricsReading> {
  const end = Date.now() + limitMs;
  for (;;) {
    const reading = await readMetrics(page);
    if (fulfils(reading)) return reading;
    if (Date.now() > end) {
      const last = JSON.stringify({ ...reading, picture: `${reading.picture.length} characters` });
      throw new Error(`The Metrics page did not come to "${what}" in ${limitMs / 1000} s: ${last}`);
    }
    await sleep(100);
  }
}
