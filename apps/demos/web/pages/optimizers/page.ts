import * as Plot from "@observablehq/plot";
import { classColors } from "../../../src/shared/panel.ts";
import { Figure, pathOf, type Scales, svg } from "../../charts/figure.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import type { Snapshot } from "./lesson.ts";
import raceSource from "./race.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    "Five optimizers start at the same place and go down the same surface. Plain descent follows the slope; momentum rolls on; the others " +
      "measure each direction by how steep it has been.",
    "The cross is the lowest point. Make them faster until the first one flies off, and see who still arrives.",
  ],
  caption: "The surface, and the way of each",
  controls: [
    {
      name: "surface",
      label: "Surface",
      value: "valley",
      options: {
        valley: "a curved valley (Rosenbrock)",
        bowl: "a narrow bowl",
        hollows: "four hollows (Himmelblau)",
      },
    },
    {
      name: "lr",
      label: "Learning rates, times",
      value: 1,
      values: [0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10],
      live: true,
    },
  ],
  loss: { label: "Mean height of all five", log: true, noisy: false },
  pace: { steps: 2, milliseconds: 50 },
  measures: { best: { label: "Height of the lowest", format: (value) => value.toPrecision(3) } },
  sources: [{ name: "race.ts", text: raceSource }],
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element, signal }: Stage): Picture<Snapshot> {
  const figure = new Figure(element, "Ways of five optimizers down a surface", signal);
  let ways: (readonly [number, number])[][] = [];
  return {
    draw(snapshot) {
      const { names, places, heights } = snapshot;
      if (heights !== null) {
        ways = names.map(() => []);
        figure.base(contours(snapshot, heights));
      }
      names.forEach((_, i) => {
        const place = [places[2 * i] as number, places[2 * i + 1] as number] as const;
        if (place.every(Number.isFinite)) ways[i]?.push(place);
      });
      figure.over((layer, scales) => {
        layer.replaceChildren(...names.flatMap((name, i) => way(name, i, ways[i] ?? [], scales)));
      });
    },
  };
}

/** One optimizer's way, where it is now, and its name in the corner. */
function way(
  name: string,
  i: number,
  places: readonly (readonly [number, number])[],
  scales: Scales,
): SVGElement[] {
  const color = classColors[i] as string;
  const [x, y] = places.at(-1) ?? [0, 0];
  const label = svg("text", { x: 60, y: 48 + 18 * i, fill: color, class: "name" });
  label.textContent = name;
  const line = { class: "way", stroke: color, d: places.length > 0 ? pathOf(places, scales) : "" };
  return [
    svg("path", line),
    svg("circle", { cx: scales.x(x), cy: scales.y(y), r: 5.5, fill: color, class: "runner" }),
    label,
  ];
}

function contours(
  { columns, rows, x, y, lowest }: Snapshot,
  heights: Float32Array,
): Plot.PlotOptions {
  // Levels that lie close together at the bottom, where the race is decided.
  const levels = Array.from(heights, (height) => Math.log1p(Math.max(0, height)));
  const [x1, x2] = x;
  const [y1, y2] = y;
  return {
    x: { label: null, domain: x },
    y: { label: null, domain: y },
    color: { type: "linear", interpolate: mix },
    marks: [
      Plot.contour(levels, {
        width: columns,
        height: rows,
        x1,
        x2,
        y1,
        y2,
        thresholds: 14,
        fill: Plot.identity,
        stroke: "var(--card)",
        strokeOpacity: 0.5,
      }),
      Plot.dot([lowest], { symbol: "times", r: 7, stroke: "var(--text)", strokeWidth: 2 }),
    ],
  };
}

/** Between two colours of the style sheet, whatever they are now. */
const mix = (t: number): string =>
  `color-mix(in oklab, var(--high) ${(100 * t).toFixed(1)}%, var(--low))`;
