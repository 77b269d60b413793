// Owns how numbers are written in findings.
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Four digits that count. */
export function formatValue(value: number): string {
  return String(Number(value.toPrecision(4)));
}
