import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import { grid } from "../shared/panels.ts";
import type { Trial } from "./search.ts";

/** Real and predicted prices: on the diagonal every prediction would be right. */
export function predictionPanel(
  real: ArrayLike<number>,
  predicted: readonly number[],
  r2: number,
): Panel {
  const points = predicted.map((y, i) => ({ x: (real[i] as number) / 1000, y: y / 1000 }));
  const most = Math.max(...points.flatMap(({ x, y }) => [x, y])) * 1.04;
  return {
    title: "Houses that were held out",
    subtitle: `predicted against real prices, in thousands of dollars: R² ${r2.toFixed(3)}`,
    width: 440,
    height: 400,
    plot: {
      x: { label: "real price →", domain: [0, most], ticks: 6, tickSize: 0 },
      y: { label: "↑ predicted", domain: [0, most], ticks: 6, tickSize: 0 },
      marks: [
        ...grid(),
        Plot.line(
          [
            [0, 0],
            [most, most],
          ],
          { stroke: ink.fit, strokeWidth: 2, strokeDasharray: "6 5" },
        ),
        Plot.dot(points, { x: "x", y: "y", r: 4, fill: ink.data, fillOpacity: 0.5 }),
      ],
    },
  };
}

/** What random search found at each learning rate. */
export function trialsPanel(trials: readonly Trial[]): Panel {
  const points = trials.map(({ settings, score }) => ({ ...settings, score }));
  return {
    title: "Random search",
    subtitle: "R² of each draw by its learning rate; larger dots have more units",
    width: 440,
    height: 400,
    plot: {
      inset: 14,
      x: { label: "learning rate →", type: "log", ticks: 5, tickSize: 0, tickFormat: "~g" },
      y: { label: "↑ R²", ticks: 6, tickSize: 0, nice: true },
      r: { type: "sqrt", range: [4, 9] },
      marks: [
        ...grid(),
        Plot.dot(points, { x: "lr", y: "score", r: "hidden", fill: ink.data, fillOpacity: 0.6 }),
      ],
    },
  };
}
