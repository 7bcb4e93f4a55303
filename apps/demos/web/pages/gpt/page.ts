import * as Plot from "@observablehq/plot";
import modelSource from "../../../src/gpt/model.ts?raw";
import sampleSource from "../../../src/gpt/sample.ts?raw";
import trainSource from "../../../src/gpt/train.ts?raw";
import { grouped, t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { element } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Frame } from "../../session/protocol.ts";
import type { Look } from "./attention.ts";
import type { Question, Sample, Snapshot } from "./lesson.ts";
import { LookPicture } from "./look.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "A small GPT reads Moby-Dick and predicts each next character. It writes while it learns: first random letters, then made-up words, then real ones. Under the text is what each attention head looks at, the darker the more, and the chances of what comes next.",
    ),
    t(
      "A perplexity of 10 means that it is as unsure as if 10 characters were equally likely. It is measured on a part of the novel that is not learned from. The dashed lines are n-gram models (Kneser-Ney). A wider, deeper model that trains for longer gets lower.",
    ),
  ],
  caption: t("What it writes, with the weights of the moment"),
  controls: [
    {
      name: "temperature",
      label: t("Temperature"),
      value: 0.7,
      values: [0.1, 0.3, 0.5, 0.7, 0.9, 1, 1.2, 1.5],
      live: true,
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.01,
      values: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02],
      live: true,
      hint: t(
        "Training warms up to this for 5 % of the steps, then falls to 2 % of it, along half a cosine.",
      ),
    },
    { name: "steps", label: t("Steps"), value: 1000, values: [500, 1000, 2000, 4000, 6000, 12000] },
    { name: "features", label: t("Width"), value: 32, values: [16, 32, 48, 64, 96, 128] },
    { name: "layers", label: t("Layers"), value: 1, values: [1, 2, 3, 4] },
    {
      name: "context",
      label: t("Context"),
      value: 32,
      values: [8, 16, 32, 48, 64, 96],
    },
    { name: "batch", label: t("Batch"), value: 8, values: [4, 8, 16, 32, 64] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  measures: {
    perplexity: { label: t("Perplexity on the unread part"), format: decimals(2) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "sample.ts", text: sampleSource },
  ],
  lesson: {
    names: ["gpt"],
    teaches: t(
      "the same for longer, beside counting, and then how the model takes up Lincoln's speeches",
    ),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let shown = { prompt: "", written: "" };
  let writing = false;
  let asked: string | null = null;
  let samples: readonly Sample[] = [];
  const input = element("input", { "aria-label": t("Prompt"), maxlength: 200 });
  const written = element("p", { class: "written" });
  const list = element("ul", { class: "samples" });
  const heading = element("h3", { hidden: true }, t("Written earlier in this training"));
  const chart = element("div");
  const look = new LookPicture();
  const lookAt = askLatest<Question, Look>(ask, (answer) => look.show(answer), signal);
  const form = element(
    "form",
    { class: "prompt", onsubmit: (event) => void write(event) },
    input,
    element("button", {}, t("Continue this")),
  );
  place.append(
    form,
    written,
    look.element,
    heading,
    list,
    element(
      "h3",
      {},
      t(
        "Perplexity on a part of the novel that it does not read; dashed: counting runs of n characters (n-grams)",
      ),
    ),
    chart,
  );
  const perplexity = perplexityChart(chart, signal);

  function show(prompt: string, text: string): void {
    shown = { prompt, written: text };
    written.replaceChildren(element("b", {}, prompt), text);
  }

  /**
   * Asks for characters until the text is whole, also if another is asked for meanwhile; a training
   * that runs writes on by itself.
   */
  async function write(event: Event): Promise<void> {
    event.preventDefault();
    asked = input.value;
    if (writing) return;
    writing = true;
    let [prompt, length] = [asked, -1];
    while (!signal.aborted) {
      const fresh: string | null = asked;
      asked = null;
      if (fresh !== null) [prompt, length] = [fresh, -1];
      const question: Question = fresh === null ? { on: true } : { prompt: fresh };
      const text = (await ask(question).catch(() => null)) as string | null;
      if (asked !== null) continue;
      if (text === null || text.length === length) break;
      length = text.length;
      show(prompt, text);
      lookAt({ look: prompt + text });
    }
    writing = false;
  }

  return {
    draw(snapshot, frame) {
      const { prompt, earlier } = snapshot;
      if (input.value === "" && shown.written === "") input.value = prompt;
      show(prompt, snapshot.written);
      look.show(snapshot.look);
      if (earlier[0]?.step !== samples[0]?.step || earlier.length !== samples.length) {
        samples = earlier;
        heading.hidden = samples.length === 0;
        list.replaceChildren(...samples.map(sampleItem));
      }
      perplexity(snapshot, frame);
      // A training that begins anew has a prompt of its own; the user's is still in the box.
      if (frame.step === 0 && input.value !== prompt)
        ask({ prompt: input.value }).catch(() => null);
    },
  };
}

const sampleItem = ({ step, prompt, written }: Sample): HTMLElement =>
  element(
    "li",
    {},
    element("small", {}, t("step {step}", { step: grouped(step) })),
    element("p", {}, element("b", {}, prompt), written),
  );

/** The model's perplexity along the steps, and what counting reaches. */
function perplexityChart(place: HTMLElement, signal: AbortSignal) {
  const figure = new Figure(place, t("Perplexity along the steps, beside counting"), signal);
  let points: [number, number][] = [];
  return ({ counted }: Snapshot, { step, steps, measures }: Frame): void => {
    const value = measures?.perplexity;
    if (step === 0) points = [];
    if (value === undefined) return;
    points.push([step, value]);
    const rows = counted.map((perplexity, i) => ({ perplexity, name: nameOf(i + 1) }));
    const [low, high] = extent(points.map(([, each]) => each));
    const [least, most] = [Math.min(3, low), Math.max(30, high)];
    figure.base({
      x: {
        label: t("step →"),
        domain: [0, Math.max(1, steps)],
        tickSize: 0,
        ticks: steps > 0 ? 5 : 0,
      },
      y: {
        label: t("↑ perplexity"),
        type: "log",
        domain: [least, 1.1 * most],
        tickSize: 0,
        tickFormat: "d",
        ticks: [3, 5, 10, 20, 50, 100].filter((tick) => tick >= least && tick <= most),
      },
      marks: [
        Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1 }),
        Plot.ruleY(rows, { y: "perplexity", stroke: "var(--quiet)", strokeDasharray: "4 3" }),
        Plot.text(rows, {
          y: "perplexity",
          text: "name",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 6,
          fill: "var(--quiet)",
        }),
      ],
    });
    figure.over((layer, scales) => {
      const path = pathIn(layer, "fit");
      path.setAttribute("d", pathOf(points, scales));
    });
  };
}

const nameOf = (length: number): string => t("{length}-gram", { length });
