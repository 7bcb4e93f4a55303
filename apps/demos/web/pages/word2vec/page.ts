import { t } from "../../../src/shared/language.ts";
import modelSource from "../../../src/word2vec/model.ts?raw";
import pairsSource from "../../../src/word2vec/pairs.ts?raw";
import trainSource from "../../../src/word2vec/train.ts?raw";
import { SquareCanvas } from "../../charts/canvas.ts";
import { element, setStyle } from "../../dom/element.ts";
import { color } from "../../dom/theme.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import { drawWords } from "./draw.ts";
import type { Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Each word has a list of numbers, at random at first. Words that stand near each other in the text are turned towards each other, others apart; no one says what a word means.",
    ),
    t(
      "Ask about a word of the book, a whale or a captain, and watch who gathers around it. The map shows frequent words along the two directions in which they differ most.",
    ),
  ],
  caption: t("A map of words, and who is near"),
  controls: [
    {
      name: "way",
      label: t("Way to learn"),
      value: "cosine",
      options: { cosine: t("one table, cosine loss"), "skip-gram": t("two tables, skip-gram") },
    },
    {
      name: "text",
      label: t("Text"),
      value: "novel",
      options: { novel: t("Moby-Dick"), both: t("Moby-Dick and 233 speeches to Congress") },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.01,
      values: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
      live: true,
      hint: t("During training it falls evenly from this to 0."),
    },
    { name: "features", label: t("Numbers a word"), value: 64, values: [8, 16, 32, 64, 128] },
    { name: "batch", label: t("Batch"), value: 1024, values: [256, 512, 1024, 2048, 4096] },
  ],
  loss: { label: t("Loss of the batch") },
  measures: {
    related: { label: t("Known pairs told apart"), format: percent(1) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "pairs.ts", text: pairsSource },
    { name: "train.ts", text: trainSource },
  ],
  lesson: {
    names: ["word2vec"],
    teaches: t("vectors of words by two losses, asked for what people know about words"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const question = askLatest<string, Snapshot>(ask, (answer) => show(answer), signal);
  const map = element("div", {});
  const suggestions = element("datalist", { id: "words" });
  const input = element("input", {
    id: "word",
    type: "text",
    value: "whale",
    list: "words",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    oninput: () => question(input.value.trim().toLowerCase()),
  });
  const near = element("ol", { class: "near", "aria-label": t("The nearest words") });
  const words = element("p", { class: "status", role: "status" });
  place.append(
    element(
      "div",
      { class: "walk" },
      map,
      element(
        "div",
        { class: "ask" },
        element("label", { for: "word" }, t("Ask about a word")),
        input,
        suggestions,
        words,
        near,
      ),
    ),
  );
  const canvas = new SquareCanvas(map, t("Frequent words on a map of their vectors"), signal);
  let reach = 0;

  const show = (snapshot: Snapshot): void => {
    const far = snapshot.places.reduce((most, value) => Math.max(most, Math.abs(value)), 0.05);
    reach = reach === 0 ? far : reach + 0.15 * (far - reach);
    canvas.draw((context, side) => {
      context.fillStyle = color("field");
      context.fillRect(0, 0, side, side);
      drawWords(context, side, snapshot, 1.12 * reach);
    });
    if (input.value.trim().toLowerCase() !== snapshot.asked) return;
    words.textContent =
      snapshot.near.length > 0
        ? ""
        : t("“{asked}” is not in the text, or too seldom.", { asked: snapshot.asked });
    near.replaceChildren(
      ...snapshot.near.map(({ word, cosine }) => {
        const row = element("li", {}, word, element("span", {}, cosine.toFixed(2)));
        setStyle(row, "--part", Math.max(0, cosine).toFixed(2));
        return row;
      }),
    );
  };
  return {
    draw(snapshot, { step }) {
      if (step === 0) {
        reach = 0;
        const frequent = snapshot.words.slice(0, snapshot.frequent);
        suggestions.replaceChildren(...frequent.map((word) => element("option", { value: word })));
        const asked = input.value.trim().toLowerCase();
        if (asked !== snapshot.asked) question(asked);
      }
      show(snapshot);
    },
  };
}
