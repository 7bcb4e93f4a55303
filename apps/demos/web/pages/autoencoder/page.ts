import modelSource from "../../../src/autoencoder/model.ts?raw";
import trainSource from "../../../src/autoencoder/train.ts?raw";
import { t } from "../../../src/shared/language.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { SquareCanvas } from "../../charts/canvas.ts";
import { drawPixels } from "../../charts/pixels.ts";
import { element } from "../../dom/element.ts";
import { color, onTheme } from "../../dom/theme.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Digits of 64 dots go through two numbers and are drawn again from those alone. The two numbers are a place on a map, and nobody told the network which digits are alike.",
    ),
    t(
      "Walk through the map, with the mouse, a finger or the two sliders: between the digits it draws what it has never seen.",
    ),
  ],
  caption: t("The map of unseen digits"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.005,
      values: [0.0003, 0.001, 0.003, 0.005, 0.01, 0.03],
      live: true,
      hint: t("During training it falls from this to 3 % of it, along half a cosine."),
    },
    { name: "width", label: t("Width"), value: 64, values: [8, 16, 32, 64, 128] },
    { name: "batch", label: t("Batch"), value: 64, values: [16, 32, 64, 128, 256] },
  ],
  loss: { label: t("Squared error of the batch") },
  measures: {
    error: { label: t("Squared error on unseen digits"), format: decimals(5) },
    ofPca: { label: t("Relative to PCA with 2 components"), format: decimals(3) },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "train.ts", text: trainSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["autoencoder"],
    teaches: t("learning a code without labels, beside principal components"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

const SIDE = 8;
const PLACES = 100;

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let latest: Snapshot | null = null;
  let reach = 1;
  let at: [number, number] = [0, 0];
  const put = askLatest<readonly number[], Float32Array>(
    ask,
    (drawn) => drawPixels(here, drawn, SIDE),
    signal,
  );
  const go = (): void => {
    paint();
    put([at[0] * reach, at[1] * reach]);
  };
  const map = element("div", { class: "map" });
  const here = pixels(t("What is drawn where you are"));
  const sliders = [t("Across"), t("Up")].map((label, axis) => {
    const input = element("input", {
      type: "range",
      min: -PLACES,
      max: PLACES,
      value: 0,
      "aria-label": t("{label}: where on the map", { label }),
      oninput: () => {
        at[axis] = input.valueAsNumber / PLACES;
        go();
      },
    });
    return input;
  });
  const rows = { real: element("div", { class: "row" }), drawn: element("div", { class: "row" }) };
  place.append(
    element(
      "div",
      { class: "walk" },
      map,
      element("div", {}, element("h3", {}, t("Drawn where you are")), here, ...sliders),
    ),
    element("h3", {}, t("Unseen digits, and drawn again from two numbers")),
    rows.real,
    rows.drawn,
  );
  const canvas = new SquareCanvas(map, t("Unseen digits on a map of two numbers"), signal, 420);
  const follow = (event: PointerEvent): void => {
    const box = map.firstElementChild?.getBoundingClientRect();
    if (box === undefined) return;
    const part = (value: number): number => Math.max(-1, Math.min(1, value));
    at = [
      part((2 * (event.clientX - box.left)) / box.width - 1),
      part(1 - (2 * (event.clientY - box.top)) / box.height),
    ];
    sliders.forEach((slider, axis) => {
      slider.valueAsNumber = Math.round(PLACES * (at[axis] as number));
    });
    go();
  };
  map.addEventListener("pointermove", follow);
  map.addEventListener("pointerdown", follow);

  function paint(): void {
    const snapshot = latest;
    if (snapshot === null) return;
    canvas.draw((context, side) => {
      context.fillStyle = color("field");
      context.fillRect(0, 0, side, side);
      const scale = side / (2 * reach);
      context.font = "600 12px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      snapshot.labels.forEach((label, i) => {
        const x = scale * ((snapshot.codes[2 * i] as number) + reach);
        const y = scale * (reach - (snapshot.codes[2 * i + 1] as number));
        context.fillStyle = classColors[label] as string;
        context.fillText(String(label), x, y);
      });
      context.strokeStyle = color("text");
      context.lineWidth = 2;
      context.beginPath();
      context.arc(((at[0] + 1) * side) / 2, ((1 - at[1]) * side) / 2, 9, 0, 2 * Math.PI);
      context.stroke();
    });
  }

  const show = (snapshot: Snapshot): void => {
    latest = snapshot;
    reach = 1.05 * snapshot.codes.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
    paint();
    drawPixels(here, snapshot.here, SIDE);
    showRow(rows.real, snapshot.real, t("A fresh digit"));
    showRow(rows.drawn, snapshot.drawn, t("The same, drawn again"));
  };
  onTheme(() => latest !== null && show(latest), signal);
  return { draw: show };
}

function showRow(row: HTMLElement, values: Float32Array, label: string): void {
  const size = SIDE * SIDE;
  for (let k = 0; k < values.length / size; k++) {
    const canvas = (row.children[k] ?? row.appendChild(pixels(label))) as HTMLCanvasElement;
    drawPixels(canvas, values.subarray(k * size, (k + 1) * size), SIDE);
  }
}

const pixels = (label: string): HTMLCanvasElement =>
  element("canvas", { class: "pixels", role: "img", "aria-label": label });
