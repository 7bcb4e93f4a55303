/** The quantile `part` of ascending values, interpolated linearly. */
export function quantile(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - below);
}

/**
 * A weighted quantile: the first value up to which that part of the weight lies; if it lies there
 * exactly, or `lower` is not set, the mean with the next value.
 */
export function weightedQuantile(
  sorted: Float64Array,
  weights: Float64Array,
  part: number,
  lower = false,
): number {
  const sums = running(weights);
  return atWeight(sorted, sums, part * (sums.at(-1) as number), lower);
}

/** Running sums. */
export function running(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/**
 * The value where the running sum reaches `wanted`; if it ends exactly there, the mean with the
 * next value.
 */
export function atWeight(
  sorted: Float64Array,
  sums: Float64Array,
  wanted: number,
  lower = false,
): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  const value = sorted[low] as number;
  if (lower || (sums[low] as number) - wanted > 2 ** -52) return value;
  return (value + (sorted[Math.min(low + 1, sorted.length - 1)] as number)) / 2;
}
