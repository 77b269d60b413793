// Owns dates: standardised days since 1970, and the circle of the year, week and day where train moves on it.
import { DAY_MS, isDayFirst, parseDateTime } from '../../data/datetime';
import { missingName, toFloat32, type Encoder } from './encoder';
import { isNegligible, meanOf, medianOf, populationSd, presentOf } from './statistics';

type Part = 'month' | 'weekday' | 'hour';
const PARTS: readonly Part[] = ['month', 'weekday', 'hour'];

/** Position on the part's circle, in turns (0 to 1). UTC, as all dates here. */
function turnOf(part: Part, ms: number): number {
  const date = new Date(ms);
  switch (part) {
    case 'month':
      return date.getUTCMonth() / 12;
    case 'weekday':
      return date.getUTCDay() / 7;
    case 'hour':
      return (date.getUTCHours() + date.getUTCMinutes() / 60) / 24;
  }
}

function parseAll(values: readonly (string | null)[], dayFirst: boolean): Float64Array {
  return Float64Array.from(values, (value) => (value === null ? NaN : parseDateTime(value, dayFirst)));
}

export const datetimeEncoder: Encoder<'datetime'> = {
  fit(feature, values) {
    const { column } = feature;
    const dayFirst = isDayFirst(values);
    const times = parseAll(values, dayFirst);
    const present = presentOf(times);
    if (present.length === 0) return { kind: 'dropped', reason: 'allMissing' };
    const indicator = present.length < times.length;
    const first = present[0] ?? 0;
    if (!indicator && present.every((value) => value === first))
      return { kind: 'dropped', reason: 'constant' };
    const fillMs = medianOf(present);
    const days = times.map((value) => (Number.isNaN(value) ? fillMs : value) / DAY_MS);
    const offsetDays = meanOf(days);
    const sd = populationSd(days, offsetDays);
    const divisorDays = isNegligible(sd, offsetDays, days.length) ? 1 : sd;
    const parts = PARTS.filter((part) =>
      present.some((value) => turnOf(part, value) !== turnOf(part, first)),
    );
    const names = [
      `${column} (days)`,
      ...parts.flatMap((part) => [`${column} (${part} sin)`, `${column} (${part} cos)`]),
    ];
    if (indicator) names.push(missingName(column));
    return {
      kind: 'fitted',
      encoder: {
        type: 'datetime',
        column,
        names,
        fillMs,
        offsetDays,
        divisorDays,
        parts,
        dayFirst,
        indicator,
      },
    };
  },
  apply({ fillMs, offsetDays, divisorDays, parts, dayFirst, indicator }, values, x, stride, offset) {
    for (const [row, time] of parseAll(values, dayFirst).entries()) {
      const isMissing = Number.isNaN(time);
      const ms = isMissing ? fillMs : time;
      let at = row * stride + offset;
      x[at++] = toFloat32((ms / DAY_MS - offsetDays) / divisorDays);
      for (const part of parts) {
        const angle = 2 * Math.PI * turnOf(part, ms);
        x[at++] = Math.sin(angle);
        x[at++] = Math.cos(angle);
      }
      if (indicator) x[at] = isMissing ? 1 : 0;
    }
  },
};
