import { grouped, t } from "../../../src/shared/language.ts";
import modelSource from "../../../src/translate/model.ts?raw";
import trainSource from "../../../src/translate/train.ts?raw";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Question, Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "A small Transformer learns Chinese from the messages of the TypeScript compiler: an encoder reads the English, a decoder writes the Chinese one character at a time and looks at both. {hole} stands for what is filled in later.",
      { hole: "{0}" },
    ),
    t(
      "First it writes what is frequent, then what fits the sentence. Sentences it has not seen it gets right in part: they share words and turns with those it has. Longer messages are more to learn from, and take longer.",
    ),
  ],
  caption: t("Your sentence, and sentences it has not seen"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.005,
      values: [0.001, 0.003, 0.005, 0.01, 0.02, 0.05],
      live: true,
      hint: t("Training warms up to this for 8 % of the steps, then falls along half a cosine."),
    },
    { name: "longest", label: t("Words of the longest"), value: 8, values: [4, 5, 6, 8, 10] },
    { name: "features", label: t("Width"), value: 32, values: [16, 32, 48, 64] },
    { name: "epochs", label: t("Epochs"), value: 20, values: [10, 20, 40, 80, 160] },
    { name: "batch", label: t("Batch"), value: 16, values: [8, 16, 32, 53] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  measures: {
    perplexity: { label: t("Perplexity, unseen sentences"), format: decimals(2) },
    bleu: { label: t("BLEU, unseen sentences"), format: decimals(1) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["translate"],
    teaches: t("the same on all messages, beside the nearest known ones"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const put = askLatest<Question, Snapshot>(ask, (answer) => show(answer), signal);
  const box = element("input", {
    type: "text",
    class: "sentence",
    maxlength: 120,
    "aria-label": t("An English sentence"),
    oninput: () => put(box.value),
  });
  const verdict = element("output", { class: "verdict chinese", lang: "zh" });
  const note = element("p", { class: "status" });
  const list = element("ul", { class: "translations", "aria-label": t("Unseen sentences") });
  const heading = element("h3", {}, t("Sentences it has not seen"));
  place.append(box, verdict, note, heading, list);

  function show({ mine, unknown, known, held }: Snapshot): void {
    if (document.activeElement !== box && box.value === "") box.value = mine.en;
    say(verdict, mine.ours === "" ? "…" : mine.ours);
    const missing =
      unknown.length === 0
        ? ""
        : t("It does not know: {unknown}.", { unknown: unknown.join(", ") });
    const seen =
      mine.reference === null
        ? ""
        : t("It has seen this one; the translator wrote: {reference}", {
            reference: mine.reference,
          });
    say(
      note,
      missing || seen || t("{known} sentences are learned from.", { known: grouped(known) }),
    );
    while (list.children.length < held.length) {
      list.append(
        element(
          "li",
          {},
          element("span", {}),
          element("b", { lang: "zh" }),
          element("span", { class: "reference", lang: "zh" }),
        ),
      );
    }
    while (list.children.length > held.length) list.lastElementChild?.remove();
    held.forEach(({ en, ours, reference }, i) => {
      const [english, chinese, right] = list.children[i]?.children ?? [];
      if (english === undefined || chinese === undefined || right === undefined) return;
      say(english, en);
      say(chinese, ours === "" ? "…" : ours);
      say(right, reference ?? "");
    });
  }
  return {
    draw(snapshot, { step }) {
      show(snapshot);
      // A training that begins anew has a sentence of its own; the visitor's is still in the box.
      if (step === 0 && box.value !== snapshot.mine.en) put(box.value);
    },
  };
}
