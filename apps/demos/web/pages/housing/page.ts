import * as Plot from "@observablehq/plot";
import problemSource from "../../../src/housing/problem.ts?raw";
import trainSource from "../../../src/housing/train.ts?raw";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";

export const page: Page = {
  about: [
    "Every dot is a district or a house with its price. The line knows nothing at first; each step moves it a little " +
      "towards fewer and smaller errors on a handful of prices. A fifth of the rows is held out, to see what it is worth.",
    "Try a learning rate that is too large, or a batch of one. With all twelve measures there is no line to draw: then every " +
      "dot is a prediction, and would be on the diagonal if it were right.",
  ],
  caption: "The line and the prices",
  controls: [
    {
      name: "data",
      label: "Prices by",
      value: "rm",
      options: {
        rm: "rooms (Boston 1970)",
        lstat: "poorer neighbours (Boston 1970)",
        all: "all twelve measures (Boston 1970)",
        sacramento: "square feet (Sacramento 2008)",
      },
    },
    {
      name: "lr",
      label: "Learning rate",
      value: 0.01,
      values: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      live: true,
    },
    { name: "batch", label: "Batch", value: 32, values: [1, 4, 16, 32, 64, 128, 512] },
  ],
  loss: { label: "Mean squared error of the batch, standardised" },
  measures: {
    r2: { label: "R² on held-out rows", format: (value) => value.toFixed(4) },
    exact: { label: "R² of the exact solution", format: (value) => value.toFixed(4) },
  },
  upload: {
    label: "Your own prices",
    accept: ".csv,text/csv",
    hint: "A CSV of numbers; the last column is predicted from the others. It stays on your machine.",
  },
  sources: [
    { name: "train.ts", text: trainSource },
    { name: "problem.ts", text: problemSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["housing"],
    teaches: "linear regression by gradient descent, beside the exact solution",
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element, signal }: Stage): Picture<Snapshot> {
  const figure = new Figure(element, "House prices and what the model says of them", signal);
  return {
    draw({ features, target, x, y, line }, { step }) {
      const single = line !== null;
      const points = Array.from(x, (value, i) => [value, y[i] as number] as const);
      // The real prices stand still where there is a line; where there is none, the dots are what moves.
      if (single ? step === 0 : true) {
        const labels = single ? [features[0], target] : [`real ${target}`, `predicted ${target}`];
        const dots = { r: 3.5, fill: "var(--data)", fillOpacity: 0.5 };
        const [low, high] = [Math.min(...x), Math.max(...x)];
        figure.base({
          grid: true,
          x: { label: `${labels[0]} →`, nice: true },
          y: { label: `↑ ${labels[1]}`, nice: true, ...(!single && { domain: [low, high] }) },
          marks: [Plot.dot(points, { ...dots, clip: !single })],
        });
      }
      figure.over((layer, scales) => {
        const [low, high] = [Math.min(...x), Math.max(...x)];
        const at = (value: number): number =>
          line === null ? value : line.slope * value + line.intercept;
        const ends = [low, high].map((value) => [value, at(value)] as const);
        pathIn(layer, "fit").setAttribute("d", pathOf(ends, scales));
      });
    },
  };
}
