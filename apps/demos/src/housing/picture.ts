import * as Plot from "@observablehq/plot";
import { type Chart, ink } from "../shared/panel.ts";
import { grid } from "../shared/panels.ts";

/** A straight line y = slope · x + intercept. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points, the line through them, how far each is from it, and one value read off the line. */
export function linePanel(
  points: readonly Point[],
  line: Line,
  asked: number | null,
  labels: { readonly x: string; readonly y: string; readonly answer?: string },
): Chart {
  const on = (x: number): number => line.slope * x + line.intercept;
  const xs = points.map(({ x }) => x);
  const reach = (Math.max(...xs) - Math.min(...xs)) * 0.12;
  const ends = [Math.min(...xs) - reach, Math.max(...xs) + reach].map((x) => ({ x, y: on(x) }));
  const answer = asked === null ? [] : [{ x: asked, y: on(asked) }];
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: labels.x, nice: true, ticks: 6, tickSize: 0, labelAnchor: "right" },
      y: { label: labels.y, nice: true, ticks: 6, tickSize: 0, grid: true },
      marks: [
        ...grid(),
        Plot.link(points, {
          x1: "x",
          x2: "x",
          y1: "y",
          y2: ({ x }: Point) => on(x),
          stroke: ink.quiet,
          strokeDasharray: "2 3",
        }),
        Plot.line(ends, {
          x: "x",
          y: "y",
          stroke: ink.fit,
          strokeWidth: 2.5,
          strokeLinecap: "round",
        }),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: 6,
          fill: ink.data,
          stroke: ink.paper,
          strokeWidth: 1.5,
        }),
        Plot.dot(answer, {
          x: "x",
          y: "y",
          r: 7,
          fill: ink.paper,
          stroke: ink.fit,
          strokeWidth: 2.5,
        }),
        Plot.text(answer, {
          x: "x",
          y: "y",
          text: () => labels.answer ?? "",
          textAnchor: "end",
          dx: -14,
          dy: -12,
          fontSize: 14,
          fontWeight: 600,
          fill: ink.fit,
        }),
      ],
    },
  };
}

/** Predicted against real values: on the diagonal every prediction would be right. */
export function predictionPanel(
  real: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: { readonly real: string; readonly predicted: string },
): Chart {
  const points = Array.from(real, (x, i) => ({ x, y: predicted[i] as number }));
  const all = points.flatMap(({ x, y }) => [x, y]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pad = (high - low) * 0.04;
  const domain = [low - pad, high + pad] as const;
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: labels.real, domain, ticks: 6, tickSize: 0 },
      y: { label: labels.predicted, domain, ticks: 6, tickSize: 0, grid: true },
      marks: [
        ...grid(),
        Plot.line(
          domain.map((v) => [v, v]),
          { stroke: ink.fit, strokeWidth: 2, strokeDasharray: "6 5" },
        ),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: 4.5,
          fill: ink.data,
          fillOpacity: 0.55,
          stroke: ink.data,
          strokeWidth: 1,
        }),
        Plot.text(["predicted too high"], { frameAnchor: "top-left", dx: 12, dy: 12, ...quiet }),
        Plot.text(["predicted too low"], {
          frameAnchor: "bottom-right",
          dx: -12,
          dy: -12,
          ...quiet,
        }),
      ],
    },
  };
}

const quiet = { fill: ink.quiet, fontSize: 13 } as const;
