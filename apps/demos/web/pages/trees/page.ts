import * as Plot from "@observablehq/plot";
import { t } from "../../../src/shared/language.ts";
import growSource from "../../../src/trees/grow.ts?raw";
import housesSource from "../../../src/trees/houses.ts?raw";
import { Figure } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { TreePicture } from "./draw.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "932 houses near Sacramento. A tree asks one question after the other, always the one after which the prices on each side differ least; what it says of a house is the mean price of those that gave the same answers. Yes goes left.",
    ),
    t(
      "Let it grow 60 leaves: it explains more and more of what it has seen, and less of what it has not. Then try many trees: a forest, or boosting.",
    ),
  ],
  caption: t("What it asks, and what it says of houses it has not seen"),
  controls: [
    {
      name: "model",
      label: t("Model"),
      value: "tree",
      options: { tree: t("One tree"), forest: t("A forest"), boosting: t("Boosting") },
    },
    {
      name: "leaves",
      label: t("Leaves"),
      value: 12,
      values: [4, 8, 12, 20, 40, 60],
      when: { control: "model", option: "tree" },
    },
    {
      name: "trees",
      label: t("Trees"),
      value: 60,
      values: [10, 30, 60, 100, 200],
      when: { control: "model", option: "forest" },
    },
    {
      name: "rounds",
      label: t("Rounds"),
      value: 100,
      values: [30, 60, 100, 200, 400],
      when: { control: "model", option: "boosting" },
    },
  ],
  loss: {
    label: t("Root mean squared error on what it learns from, in $1,000"),
    name: t("Error, $1,000"),
    noisy: false,
  },
  pace: { steps: 1, milliseconds: 300 },
  measures: {
    learned: { label: t("R² on houses it learns from"), format: decimals(3) },
    r2: { label: t("R² on unseen houses"), format: decimals(3) },
  },
  sources: [
    { name: "grow.ts", text: growSource },
    { name: "houses.ts", text: housesSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["trees"],
    teaches: t("a decision tree, a random forest and boosting, and what each feature is worth"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  const tree = element("div", { class: "tree" });
  const worth = element("div", {});
  const dots = element("div", {});
  place.append(
    tree,
    element(
      "div",
      { class: "pair" },
      element("div", {}, element("h3", {}, t("What counts")), worth),
      element("div", {}, element("h3", {}, t("Houses held out, $1,000")), dots),
    ),
  );
  const grown = new TreePicture(tree, signal);
  const bars = new Figure(worth, t("What each feature does for the model"), signal);
  const scatter = new Figure(dots, t("Predicted against real prices of houses held out"), signal);
  return {
    draw({ nodes, leaves, features, worth: parts, real, predicted }, { step }) {
      tree.hidden = nodes.length === 0;
      if (nodes.length > 0) grown.show(nodes, leaves);
      if (step === 0) {
        // Past the dearest, so that no dot is cut by the edge.
        const most = (Math.floor(Math.max(...real) / 100) + 1) * 100;
        bars.base({
          height: 300,
          x: {
            label: t("part of what is explained →"),
            domain: [0, 1],
            ticks: [0, 0.5, 1],
            tickFormat: ".0%",
          },
          y: {
            label: null,
            domain: [features.length - 0.5, -0.5],
            ticks: features.map((_, j) => j),
            tickFormat: (j: number) => features[j] ?? "",
            tickSize: 0,
          },
          marks: [Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1 })],
        });
        scatter.base({
          height: 300,
          grid: true,
          x: { label: t("real →"), domain: [0, most], ticks: 5 },
          y: { label: t("↑ predicted"), domain: [0, most], ticks: 5 },
          marks: [
            Plot.line(
              [
                [0, 0],
                [most, most],
              ],
              { stroke: "var(--fit)", strokeDasharray: "6 5" },
            ),
          ],
        });
      }
      bars.over((layer, { x, y }) => {
        const rows = Array.from(parts, (part, j) =>
          svg("rect", {
            x: x(0),
            y: y(j - HALF),
            width: x(part) - x(0),
            height: y(j + HALF) - y(j - HALF),
            fill: "var(--data)",
          }),
        );
        layer.replaceChildren(...rows);
      });
      scatter.over((layer, { x, y }) => {
        const circles = Array.from(predicted, (price, i) =>
          svg("circle", {
            cx: x(real[i] as number),
            cy: y(price),
            r: 3.5,
            fill: "var(--data)",
            "fill-opacity": 0.6,
          }),
        );
        layer.replaceChildren(...circles);
      });
    },
  };
}

/** Half of how high a bar is, of the room that it has. */
const HALF = 0.36;
