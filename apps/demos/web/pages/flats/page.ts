import * as Plot from "@observablehq/plot";
import flatsSource from "../../../src/housing/flat-problems.ts?raw";
import { fiveFlats, flats } from "../../../src/housing/flats.ts";
import trainSource from "../../../src/housing/train.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { element, say } from "../../dom/element.ts";
import { AskBox } from "../../page/ask.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";

export const page: Page = {
  about: [
    t(
      "The course's first example. Five flats, their area and their price: the line through them says what 50 m² cost. The equation under the picture is the whole model: two numbers.",
    ),
    t(
      "With four flats and three features, one flat is held out. Three rows cannot pin down four numbers: descending from 0 finds the flattest plane that fits, which is the one scikit-learn reports.",
    ),
  ],
  caption: t("The flats, and the price that the model gives them"),
  controls: [
    {
      name: "data",
      label: t("Flats"),
      value: "five",
      options: { five: t("five flats: area"), four: t("four flats: area, bedrooms, location") },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.05,
      values: [0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3],
      live: true,
      when: { control: "data", option: "five" },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.005,
      values: [0.0001, 0.0003, 0.001, 0.003, 0.005],
      live: true,
      when: { control: "data", option: "four" },
      hint: t("Features are not scaled here, so that steps have to be smaller."),
    },
  ],
  loss: { label: t("Mean squared error of the prices"), name: t("Loss"), log: true, noisy: false },
  pace: { steps: 3, milliseconds: 50 },
  measures: {
    at50: { label: t("50 m² cost"), format: decimals(2) },
    held: { label: t("150 m², held out (real: 450)"), format: decimals(2) },
  },
  sources: [
    { name: "flat-problems.ts", text: flatsSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: { names: ["housing"], teaches: t("the same two examples, and then real prices") },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const drawing = element("div");
  const equation = element("p", { class: "equation" });
  const price = (answer: number): string => t("costs {answer}", { answer: answer.toFixed(2) });
  const area = { label: t("Area, m²"), value: 50, min: 1, max: 1000 };
  const one = new AskBox(t("My flat"), [area], ask, price, signal);
  const bedrooms = { label: t("Bedrooms"), value: 2, min: 0, max: 20 };
  const location = { label: t("Location"), value: 2, min: 0, max: 10 };
  const three = new AskBox(
    t("My flat"),
    [{ ...area, value: 100 }, bedrooms, location],
    ask,
    price,
    signal,
  );
  place.append(drawing, equation, one.element, three.element);
  const figure = new Figure(drawing, t("Flats, their prices and what the model says"), signal);
  return {
    draw({ one: single, weights, intercept, predicted }, { step }) {
      if (step === 0) figure.base(single ? line() : plane());
      one.element.hidden = !single;
      three.element.hidden = single;
      (single ? one : three).again();
      say(equation, equationOf(weights, intercept, single));
      figure.over((layer, scales) => {
        const at = (x: number): number => (weights[0] as number) * x + intercept;
        const ends = single ? [30, 70].map((x) => [x, at(x)] as const) : [];
        const dots = Array.from(predicted, (value, i) => [i, value] as const);
        pathIn(layer, "fit").setAttribute("d", pathOf(single ? ends : dots, scales));
      });
    },
  };
}

function equationOf(weights: Float32Array, intercept: number, single: boolean): string {
  const names = single ? [t("area")] : [t("area"), t("bedrooms"), t("location")];
  const signed = (value: number): string =>
    `${value < 0 ? "−" : "+"} ${Math.abs(value).toFixed(3)}`;
  const terms = names.map((name, i) => {
    const weight = weights[i] ?? 0;
    return i === 0 ? `${weight.toFixed(3)} · ${name}` : `${signed(weight)} · ${name}`;
  });
  return t("price = {terms} {intercept}", { terms: terms.join(" "), intercept: signed(intercept) });
}

const line = (): Plot.PlotOptions => ({
  grid: true,
  x: { label: t("area, m² →"), domain: [30, 70] },
  y: { label: t("↑ price"), domain: [20, 75] },
  marks: [
    Plot.ruleX([50], { stroke: "var(--quiet)", strokeDasharray: "4 4" }),
    Plot.dot(fiveFlats, { x: "x", y: "y", r: 6, fill: "var(--data)" }),
  ],
});

/** Each flat's real price; what the model says of them is a path over it. */
const plane = (): Plot.PlotOptions => ({
  grid: true,
  x: {
    label: t("flat →"),
    domain: [-0.5, 3.5],
    ticks: [0, 1, 2, 3],
    tickFormat: (i: number) => `${flats[i]?.area ?? ""} m²`,
  },
  y: { label: t("↑ price"), domain: [0, 500] },
  marks: [
    Plot.dot(
      flats.map(({ price }, i) => ({ i, price })),
      { x: "i", y: "price", r: 7, fill: "var(--data)" },
    ),
  ],
});
