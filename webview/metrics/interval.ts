// Owns how sure a share is that was counted on a few rows. Pure.

/** Two-sided 95 % of the standard normal: scipy.stats.norm.ppf(0.975). */
const Z_95 = 1.959963984540054;

/**
 * Wilson score interval of a proportion at 95 %; unlike the plain one it stays within [0, 1] and has a width at 0 and 1.
 * @param count successes, 0 to `total`
 * @param total trials, at least 1
 * @see Wilson 1927; statsmodels.stats.proportion.proportion_confint(count, total, method='wilson')
 */
export function wilsonInterval(count: number, total: number): { low: number; high: number } {
  const share = count / total;
  const z2 = Z_95 ** 2 / total;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total))) / (1 + z2);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
