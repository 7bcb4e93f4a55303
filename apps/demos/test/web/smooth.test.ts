import { expect, test } from "vitest";
import { reachOf, smoothAt } from "../../web/charts/smooth.ts";

const smoothed = (values: readonly number[]): number[] =>
  values.map((_, i) => smoothAt(values, i, reachOf(values.length)));
const draw = (count: number, at: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => at(i));
/** Numbers that look like chance and are the same each time. */
const noise = (i: number): number => ((i * 7919) % 101) / 101 - 0.5;

test.each([3, 12, 30, 1000])("a straight fall of %i points is its own smooth line", (count) => {
  const fall = draw(count, (i) => 5 - (4 * i) / count);
  smoothed(fall).forEach((value, i) => {
    expect(value).toBeCloseTo(fall[i] as number, 10);
  });
});

test.each([5, 30, 800])(
  "of %i points that fall it is nowhere above all around it, nor below",
  (count) => {
    const losses = draw(count, (i) => Math.exp((-5 * i) / count) * (1 + noise(i)));
    const reach = reachOf(count);
    smoothed(losses).forEach((value, i) => {
      const around = losses.slice(Math.max(0, i - reach), i + reach + 1);
      expect(value).toBeLessThanOrEqual(around.reduce((a, b) => Math.max(a, b)));
      expect(value).toBeGreaterThanOrEqual(around.reduce((a, b) => Math.min(a, b)));
    });
  },
);

test("it lags behind no fall and no rise: where all points lie on a curve it is near the curve, at both ends too", () => {
  for (const sign of [1, -1]) {
    const curve = draw(400, (i) => sign * Math.exp(-i / 100));
    smoothed(curve).forEach((value, i) => {
      expect(Math.abs(value - (curve[i] as number))).toBeLessThan(0.01);
    });
  }
});

test("it takes the chance out", () => {
  const losses = draw(800, (i) => 1 + noise(i));
  for (const value of smoothed(losses).slice(20, -20))
    expect(Math.abs(value - 1)).toBeLessThan(0.1);
});
