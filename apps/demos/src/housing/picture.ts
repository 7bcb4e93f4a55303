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
