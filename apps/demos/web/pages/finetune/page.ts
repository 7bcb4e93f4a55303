import * as Plot from "@observablehq/plot";
import modelSource from "../../../src/finetune/model.ts?raw";
import trainSource from "../../../src/finetune/train.ts?raw";
import writeSource from "../../../src/finetune/write.ts?raw";
import { grouped, t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { Figure, pathIn, pathOf } from "../../charts/figure.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import type { Point, Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "A small GPT reads Moby-Dick character by character. Then it is taught Lincoln's speeches in two ways at once: one copy may change all of its weights, the other keeps them and learns only LoRA's narrow matrices beside them.",
    ),
    t(
      "Both become better on a speech that neither reads; of the second there is a fraction to save for each thing it is taught. A smaller rank learns fewer numbers still.",
    ),
  ],
  caption: t("What is reached, with all weights and with a few"),
  controls: [
    { name: "r", label: t("Rank of LoRA's matrices"), value: 8, values: [1, 2, 4, 8, 16] },
    {
      name: "pretrain",
      label: t("Steps on the novel"),
      value: 400,
      values: [100, 200, 400, 800, 1600, 3200],
    },
    { name: "steps", label: t("Steps on the speeches"), value: 200, values: [100, 200, 400, 800] },
  ],
  loss: { label: t("Cross-entropy of the batch: the novel, then the speeches with LoRA") },
  measures: {
    lora: { label: t("Perplexity with LoRA"), format: decimals(2) },
    full: { label: t("Perplexity with all weights"), format: decimals(2) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "write.ts", text: writeSource },
  ],
  lesson: {
    names: ["finetune"],
    teaches: t(
      "the same for longer, beside a network that has read nothing before; bytes to save, and characters a second with keys and values kept",
    ),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  const state = element("p", { class: "state" });
  const chart = element("div");
  const written = (name: string) => {
    const text = element("p", { class: "written" });
    return { text, block: element("div", {}, element("h3", {}, name), text) };
  };
  const [lora, full] = [
    written(t("With LoRA it writes")),
    written(t("With all weights it writes")),
  ];
  place.append(
    state,
    element(
      "h3",
      {},
      t("Perplexity on a speech that neither reads, along the steps on the speeches"),
    ),
    chart,
    element("div", { class: "both" }, lora.block, full.block),
  );
  const draw = perplexityChart(chart, signal);
  return {
    draw({ reading, steps, points, samples, numbers }) {
      const learned = t("LoRA learns {lora} numbers, the other {full}.", {
        lora: grouped(numbers.lora),
        full: grouped(numbers.full),
      });
      say(state, `${reading ? t("It reads the novel.") : t("Both read the speeches.")} ${learned}`);
      draw(points, steps);
      for (const [name, { text }] of [
        ["lora", lora],
        ["full", full],
      ] as const) {
        if (samples === null) text.replaceChildren(t("Nothing yet: it reads the novel first."));
        else text.replaceChildren(element("b", {}, samples.prompt), samples[name]);
      }
    },
  };
}

const COLOURS = { lora: "var(--data)", full: "var(--fit)" } as const;

function perplexityChart(place: HTMLElement, signal: AbortSignal) {
  const figure = new Figure(
    place,
    t("Perplexity along the steps, with LoRA and with all weights"),
    signal,
  );
  return (points: readonly Point[], steps: number): void => {
    const last = points.at(-1);
    const [low, high] = extent(points.flatMap(({ lora, full }) => [lora, full]));
    const [least, most] = points.length === 0 ? [5, 15] : [0.95 * low, 1.05 * high];
    const names = [
      { name: "LoRA", at: last?.lora, color: COLOURS.lora, place: 0 },
      { name: t("all weights"), at: last?.full, color: COLOURS.full, place: 1 },
    ];
    figure.base({
      x: {
        label: t("step →"),
        domain: [0, steps],
        tickSize: 0,
        ticks: 5,
      },
      y: { label: t("↑ perplexity"), domain: [least, most], tickSize: 0, ticks: 5 },
      marks: [
        Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1 }),
        ...names.map(({ name, color, place: row }) =>
          Plot.text([name], {
            frameAnchor: "top-right",
            textAnchor: "end",
            dx: -6,
            dy: 4 + 18 * row,
            fill: color,
            fontSize: 13,
            fontWeight: 600,
          }),
        ),
      ],
    });
    figure.over((layer, scales) => {
      for (const name of ["lora", "full"] as const) {
        const line = points.map((point): [number, number] => [point.step, point[name]]);
        const path = pathIn(layer, name === "lora" ? "few" : "fit");
        path.setAttribute("d", pathOf(line, scales));
      }
    });
  };
}
