import * as Plot from "@observablehq/plot";
import { type Chart, ink } from "../shared/panel.ts";

/** How long episodes last, a dot each, one line of dots for every way to play. */
export function lengthsChart(ways: readonly { name: string; lengths: readonly number[] }[]): Chart {
  const dots = ways.flatMap(({ name, lengths }) =>
    lengths.map((length, i) => ({ name, length, lane: ((i * 0.618) % 1) - 0.5 })),
  );
  const means = ways.map(({ name, lengths }) => ({
    name,
    mean: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
  }));
  const lane = (name: string): number => ways.findIndex((way) => way.name === name);
  return {
    width: 480,
    height: 76 * ways.length + 110,
    plot: {
      x: { label: "pushes until it falls →", domain: [0, 520], ticks: 6, tickSize: 0 },
      y: { axis: null, domain: [ways.length - 0.3, -0.7] },
      marks: [
        Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.dot(dots, {
          x: "length",
          y: (dot: (typeof dots)[number]) => lane(dot.name) + 0.36 * dot.lane,
          r: 3.5,
          fill: ink.data,
          fillOpacity: 0.45,
        }),
        Plot.ruleX(means, {
          x: "mean",
          y1: (way: (typeof means)[number]) => lane(way.name) - 0.3,
          y2: (way: (typeof means)[number]) => lane(way.name) + 0.3,
          stroke: ink.fit,
          strokeWidth: 3,
        }),
        Plot.text(means, {
          x: () => 0,
          y: (way: (typeof means)[number]) => lane(way.name) - 0.38,
          text: (way: (typeof means)[number]) => `${way.name}: ${way.mean.toFixed(0)}`,
          textAnchor: "start",
          dx: 4,
          fontWeight: 600,
          fontSize: 13.5,
        }),
      ],
    },
  };
}
