import dataSource from "../../../src/sentences/data.ts?raw";
import labelsSource from "../../../src/sentences/labels.ts?raw";
import searchSource from "../../../src/sentences/search.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Near, Question, Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Write two sentences. An encoder that others trained turns each into 512 numbers (Google's Universal Sentence Encoder Lite, 25 MB, Apache-2.0); their cosine is near 1 where they mean the same, in whatever words.",
    ),
    t(
      "Below are the reviews that are nearest to the first, of those that it has read so far. What learns here is only a line of 512 weights: praise or complaint, from a few labels.",
    ),
  ],
  caption: t("A sentence, and what is near it"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.003,
      values: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
      live: true,
    },
    { name: "labels", label: t("Sentences with labels"), value: 100, values: [20, 50, 100, 240] },
    { name: "epochs", label: t("Epochs: passes through them"), value: 10, values: [2, 5, 10, 20] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  pace: { steps: 1, milliseconds: 60 },
  measures: { accuracy: { label: t("Accuracy on unseen sentences"), format: percent(1) } },
  sources: [
    { name: "search.ts", text: searchSource },
    { name: "labels.ts", text: labelsSource },
    { name: "data.ts", text: dataSource },
  ],
  lesson: {
    names: ["sentences"],
    teaches: t("the same on 3,000 sentences, beside the weights of words (tf-idf)"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

const two = decimals(2);

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const box = (label: string): HTMLTextAreaElement =>
    element("textarea", {
      class: "sentence",
      rows: 2,
      maxlength: 300,
      "aria-label": label,
      oninput: () => put({ sentence: mine.value, other: other.value }),
    });
  const put = askLatest<Question, Snapshot>(ask, (answer) => show(answer), signal);
  const [mine, other] = [box(t("A sentence")), box(t("Another sentence"))];
  const alike = element("output", { class: "verdict" });
  const bar = element("span", { class: "bar" });
  const verdict = element("output", { class: "verdict" });
  const heading = element("h3", {}, t("The nearest reviews"));
  const list = element("ul", { class: "near found", "aria-label": t("The nearest reviews") });
  place.append(
    mine,
    element("div", { class: "alike" }, bar, alike),
    other,
    element("h3", {}, t("Of the first: praise or complaint?")),
    verdict,
    heading,
    list,
  );

  function show({ cosine, near, read, chance }: Snapshot): void {
    // Of weights that left the numbers it says nothing: the last good picture stays.
    if (!Number.isFinite(chance)) return;
    alike.value = `${two(cosine)}: ${cosine > 0.6 ? t("they mean the same, or nearly") : cosine > 0.35 ? t("they have something in common") : t("they have little in common")}`;
    setStyle(bar, "--part", Math.max(0, cosine).toFixed(3));
    verdict.value = t("{verdict} ({chance} sure)", {
      verdict: chance > 0.5 ? t("Praise") : t("Complaint"),
      chance: percent(0)(Math.max(chance, 1 - chance)),
    });
    say(
      heading,
      read === 0
        ? t("The nearest reviews: none has been read yet")
        : t("The nearest of {read} reviews", { read }),
    );
    list.replaceChildren(...near.map(item));
  }

  return {
    draw(snapshot, { step }) {
      if (mine.value === "" && other.value === "" && step === 0) {
        mine.value = snapshot.sentence;
        other.value = snapshot.other;
      }
      const same = mine.value === snapshot.sentence && other.value === snapshot.other;
      // A training that begins anew has sentences of its own; what the user wrote is still there.
      if (step === 0 && !same) put({ sentence: mine.value, other: other.value });
      else show(snapshot);
    },
  };
}

function item({ text, cosine }: Near): HTMLElement {
  const row = element("li", {}, element("span", {}, text), element("b", {}, two(cosine)));
  setStyle(row, "--part", Math.max(0, cosine).toFixed(3));
  return row;
}
