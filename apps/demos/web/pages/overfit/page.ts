import modelSource from "../../../src/overfit/model.ts?raw";
import trainSource from "../../../src/overfit/train.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";

export const page: Page = {
  about: [
    t(
      "26,000 weights and 100 digits to learn from. The loss on those falls to nothing; the loss on digits that the network has not seen falls, and then rises: it gets surer of its mistakes. The gap between the curves is what was learned by heart.",
    ),
    t(
      "Close the gap: more digits, dropout, weight decay, or stopping at the lowest point of the test loss.",
    ),
  ],
  caption: t("Loss on digits it learns from, and on digits it has not seen (dashed)"),
  controls: [
    {
      name: "points",
      label: t("Digits to learn from"),
      value: 100,
      values: [50, 100, 200, 400, 800],
    },
    { name: "dropout", label: t("Dropout"), value: 0, values: [0, 0.1, 0.2, 0.3, 0.5, 0.7] },
    { name: "decay", label: t("Weight decay"), value: 0, values: [0, 0.01, 0.1, 0.3, 1, 3] },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.003,
      values: [0.0003, 0.001, 0.003, 0.01, 0.03],
      live: true,
    },
  ],
  loss: { label: t("Cross-entropy on the training digits"), noisy: false, test: "testLoss" },
  pace: { steps: 2, milliseconds: 50 },
  measures: {
    testLoss: { label: t("Test loss"), format: decimals(4) },
    accuracy: { label: t("Accuracy on unseen digits"), format: percent(1) },
    trainAccuracy: { label: t("Accuracy on training digits"), format: percent(1) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["overfit"],
    teaches: t("the same, with and without dropout and decay side by side"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  const drawing = element("div");
  const words = element("p", { class: "status" });
  place.append(drawing, words);
  const figure = new Figure(drawing, t("Training loss and test loss along the steps"), signal);
  let known: [number, number][] = [];
  let unseen: [number, number][] = [];
  return {
    draw({ known: count, unseen: others }, { step, steps, losses, measures }) {
      if (step === 0) {
        [known, unseen] = [[], []];
        figure.base({
          grid: true,
          x: { label: t("step →"), domain: [0, 400] },
          y: { label: t("↑ loss"), domain: [0, 2.5] },
          marks: [],
        });
      }
      const loss = losses.at(-1);
      if (loss !== undefined) known.push([step, loss]);
      const test = measures?.testLoss;
      if (test !== undefined && steps >= 0) unseen.push([step, test]);
      const best = unseen.reduce<[number, number] | null>(
        (least, each) => (least === null || each[1] < least[1] ? each : least),
        null,
      );
      say(words, wordsFor(count, others, best, unseen.at(-1)));
      figure.over((layer, scales) => {
        pathIn(layer, "curve").setAttribute("d", pathOf(known, scales));
        pathIn(layer, "unseen").setAttribute("d", pathOf(unseen, scales));
        layer.querySelector("circle")?.remove();
        if (best === null || best[0] === 0) return;
        const [cx, cy] = [scales.x(best[0]), scales.y(best[1])];
        layer.append(svg("circle", { cx, cy, r: 6, class: "best" }));
      });
    },
  };
}

function wordsFor(
  known: number,
  unseen: number,
  best: [number, number] | null,
  last: [number, number] | undefined,
): string {
  const all = t("{known} digits are learned from, {unseen} are not.", { known, unseen });
  if (best === null || last === undefined || last[0] === 0) return all;
  const [step, loss] = best;
  const so = { all, step, loss: loss.toFixed(3) };
  return last[1] > 1.02 * loss
    ? t(
        "{all} The test loss was lowest at step {step}: {loss}. Since then it has risen to {last}.",
        { ...so, last: last[1].toFixed(3) },
      )
    : t("{all} The test loss was lowest at step {step}: {loss}.", so);
}
