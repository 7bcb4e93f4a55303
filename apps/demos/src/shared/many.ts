/**
 * The least and the greatest of many numbers, of which there may be more than a call takes
 * arguments.
 */
export function extent(values: Iterable<number>): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Dots past which a picture shows no more of a table. */
const DOTS = 2000;

/**
 * Numbers of rows to draw: all of 0 … count − 1, or as many as a picture shows, lying evenly among
 * them.
 */
export function drawnOf(count: number): number[] {
  const length = Math.min(count, DOTS);
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

/** The same of what is in a list. */
export const drawn = <Item>(items: readonly Item[]): Item[] =>
  drawnOf(items.length).map((i) => items[i] as Item);
