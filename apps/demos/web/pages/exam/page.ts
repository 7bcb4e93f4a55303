import * as Plot from "@observablehq/plot";
import modelSource from "../../../src/exam/model.ts?raw";
import studentsSource from "../../../src/exam/students.ts?raw";
import trainSource from "../../../src/exam/train.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { element } from "../../dom/element.ts";
import { AskBox } from "../../page/ask.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import type { Snapshot } from "./lesson.ts";

export const page: Page = {
  about: [
    t(
      "Five students, the hours they studied, and whether they passed. The curve says how likely a pass is after so many hours.",
    ),
    t(
      "No student contradicts the others, so a steeper curve always fits better: without a penalty on the slope there is no end to it. With scikit-learn's penalty (C = 1) the curve settles, and crosses one half at 25 hours.",
    ),
  ],
  caption: t("Hours of study and the chance to pass"),
  controls: [
    {
      name: "penalty",
      label: t("Penalty on the slope"),
      value: "1",
      options: {
        none: t("none"),
        "10": t("a little (C = 10)"),
        "1": t("scikit-learn's (C = 1)"),
        "0.1": t("a lot (C = 0.1)"),
      },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 1,
      values: [0.01, 0.03, 0.1, 0.3, 1, 3],
      live: true,
    },
  ],
  loss: {
    label: t("Loss: cross-entropy, and the penalty on the slope"),
    name: t("Loss"),
    noisy: false,
  },
  pace: { steps: 3, milliseconds: 50 },
  measures: {
    at25: { label: t("Chance after 25 hours"), format: decimals(4) },
    slope: { label: t("Slope an hour"), format: decimals(4) },
    all: { label: t("Cross-entropy alone"), format: decimals(4) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "students.ts", text: studentsSource },
  ],
  lesson: {
    names: ["exam"],
    teaches: t("logistic regression, and why a penalty makes it have an answer"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

const HOURS = Array.from({ length: 121 }, (_, i) => i / 2);

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const drawing = element("div");
  const mine = new AskBox(
    t("My hours"),
    [{ label: t("Hours of study"), value: 22, min: 0, max: 1000, step: 0.5 }],
    ask,
    (answer) => t("pass, by {answer}", { answer: percent(1)(answer) }),
    signal,
  );
  place.append(drawing, mine.element);
  const figure = new Figure(
    drawing,
    t("Five students and the curve of their chance to pass"),
    signal,
  );
  return {
    draw({ students, curve }, { step }) {
      if (step === 0) {
        figure.base({
          grid: true,
          x: { label: t("hours of study →"), domain: [0, 60] },
          y: { label: t("↑ chance to pass"), domain: [0, 1], tickFormat: ".0%" },
          marks: [
            Plot.ruleY([0.5], { stroke: "var(--quiet)", strokeDasharray: "3 4" }),
            Plot.dot(students, { x: "hours", y: "passed", r: 7, fill: "var(--data)" }),
          ],
        });
      }
      mine.again();
      figure.over((layer, scales) => {
        const points = HOURS.map((hours) => [hours, at(curve, hours)] as const);
        pathIn(layer, "fit").setAttribute("d", pathOf(points, scales));
      });
    },
  };
}

const at = ({ slope, intercept }: Snapshot["curve"], hours: number): number =>
  1 / (1 + Math.exp(-(slope * hours + intercept)));
