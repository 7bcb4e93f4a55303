import * as Plot from "@observablehq/plot";
import { type Chart, classColors, ink } from "../shared/panel.ts";
import { grid, legend } from "../shared/panels.ts";

/**
 * Rows on their first two principal components, coloured by what they are; rings are where k-means
 * put its centres.
 */
export function componentsChart(
  points: ArrayLike<number>,
  classes: readonly number[],
  names: readonly string[],
  centres: ArrayLike<number>,
): Chart {
  const pairs = (flat: ArrayLike<number>): { x: number; y: number }[] =>
    Array.from({ length: flat.length / 2 }, (_, i) => ({
      x: flat[2 * i] as number,
      y: flat[2 * i + 1] as number,
    }));
  const dots = pairs(points).map((point, i) => ({ ...point, of: classes[i] as number }));
  const color = (of: number): string => classColors[of % classColors.length] as string;
  return {
    width: 440,
    height: 420,
    plot: {
      x: { label: "first component →", ticks: 5, tickSize: 0, nice: true },
      y: { label: "↑ second", ticks: 5, tickSize: 0, nice: true },
      marks: [
        ...grid(),
        Plot.dot(dots, {
          x: "x",
          y: "y",
          r: dots.length > 500 ? 2.4 : 4,
          fill: ({ of }: (typeof dots)[number]) => color(of),
          fillOpacity: 0.6,
        }),
        Plot.dot(pairs(centres), { x: "x", y: "y", r: 11, stroke: ink.paper, strokeWidth: 5 }),
        Plot.dot(pairs(centres), { x: "x", y: "y", r: 11, stroke: ink.text, strokeWidth: 2.5 }),
        ...legend(
          names.map((name, of) => ({ name, color: color(of) })),
          300,
        ),
      ],
    },
  };
}
