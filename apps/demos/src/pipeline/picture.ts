import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import { grid, predictionChart } from "../shared/panels.ts";
import type { NetworkSettings } from "./network.ts";

/** Settings of the network that were tried, and their mean R² over the folds. */
export type Trial = NetworkSettings & { readonly score: number };

/** Prices of the houses held out, in thousands of dollars. */
export function predictionPanel(
  real: ArrayLike<number>,
  predicted: readonly number[],
  r2: number,
): Panel {
  const thousands = (prices: ArrayLike<number>): number[] =>
    Array.from(prices, (price) => price / 1000);
  return {
    title: "Houses that were held out",
    subtitle: `in thousands of dollars: R² ${r2.toFixed(3)}`,
    ...predictionChart(thousands(real), thousands(predicted), {
      real: "real price →",
      predicted: "↑ predicted",
    }),
  };
}

/** What random search found at each learning rate. */
export function trialsPanel(trials: readonly Trial[]): Panel {
  return {
    title: "Random search",
    subtitle: "R² by learning rate; larger dots have more units",
    width: 440,
    height: 400,
    plot: {
      inset: 14,
      x: { label: "learning rate →", type: "log", ticks: 5, tickSize: 0, tickFormat: "~g" },
      y: { label: "↑ R²", ticks: 6, tickSize: 0, nice: true },
      r: { type: "sqrt", range: [4, 9] },
      marks: [
        ...grid(),
        Plot.dot(trials, { x: "lr", y: "score", r: "hidden", fill: ink.data, fillOpacity: 0.6 }),
      ],
    },
  };
}
