import { t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { channels, SquareCanvas } from "../../charts/canvas.ts";
import { button } from "../../dom/button.ts";
import { element, say } from "../../dom/element.ts";
import { color } from "../../dom/theme.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Question, Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import modelSource from "./model.ts?raw";
import { NetworkPicture, paintMap } from "./network.ts";
import { validSizes } from "./sizes.ts";
import trainSource from "./train.ts?raw";
import "./page.css";

const strengths = [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];
const penalty = (option: string) => ({
  name: "penalty",
  label: t("Strength"),
  value: 0.001,
  values: strengths,
  live: true,
  when: { control: "regularization", option },
});

export const page: Page = {
  about: [
    t(
      "Which class is where? The network sees the dots only; the colours are what it would say anywhere else, the paler the less sure. Each small square is a unit: what it answers at every place. A line is a weight, thick where it is strong, orange above 0 and blue below.",
    ),
    t(
      "Click a line and pull its weight; add layers and units; point at a unit to see its map large; click on the picture to ask what the network says there, or to add a point.",
    ),
  ],
  caption: t("The network, and what it says place by place"),
  controls: [
    {
      name: "data",
      label: t("Points"),
      value: "moons",
      options: {
        moons: t("two moons"),
        circles: t("a circle in a circle"),
        spirals: t("two spirals"),
        arms: t("three spirals"),
      },
    },
    { name: "noise", label: t("Noise"), value: 0.1, values: [0, 0.02, 0.05, 0.1, 0.2, 0.3] },
    {
      name: "width",
      label: t("Width"),
      value: 16,
      values: [2, 4, 8, 16, 32, 64],
      resets: "sizes",
    },
    {
      name: "depth",
      label: t("Hidden layers"),
      value: 2,
      values: [0, 1, 2, 3, 4, 5],
      resets: "sizes",
    },
    {
      name: "activation",
      label: t("Activation"),
      value: "tanh",
      options: { tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid", linear: t("none (linear)") },
    },
    {
      name: "regularization",
      label: t("Regularisation"),
      value: "none",
      options: { none: t("none"), l1: "L1", l2: "L2" },
      live: true,
    },
    penalty("l1"),
    penalty("l2"),
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.01,
      values: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      live: true,
    },
    { name: "batch", label: t("Batch"), value: 64, values: [8, 16, 32, 64, 128, 400] },
    { name: "sizes", label: t("Units of each layer"), value: "", valid: validSizes },
  ],
  loss: { label: t("Cross-entropy of the batch"), test: "testLoss" },
  pace: { steps: 8, milliseconds: 50 },
  measures: {
    accuracy: { label: t("Accuracy on 1,000 unseen points"), format: percent(1) },
    testLoss: { label: t("Test loss"), format: decimals(4) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask, choose }: Stage): Picture<Snapshot> {
  let latest: Snapshot | null = null;
  let looked: { readonly layer: number; readonly unit: number } | null = null;
  const put = askLatest<Question, Snapshot>(ask, (answer) => show(answer), signal);
  const network = new NetworkPicture(
    {
      resize: (sizes) =>
        choose(sizes.length === 0 ? { sizes: "", depth: 0 } : { sizes: sizes.join("-") }),
      edit: (at, value) => put({ ...at, value }),
      look: (unit) => {
        looked = unit;
        paint();
      },
    },
    signal,
  );
  const output = element("div", { class: "output" });
  const clicks = element("select", { "aria-label": t("A click on the picture") });
  const tests = element("input", { type: "checkbox", onchange: () => paint() });
  const said = element("p", { class: "status", role: "status" });
  const drawing = element("div");
  output.append(
    drawing,
    element(
      "div",
      { class: "clicks" },
      element("span", {}, t("A click")),
      clicks,
      button(t("Forget mine"), () => put({ forget: true })),
      element("label", {}, tests, t("Test points")),
    ),
    said,
  );
  place.append(element("div", { class: "playground" }, network.element, output));
  const canvas = new SquareCanvas(drawing, t("Points of each class, and the regions"), signal, 400);

  const pressed = async (event: PointerEvent): Promise<void> => {
    const box = drawing.querySelector("canvas")?.getBoundingClientRect();
    if (latest === null || box === undefined) return;
    const { middle, reach } = latest;
    const at = [
      middle[0] + reach * ((2 * (event.clientX - box.left)) / box.width - 1),
      middle[1] + reach * (1 - (2 * (event.clientY - box.top)) / box.height),
    ] as const;
    const where = `(${at.map((value) => value.toFixed(2)).join(", ")})`;
    if (clicks.value !== "ask") {
      put({ add: at, label: Number(clicks.value) });
      say(
        said,
        t("A point of class {label} is at {where}.", { label: Number(clicks.value) + 1, where }),
      );
      return;
    }
    const chances = (await ask({ at }).catch(() => null)) as Float32Array | null;
    if (chances === null) return;
    const most = chances.indexOf(extent(chances)[1]);
    say(
      said,
      t("At {where}: class {label} ({chance} sure).", {
        where,
        label: most + 1,
        chance: percent(0)(chances[most] as number),
      }),
    );
  };
  drawing.addEventListener("pointerdown", (event) => {
    if (event.target instanceof HTMLCanvasElement) void pressed(event);
  });

  function show(snapshot: Snapshot): void {
    latest = snapshot;
    if (clicks.options.length !== snapshot.classes + 1) {
      const adds = Array.from({ length: snapshot.classes }, (_, label) =>
        element("option", { value: label }, t("adds to class {label}", { label: label + 1 })),
      );
      clicks.replaceChildren(element("option", { value: "ask" }, t("asks")), ...adds);
    }
    network.show(snapshot);
    paint();
  }

  function paint(): void {
    const snapshot = latest;
    if (snapshot === null) return;
    canvas.draw((context, side) => {
      context.imageSmoothingEnabled = true;
      context.drawImage(
        looked === null ? regions(snapshot) : mapOf(snapshot, looked),
        0,
        0,
        side,
        side,
      );
      const { points, labels, testPoints, testLabels } = snapshot;
      if (tests.checked) dots(context, side, snapshot, testPoints, testLabels, true);
      dots(context, side, snapshot, points, labels, false);
    });
  }
  return { draw: show };
}

/** Dots of each class: full where they are learned from, rings where they test. */
function dots(
  context: CanvasRenderingContext2D,
  side: number,
  { reach, middle }: Snapshot,
  points: Float32Array,
  labels: Int32Array,
  test: boolean,
): void {
  const scale = side / (2 * reach);
  labels.forEach((label, i) => {
    const x = scale * ((points[2 * i] as number) - middle[0] + reach);
    const y = scale * (middle[1] + reach - (points[2 * i + 1] as number));
    context.beginPath();
    context.arc(x, y, 3.6, 0, 2 * Math.PI);
    context.lineWidth = test ? 2 : 1.2;
    context.strokeStyle = test ? (classColors[label] as string) : color("card");
    context.fillStyle = test ? color("card") : (classColors[label] as string);
    context.fill();
    context.stroke();
  });
}

/** One unit's answers. */
function mapOf(
  { maps, coarse }: Snapshot,
  { layer, unit }: { readonly layer: number; readonly unit: number },
): OffscreenCanvas {
  const size = coarse * coarse;
  const map = maps[layer]?.subarray(unit * size, (unit + 1) * size) ?? new Float32Array(size);
  const most = map.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
  const small = new OffscreenCanvas(coarse, coarse);
  paintMap(
    small,
    map.map((value) => value / most),
    coarse,
  );
  return small;
}

/**
 * Every place in the colour of its likeliest class, over the card's, as strongly as the network is
 * sure.
 */
function regions({ chances, side, classes }: Snapshot): OffscreenCanvas {
  const image = new ImageData(side, side);
  const ground = channels(color("card"));
  const colors = classColors.slice(0, classes).map(channels);
  for (let k = 0; k < side * side; k++) {
    const row = chances.subarray(k * classes, (k + 1) * classes);
    const [, most] = extent(row);
    const ink = colors[row.indexOf(most)] ?? ground;
    const strength = 0.6 * ((most - 1 / classes) / (1 - 1 / classes));
    for (let c = 0; c < 3; c++) {
      const from = ground[c] as number;
      image.data[4 * k + c] = from + strength * ((ink[c] as number) - from);
    }
    image.data[4 * k + 3] = 255;
  }
  const small = new OffscreenCanvas(side, side);
  small.getContext("2d")?.putImageData(image, 0, 0);
  return small;
}
