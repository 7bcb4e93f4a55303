import dataSource from "../../../src/sentiment/data.ts?raw";
import modelSource from "../../../src/sentiment/model.ts?raw";
import trainSource from "../../../src/sentiment/train.ts?raw";
import { plural, t } from "../../../src/shared/language.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import { heatMap } from "./heat-map.ts";
import type { Question, Reading, Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Write a sentence about a product, a film or a meal. An LSTM reads it word by word; the top row of the table says how likely it would take it for praise if it ended there, and the rows below are its state: blue above zero, red below. The answer is drawn from the strongest value of each row, framed.",
    ),
    t(
      "It learns from 2,000 sentences of reviews, so it knows few words: those it does not know are struck through.",
    ),
  ],
  caption: t("A sentence, and what is in mind after each word"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.02,
      values: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
      live: true,
    },
    { name: "features", label: t("Features"), value: 16, values: [4, 8, 16, 32] },
    {
      name: "wordDropout",
      label: t("Words left out while learning"),
      value: 0.3,
      values: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    },
    {
      name: "epochs",
      label: t("Epochs: passes through the sentences"),
      value: 6,
      values: [1, 2, 4, 6, 8, 12],
    },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  measures: {
    accuracy: {
      label: t("Accuracy on unseen sentences"),
      format: percent(1),
    },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "data.ts", text: dataSource },
  ],
  lesson: {
    names: ["sentiment"],
    teaches: t("the same in three folds, beside a bag of words that knows no order and is as good"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let fresh = 0;
  const text = element("textarea", {
    class: "sentence",
    rows: 2,
    maxlength: 300,
    "aria-label": t("A sentence to judge"),
    oninput: () => put({ sentence: text.value }),
  });
  const verdict = element("output", { class: "verdict" });
  const map = heatMap();
  const list = element("ul", { class: "feelings", "aria-label": t("Unseen sentences") });

  const put = askLatest<Question, Snapshot>(
    ask,
    (answer, asked) => {
      if ("fresh" in asked) text.value = answer.sentence;
      show(answer.reading);
    },
    signal,
  );
  const another = (): void => {
    fresh++;
    put({ fresh });
  };
  place.append(
    text,
    element(
      "div",
      { class: "said" },
      verdict,
      element("button", { onclick: another }, t("Another unseen sentence")),
    ),
    map.element,
    element("h3", {}, t("Sentences that it does not learn from: the chance that each is praise")),
    list,
  );

  function show(reading: Reading): void {
    verdict.value = verdictOn(reading, text.value);
    verdict.dataset.praise = String(verdict.value.startsWith("Praise"));
    map.show(reading);
  }

  const choose = (sentence: string): void => {
    text.value = sentence;
    put({ sentence });
  };
  return {
    draw({ reading, sentences, chances, sentence }, { step }) {
      if (text.value === "" && step === 0) text.value = sentence;
      // A training that begins anew has a sentence of its own; what the user wrote is still there.
      if (step === 0 && text.value !== sentence) put({ sentence: text.value });
      else show(reading);
      if (list.children.length !== sentences.length) {
        list.replaceChildren(
          ...sentences.map((each) =>
            element(
              "li",
              { class: "feeling" },
              element("button", { onclick: () => choose(each) }, each),
              element("span", { class: "bar" }),
              element("span", { class: "part" }),
            ),
          ),
        );
      }
      [...list.children].forEach((row, i) => {
        const chance = chances[i] as number;
        const [, bar, part] = row.children as unknown as HTMLElement[];
        if (bar !== undefined) setStyle(bar, "--part", chance.toFixed(2));
        row.classList.toggle("most", chance < 0.5);
        if (part !== undefined) say(part, `${(100 * chance).toFixed(0)} %`);
      });
    },
  };
}

/** What the model says of a sentence, and what that is worth. */
function verdictOn({ words, known, chances }: Reading, sentence: string): string {
  const chance = chances.at(-1);
  if (sentence.trim() === "") return t("Write a sentence.");
  if (chance === undefined)
    return t("No word that it can read: it knows English in Latin letters.");
  if (!known.includes(true)) {
    return plural(
      words.length,
      "It does not know this word, and could only guess.",
      "It does not know any of these words, and could only guess.",
    );
  }
  const praise = chance > 0.5;
  return t("{verdict} ({chance} sure)", {
    verdict: praise ? t("Praise") : t("Complaint"),
    chance: percent(0)(praise ? chance : 1 - chance),
  });
}
