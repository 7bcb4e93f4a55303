import * as Plot from "@observablehq/plot";
import { drawn, extent } from "../shared/many.ts";
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

/** Points past which each is a small dot. */
const MANY = 100;

/** Points, the line through them, how far each is from it, and one value read off the line. */
export function linePanel(
  points: readonly Point[],
  line: Line,
  asked: number | null,
  labels: { readonly x: string; readonly y: string; readonly answer?: string },
): Chart {
  const on = (x: number): number => line.slope * x + line.intercept;
  const [low, high] = extent(points.map(({ x }) => x));
  const reach = (high - low) * 0.12;
  const ends = [low - reach, high + reach].map((x) => ({ x, y: on(x) }));
  const shown = drawn(points);
  const many = shown.length > MANY;
  const answer = asked === null ? [] : [{ x: asked, y: on(asked) }];
  const fitted = Plot.line(ends, {
    x: "x",
    y: "y",
    stroke: ink.fit,
    strokeWidth: 2.5,
    strokeLinecap: "round",
  });
  const dots = Plot.dot(shown, {
    x: "x",
    y: "y",
    r: many ? 2.5 : 6,
    fill: ink.data,
    ...(many ? { fillOpacity: 0.4 } : { stroke: ink.paper, strokeWidth: 1.5 }),
  });
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: labels.x, nice: true, ticks: 6, tickSize: 0, labelAnchor: "right" },
      y: { label: labels.y, nice: true, ticks: 6, tickSize: 0, grid: true },
      marks: [
        ...grid(),
        Plot.link(shown, {
          x1: "x",
          x2: "x",
          y1: "y",
          y2: ({ x }: Point) => on(x),
          stroke: ink.quiet,
          strokeDasharray: "2 3",
        }),
        ...(many ? [dots, fitted] : [fitted, dots]),
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
