import * as Plot from "@observablehq/plot";
import modelSource from "../../../src/cancer/model.ts?raw";
import trainSource from "../../../src/cancer/train.ts?raw";
import { known, t } from "../../../src/shared/language.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import { tip } from "../../page/tip.ts";
import { terms } from "../../terms.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "569 tumours, thirty measures of their cells each. Every dot is one that the model has not seen, by the chance it gives it to be malignant; the two rows are what it is. Right of the line it warns.",
    ),
    t(
      "Move the threshold: fewer missed, or fewer false alarms. Which is worse is not for the model to say. The curve shows what every threshold buys.",
    ),
  ],
  caption: t("Tumours held out, and where to warn"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.1,
      values: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
      live: true,
    },
    { name: "epochs", label: t("Epochs"), value: 20, values: [2, 5, 10, 20, 40] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  pace: { steps: 2, milliseconds: 50 },
  measures: {
    accuracy: { label: t("Accuracy at one half"), format: percent(1) },
    area: { label: t("Area under the ROC curve"), format: decimals(4) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["cancer"],
    teaches: t("a decision, its two kinds of error, and what each costs"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  let latest: Snapshot | null = null;
  const strip = element("div");
  const roc = element("div");
  const weights = element("ol", { class: "weighing", "aria-label": t("What weighs most") });
  const verdict = element("output", { class: "verdict" });
  const shown = element("output");
  const threshold = element("input", {
    type: "range",
    min: 1,
    max: 99,
    value: 50,
    "aria-label": t("Threshold"),
    oninput: () => paint(),
  });
  place.append(
    strip,
    element(
      "div",
      { class: "threshold" },
      element("span", {}, t("Threshold")),
      tip(terms.threshold),
      threshold,
      shown,
    ),
    verdict,
    element(
      "div",
      { class: "walk even" },
      element("div", {}, element("h3", {}, t("Every other threshold")), roc),
      element("div", {}, element("h3", {}, t("What weighs most, for one deviation more")), weights),
    ),
  );
  const dots = new Figure(strip, t("Tumours by the chance to be malignant"), signal);
  const curve = new Figure(roc, t("Malignant ones found against false alarms"), signal);

  function paint(): void {
    const snapshot = latest;
    if (snapshot === null) return;
    const cut = threshold.valueAsNumber / 100;
    shown.value = percent(0)(cut);
    threshold.setAttribute("aria-valuetext", shown.value);
    const { chances, malignant, fpr, tpr } = snapshot;
    const counts = { found: 0, missed: 0, alarms: 0, cleared: 0 };
    chances.forEach((chance, i) => {
      const warns = chance > cut;
      if (malignant[i] === 1) counts[warns ? "found" : "missed"]++;
      else counts[warns ? "alarms" : "cleared"]++;
    });
    const { found, missed, alarms, cleared } = counts;
    const recall = found / Math.max(1, found + missed);
    const precision = found / Math.max(1, found + alarms);
    verdict.value = t(
      "{found} of {malignant} malignant tumours found (recall {recall}), {missed} missed; {alarms} of {benign} benign ones warned of (precision {precision}).",
      {
        found,
        malignant: found + missed,
        recall: percent(0)(recall),
        missed,
        alarms,
        benign: alarms + cleared,
        precision: percent(0)(precision),
      },
    );
    dots.over((layer, { x, y }) => {
      const circles = Array.from(chances, (chance, i) => {
        const is = malignant[i] as number;
        const wrong = chance > cut !== (is === 1);
        return svg("circle", {
          cx: x(chance),
          cy: y(is + 0.32 * (((i * 7919) % 101) / 50 - 1)),
          r: 4,
          fill: is === 1 ? "var(--fit)" : "var(--data)",
          "fill-opacity": wrong ? 1 : 0.45,
          stroke: wrong ? "var(--text)" : "none",
        });
      });
      const line = svg("path", { class: "right", d: `M${x(cut)},${y(-0.5)}V${y(1.5)}` });
      layer.replaceChildren(...circles, line);
    });
    curve.over((layer, scales) => {
      const points = Array.from(fpr, (value, i) => [value, tpr[i] as number] as const);
      pathIn(layer, "fit").setAttribute("d", pathOf(points, scales));
      layer.querySelector("circle")?.remove();
      const at = { cx: scales.x(alarms / Math.max(1, alarms + cleared)), cy: scales.y(recall) };
      layer.append(svg("circle", { ...at, r: 6, fill: "var(--text)" }));
    });
  }

  return {
    draw(snapshot, { step }) {
      latest = snapshot;
      if (step === 0) {
        dots.base({
          height: 190,
          x: { label: t("chance to be malignant →"), domain: [0, 1], tickFormat: ".0%" },
          y: {
            label: null,
            domain: [-0.5, 1.5],
            ticks: [0, 1],
            tickFormat: (is: number) => (is === 1 ? t("malignant") : t("benign")),
            tickSize: 0,
          },
          marks: [Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1 })],
        });
        curve.base({
          height: 250,
          grid: true,
          x: { label: t("false alarms →"), domain: [0, 1], tickFormat: ".0%", ticks: 5 },
          y: { label: t("↑ malignant ones found"), domain: [0, 1], tickFormat: ".0%", ticks: 5 },
          marks: [],
        });
      }
      const rows = snapshot.strongest;
      while (weights.children.length < rows.length) weights.append(element("li"));
      rows.forEach(({ name, weight }, i) => {
        const sign = weight < 0 ? "−" : "+";
        say(weights.children[i] as Element, `${sign}${Math.abs(weight).toFixed(2)} ${known(name)}`);
      });
      paint();
    },
  };
}
