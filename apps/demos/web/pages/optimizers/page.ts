import * as Plot from "@observablehq/plot";
import { t } from "../../../src/shared/language.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { Figure, pathOf, type Scales } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { significant } from "../../page/format.ts";
import type { Ground, Snapshot } from "./lesson.ts";
import raceSource from "./race.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Five optimizers start at the same place and go down the same surface. Plain descent (SGD) follows the slope; momentum rolls on; the others measure each direction by how steep it has been. Each has a learning rate of its own, chosen to suit it here: that decides much of the race.",
    ),
    t(
      "The list is the ranking: who came first under a height of 0.01, and stayed. A cross is a lowest point; Himmelblau's surface has four, all of height 0. Make them faster until the first one flies off, and see who still arrives.",
    ),
  ],
  caption: t("The surface, and the path of each"),
  controls: [
    {
      name: "surface",
      label: t("Surface"),
      value: "valley",
      options: {
        valley: t("a curved valley (Rosenbrock)"),
        bowl: t("a narrow bowl"),
        hollows: t("four hollows (Himmelblau)"),
      },
    },
    {
      name: "lr",
      label: t("Learning-rate multiplier"),
      value: 1,
      values: [0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10],
      live: true,
      hint: t("Multiplies the five rates below the picture."),
    },
  ],
  loss: { label: t("Mean height of those still on the surface"), log: true, noisy: false },
  pace: { steps: 2, milliseconds: 50 },
  measures: {
    best: { label: t("Height of the lowest"), format: (value) => significant(value, 3) },
  },
  seedless: true,
  sources: [{ name: "race.ts", text: raceSource }],
  picture: (stage) => picture(stage) as Picture<unknown>,
};

type Place = readonly [number, number];

/** One optimizer's path, every step of it, and when it left the numbers. */
interface Path {
  readonly name: string;
  readonly color: string;
  readonly places: Place[];
  lostAt: number | null;
  /** The first step after which it was as good as at the lowest place, and stayed. */
  arrivedAt: number | null;
}

/** Heights under this are as good as 0. */
const LOW = 0.01;

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  const drawing = element("div");
  const legend = element("ol", { class: "runners", "aria-label": t("The optimizers") });
  place.append(drawing, legend);
  const figure = new Figure(drawing, t("Paths of five optimizers down a surface"), signal);
  let paths: readonly Path[] = [];
  let lines: readonly HTMLElement[] = [];
  return {
    draw({ ground, walked, heights }, { step }) {
      if (ground !== null) {
        paths = ground.names.map((name, i) => ({
          name,
          color: classColors[i] as string,
          places: [ground.start],
          lostAt: null,
          arrivedAt: null,
        }));
        lines = paths.map((path, i) => line(path, ground.rates[i] as number));
        legend.replaceChildren(...lines);
        figure.base(contours(ground));
      }
      const steps = walked.length / (3 * paths.length);
      for (let k = 0; k < steps; k++) {
        paths.forEach((path, i) => {
          const at = 3 * (k * paths.length + i);
          const [x = Number.NaN, y = Number.NaN, height = Number.NaN] = walked.subarray(at, at + 3);
          const now = step - steps + 1 + k;
          if (Number.isFinite(x) && Number.isFinite(y)) path.places.push([x, y]);
          else path.lostAt ??= now;
          path.arrivedAt = height < LOW ? (path.arrivedAt ?? now) : null;
        });
      }
      paths.forEach((path, i) => {
        const [, , said] = lines[i]?.children ?? [];
        if (said !== undefined) say(said, standing(path, heights[i] as number));
      });
      rank(legend, lines, paths, heights);
      figure.over((layer, scales) => {
        layer.replaceChildren(...paths.flatMap((path) => drawn(path, scales)));
      });
    },
  };
}

/** How far one is. */
function standing({ lostAt, arrivedAt }: Path, height: number): string {
  if (lostAt !== null) return t("flew off at step {lostAt}", { lostAt });
  const arrived = arrivedAt === null ? "" : t(", there at step {arrivedAt}", { arrivedAt });
  return t("height {height}{arrived}", { height: significant(height, 3), arrived });
}

/** Puts the lines in order: who arrived first, then who is lowest, then who flew off. */
function rank(
  legend: HTMLElement,
  lines: readonly HTMLElement[],
  paths: readonly Path[],
  heights: Float32Array,
): void {
  const order = (i: number): readonly [number, number] => {
    const { lostAt, arrivedAt } = paths[i] as Path;
    if (lostAt !== null) return [2, -lostAt];
    return arrivedAt === null ? [1, heights[i] as number] : [0, arrivedAt];
  };
  const ranked = paths
    .map((_, i) => i)
    .sort((a, b) => {
      const [p, q] = [order(a), order(b)];
      return p[0] - q[0] || p[1] - q[1];
    })
    .map((i) => lines[i] as HTMLElement);
  if (ranked.some((each, i) => legend.children[i] !== each)) legend.replaceChildren(...ranked);
}

/** An optimizer's line of the legend. */
const line = ({ name, color }: Path, rate: number): HTMLElement => {
  const mark = element("b", {}, name);
  mark.style.setProperty("--ink", color);
  return element("li", {}, mark, element("span", {}, t("rate {rate}", { rate })), element("span"));
};

/** An optimizer's path, and where it is now; a cross where one was before it flew off. */
function drawn({ places, color, lostAt }: Path, scales: Scales): SVGElement[] {
  const way = svg("path", { class: "way", stroke: color, d: pathOf(places, scales) });
  const [x, y] = (places.at(-1) ?? [0, 0]).map((value, axis) =>
    axis === 0 ? scales.x(value) : scales.y(value),
  ) as [number, number];
  if (lostAt !== null) return [way];
  return [way, svg("circle", { cx: x, cy: y, r: 5.5, fill: color, class: "runner" })];
}

function contours({ columns, rows, x, y, heights, minima }: Ground): Plot.PlotOptions {
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
      Plot.dot(minima, { symbol: "times", r: 7, stroke: "var(--text)", strokeWidth: 2 }),
    ],
  };
}

/** Between two colours of the style sheet, whatever they are now. */
const mix = (t: number): string =>
  `color-mix(in oklab, var(--high) ${(100 * t).toFixed(1)}%, var(--low))`;
