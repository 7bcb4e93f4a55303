import * as Plot from "@observablehq/plot";
import problemSource from "../../../src/housing/problem.ts?raw";
import trainSource from "../../../src/housing/train.ts?raw";
import { brief } from "../../../src/shared/brief.ts";
import { grouped, t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import { AskBox } from "../../page/ask.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import type { Rows, Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";

export const page: Page = {
  about: [
    t(
      "Every dot is a district or a house with its price. The line knows nothing at first; each step moves it a little towards fewer and smaller errors on a handful of prices. A fifth of the rows is held out, to see what it is worth.",
    ),
    t(
      "Try a learning rate that is too large, or a batch of one. With all twelve measures there is no line to draw: then every dot is a prediction, and would be on the diagonal if it were right.",
    ),
  ],
  caption: t("The model and the prices"),
  controls: [
    {
      name: "data",
      label: t("Prices by"),
      value: "rm",
      options: {
        rm: t("rooms (Boston 1970)"),
        lstat: t("poorer neighbours (Boston 1970)"),
        all: t("all twelve measures (Boston 1970)"),
        sacramento: t("square feet (Sacramento 2008)"),
      },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.01,
      values: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      live: true,
      hint: t("During training it falls from this to 2 % of it, along half a cosine."),
    },
    { name: "batch", label: t("Batch"), value: 32, values: [1, 4, 16, 32, 64, 128, 512] },
  ],
  loss: { label: t("Mean squared error of the batch, standardised") },
  pace: { steps: 4, milliseconds: 50 },
  measures: {
    r2: { label: t("R² on held-out rows"), format: decimals(4) },
    exact: { label: t("R² of the exact solution"), format: decimals(4) },
  },
  upload: {
    replaces: "data",
    label: t("Your own prices"),
    accept: ".csv,text/csv",
    hint: t(
      "A CSV of numbers; the last column is predicted from the others. It stays on your machine.",
    ),
  },
  sources: [
    { name: "train.ts", text: trainSource },
    { name: "problem.ts", text: problemSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["housing"],
    teaches: t("linear regression by gradient descent, beside the exact solution"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const drawing = element("div");
  const words = element("p", { class: "status" });
  const mine = element("div");
  let box: AskBox | null = null;
  place.append(drawing, words, mine);
  const figure = new Figure(drawing, t("House prices and what the model says of them"), signal);
  let rows: Rows | null = null;
  /** A house of the visitor's, where there is one feature to say it by. */
  const boxFor = ({ features: [feature = ""], target, x }: Rows): AskBox | null => {
    if (x === null) return null;
    const [low, high] = extent(x);
    const value = Number(((low + high) / 2).toPrecision(2));
    const step = Number(((high - low) / 100).toPrecision(1)) || 1;
    return new AskBox(
      t("My house"),
      [{ label: brief(feature), value, min: 0, max: 100 * Math.max(1, high), step }],
      ask,
      (answer) => `${answer.toLocaleString("en", { maximumFractionDigits: 1 })} (${brief(target)})`,
      signal,
    );
  };
  return {
    draw({ rows: given, predicted, line }) {
      if (given !== null) {
        rows = given;
        say(words, wordsFor(given));
        box = boxFor(given);
        mine.replaceChildren(...(box === null ? [] : [box.element]));
        figure.base(given.x === null ? diagonal(given) : dots(given, given.x));
      }
      if (rows === null) return;
      box?.again();
      const [low, high] = extent(rows.x ?? rows.y);
      const { y: real } = rows;
      const at = (value: number): number =>
        line === null ? value : line.slope * value + line.intercept;
      figure.over((layer, scales) => {
        if (predicted !== null) moveDots(layer, real, predicted, scales);
        const ends = [low, high].map((value) => [value, at(value)] as const);
        pathIn(layer, line === null ? "right" : "fit").setAttribute("d", pathOf(ends, scales));
      });
    },
  };
}

function wordsFor({ count, x, y }: Rows): string {
  const all = grouped(count);
  const part =
    y.length < count
      ? t("{shown} of {all}", { shown: grouped(y.length), all })
      : t("All {all}", { all });
  return x === null
    ? t(
        "{part} held-out rows: real price across, predicted price up. On the dashed line they are the same.",
        { part },
      )
    : t("{part} rows are drawn; four fifths of them are learned from.", { part });
}

/** Real rows, which stand still. */
function dots({ features, target, y }: Rows, x: Float32Array): Plot.PlotOptions {
  const points = Array.from(x, (value, i) => [value, y[i] as number] as const);
  return {
    grid: true,
    x: { label: `${brief(features[0] ?? "")} →`, nice: true },
    y: { label: `↑ ${brief(target)}`, nice: true },
    marks: [Plot.dot(points, { r: 3.5, fill: "var(--data)", fillOpacity: 0.5 })],
  };
}

/** The place of real and predicted prices, which are to be the same. */
function diagonal({ target, y }: Rows): Plot.PlotOptions {
  const [low, high] = extent(y);
  const room = 0.04 * (high - low);
  const domain = [low - room, high + room];
  return {
    grid: true,
    x: { label: t("real {target} →", { target: brief(target) }), domain },
    y: { label: t("↑ predicted {target}", { target: brief(target) }), domain },
    marks: [],
  };
}

/** A dot for each row, its prediction over its real price. */
function moveDots(
  layer: SVGGElement,
  real: Float32Array,
  predicted: Float32Array,
  { x, y }: { x(value: number): number; y(value: number): number },
): void {
  const known = layer.querySelectorAll("circle");
  predicted.forEach((value, i) => {
    let dot = known[i];
    if (dot === undefined) {
      dot = svg("circle", { class: "dot", r: 3.5, cx: x(real[i] as number) });
      layer.append(dot);
    }
    dot.setAttribute("cy", Math.max(-1e5, Math.min(1e5, y(value))).toFixed(1));
  });
}
