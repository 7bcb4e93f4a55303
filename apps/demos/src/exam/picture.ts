import * as Plot from "@observablehq/plot";
import { drawnOf, extent } from "../shared/many.ts";
import { type Chart, ink } from "../shared/panel.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Yes and no as dots at 1 and 0, curves of P(yes) through them, and the chance at one place. */
export function curvePanel(
  points: readonly Point[],
  curves: readonly {
    readonly name: string;
    readonly color: string;
    readonly at: (x: number) => number;
  }[],
  asked: { readonly x: number; readonly label: string } | null,
  labels: { readonly x: string; readonly y: string },
): Chart {
  const [low, high] = extent(points.map(({ x }) => x));
  const pad = (high - low) * 0.12;
  const samples = Array.from(
    { length: 241 },
    (_, i) => low - pad + ((high - low + 2 * pad) * i) / 240,
  );
  const answer = asked === null ? [] : [{ x: asked.x, y: curves.at(-1)?.at(asked.x) ?? 0 }];
  return {
    width: 640,
    height: 400,
    plot: {
      x: { label: labels.x, domain: [low - pad, high + pad], ticks: 7, tickSize: 0 },
      y: { label: labels.y, domain: [-0.04, 1.04], tickFormat: ".0%", ticks: 5, tickSize: 0 },
      marks: [
        Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.gridY({ stroke: ink.grid, strokeOpacity: 1 }),
        ...curves.map(({ color, at }) =>
          Plot.line(
            samples.map((x) => ({ x, y: at(x) })),
            { x: "x", y: "y", stroke: color, strokeWidth: 2.5 },
          ),
        ),
        ...curves.map(({ name, color, at }, i) => {
          const spot = samples.find((x) => at(x) > 0.72 - 0.16 * i) ?? high;
          return Plot.text([{ x: spot, y: at(spot) }], {
            x: "x",
            y: "y",
            text: () => name,
            textAnchor: i === 0 ? "end" : "start",
            dx: i === 0 ? -12 : 14,
            fill: color,
            fontSize: 13.5,
            fontWeight: 600,
          });
        }),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: 6.5,
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
          text: () => asked?.label ?? "",
          textAnchor: "end",
          dx: -16,
          dy: 2,
          fontSize: 14,
          fontWeight: 600,
          fill: ink.fit,
        }),
      ],
    },
  };
}

/** Where the held-out rows of each class fall on the scale from no to yes. */
export function chancePanel(
  real: ArrayLike<number>,
  predicted: ArrayLike<number>,
  target: string,
): Chart {
  const points = drawnOf(predicted.length).map((i) => ({
    p: predicted[i] as number,
    yes: real[i] === 1,
    lane: ((i * 0.618) % 1) - 0.5,
  }));
  return {
    width: 640,
    height: 320,
    plot: {
      x: {
        label: `predicted chance of ${target} →`,
        domain: [0, 1],
        tickFormat: ".0%",
        tickSize: 0,
      },
      y: { domain: [-0.6, 1.6], ticks: [], label: null },
      marks: [
        Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.ruleX([0.5], { stroke: ink.quiet, strokeDasharray: "4 4" }),
        Plot.dot(points, {
          x: "p",
          y: (d: (typeof points)[number]) => Number(d.yes) + d.lane * 0.6,
          r: 4.5,
          fill: (d: (typeof points)[number]) => (d.yes ? ink.data : ink.fit),
          fillOpacity: 0.6,
        }),
        Plot.text([`${target} = 1`], {
          frameAnchor: "top-left",
          dx: 8,
          dy: 8,
          fill: ink.data,
          fontWeight: 600,
        }),
        Plot.text([`${target} = 0`], {
          frameAnchor: "bottom-left",
          dx: 8,
          dy: -8,
          fill: ink.fit,
          fontWeight: 600,
        }),
      ],
    },
  };
}
