/**
 * A point's neighbours to either side, of so many points: a fortieth of them, and no fewer than
 * five.
 */
export const reachOf = (count: number): number => Math.max(5, Math.round(0.025 * count));

/**
 * The straight line that fits best through the points from `i − reach` to `i + reach`, at point
 * `i`; at the ends, where there are none on one side, it leans as the others do, so that the line
 * neither lags behind a fall nor starts too low. It is never above all the points that it goes
 * through, nor below them all.
 */
export function smoothAt(values: readonly number[], i: number, reach: number): number {
  const [first, last] = [Math.max(0, i - reach), Math.min(values.length - 1, i + reach)];
  let [sum, moment, spread, low, high] = [0, 0, 0, Infinity, -Infinity];
  const count = last - first + 1;
  const middle = (first + last) / 2;
  for (let j = first; j <= last; j++) {
    const value = values[j] as number;
    sum += value;
    moment += (j - middle) * value;
    spread += (j - middle) ** 2;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const slope = spread === 0 ? 0 : moment / spread;
  return Math.min(high, Math.max(low, sum / count + slope * (i - middle)));
}
