import * as Plot from "@observablehq/plot";
import roundsSource from "../../../src/clusters/rounds.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { Figure } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Rows without names. In every round each row joins the centre nearest to it, and every centre moves to the middle of its rows, until nothing changes. What is seen are the two directions in which the rows differ most.",
    ),
    t("Take it step by step. Another seed starts elsewhere and may end elsewhere."),
  ],
  caption: t("Rows, and the centres they belong to"),
  controls: [
    {
      name: "data",
      label: t("Rows"),
      value: "wine",
      options: {
        wine: t("178 wines, 13 measures"),
        iris: t("150 irises, 4 measures"),
        digits: t("1,797 digits, 64 dots"),
      },
    },
    { name: "k", label: t("Centres"), value: 3, values: [2, 3, 4, 5, 6, 8, 10] },
  ],
  loss: { label: t("Inertia: squared distances to the centres"), noisy: false },
  pace: { steps: 1, milliseconds: 450 },
  measures: {
    rand: { label: t("Agrees with the true classes"), format: decimals(3) },
  },
  sources: [
    { name: "rounds.ts", text: roundsSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["clusters"],
    teaches: t("k-means, principal components, nearest neighbours and a linear SVM"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

const pairs = (flat: Float32Array): { readonly x: number; readonly y: number }[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({
    x: flat[2 * i] as number,
    y: flat[2 * i + 1] as number,
  }));

const colorOf = (cluster: number | undefined): string =>
  cluster === undefined ? "var(--quiet)" : (classColors[cluster] ?? "var(--quiet)");

function picture({ element, signal }: Stage): Picture<Snapshot> {
  const figure = new Figure(element, t("Rows and centres on two principal components"), signal);
  return {
    draw({ points, centres, nearest }, { step }) {
      if (step === 0) {
        figure.base({
          grid: true,
          x: { label: t("first component →"), nice: true },
          y: { label: t("↑ second"), nice: true },
          marks: [Plot.dot(pairs(points), { x: "x", y: "y", r: 0 })],
        });
      }
      figure.over((layer, { x, y }) => {
        const dots = pairs(points).map((point, i) =>
          svg("circle", {
            cx: x(point.x),
            cy: y(point.y),
            r: points.length > 1000 ? 2.2 : 4,
            fill: colorOf(nearest[i]),
            "fill-opacity": 0.7,
          }),
        );
        const rings = pairs(centres).map((centre, i) =>
          svg("circle", {
            class: "ring",
            cx: x(centre.x),
            cy: y(centre.y),
            r: 11,
            fill: colorOf(i),
          }),
        );
        layer.replaceChildren(...dots, ...rings);
      });
    },
  };
}
