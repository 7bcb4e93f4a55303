import { plural, t } from "../../../src/shared/language.ts";
import { channels } from "../../charts/canvas.ts";
import { svg } from "../../charts/svg.ts";
import { button, enable } from "../../dom/button.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import { color, onTheme } from "../../dom/theme.ts";
import type { Place, Snapshot } from "./lesson.ts";
import { LAYERS, MOST } from "./sizes.ts";

/** Units of a layer that are drawn. */
const SHOWN = 8;
/** The diagram is drawn in these units, and scaled. */
const [WIDTH, ROW, TOP, UNIT] = [600, 40, 8, 30];
/** Weights that the slider reaches. */
const STRONG = 5;

interface Listener {
  /** Hidden layers of so many units are wanted. */
  resize(sizes: readonly number[]): void;
  /** A weight is given a value. */
  edit(place: Place, value: number): void;
  /** A unit's map is looked at: the layer, from 0, and the unit; null for the network's answer. */
  look(unit: { readonly layer: number; readonly unit: number } | null): void;
}

/** The network as it is: units with their maps, weights as lines, and what changes them. */
export class NetworkPicture {
  readonly element: HTMLElement;
  readonly #listener: Listener;
  readonly #lines = svg("g");
  readonly #drawing = svg("svg", {
    role: "img",
    "aria-label": t("The network: its units and weights"),
  });
  readonly #units = element("div", { class: "units" });
  readonly #layers = element("div", { class: "layers" });
  readonly #more: HTMLButtonElement;
  readonly #fewer: HTMLButtonElement;
  readonly #selects = [
    select(t("Weight: layer")),
    select(t("Weight: from")),
    select(t("Weight: to")),
  ] as const;
  readonly #slider: HTMLInputElement;
  readonly #value = element("output");
  #snapshot: Snapshot | null = null;
  #shape = "";
  #place: Place = { layer: 0, from: 0, to: 0 };

  constructor(listener: Listener, signal: AbortSignal) {
    this.#listener = listener;
    this.#drawing.append(this.#lines);
    this.#more = button("+", () => this.#resize((sizes) => [...sizes, sizes.at(-1) ?? 4]), {
      "aria-label": t("Add a hidden layer"),
    });
    this.#fewer = button("−", () => this.#resize((sizes) => sizes.slice(0, -1)), {
      "aria-label": t("Remove a hidden layer"),
    });
    this.#slider = element("input", {
      type: "range",
      min: -STRONG,
      max: STRONG,
      step: 0.05,
      "aria-label": t("The weight's value"),
      oninput: () => {
        this.#listener.edit(this.#place, this.#slider.valueAsNumber);
        say(this.#value, this.#slider.valueAsNumber.toFixed(2));
      },
    });
    const [layer, from, to] = this.#selects;
    layer.addEventListener("change", () =>
      this.#pick({ layer: Number(layer.value), from: 0, to: 0 }),
    );
    for (const each of [from, to]) {
      each.addEventListener("change", () =>
        this.#pick({ ...this.#place, from: Number(from.value), to: Number(to.value) }),
      );
    }
    this.element = element(
      "div",
      { class: "network" },
      element(
        "div",
        { class: "depth" },
        element("span", {}, t("Hidden layers")),
        this.#fewer,
        this.#more,
      ),
      this.#layers,
      element("div", { class: "diagram" }, this.#drawing, this.#units),
      element(
        "div",
        { class: "weight" },
        element("span", {}, t("Weight")),
        ...this.#selects,
        this.#slider,
        this.#value,
      ),
    );
    this.#drawing.addEventListener("click", (event) => {
      const place = (event.target as Element).getAttribute("data-place")?.split(" ").map(Number);
      if (place === undefined) return;
      const [layer = 0, to = 0, from = 0] = place;
      this.#pick({ layer, to, from });
      this.#slider.focus();
    });
    onTheme(() => this.#snapshot !== null && this.show(this.#snapshot), signal);
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    const { sizes, classes } = snapshot;
    const shape = [...sizes, classes].join("-");
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(snapshot);
    }
    this.#strengths(snapshot);
    this.#maps(snapshot);
    if (document.activeElement !== this.#slider) this.#fill();
  }

  /** Units of every stage: inputs, hidden layers, outputs. */
  #stages({ sizes, classes }: Snapshot): number[] {
    return [2, ...sizes, classes];
  }

  #build(snapshot: Snapshot): void {
    const stages = this.#stages(snapshot);
    const shown = stages.map((units) => Math.min(SHOWN, units));
    const height = TOP + ROW * shown.reduce((most, units) => Math.max(most, units), 2);
    this.#drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    const x = (stage: number): number => 24 + (stage * (WIDTH - 48)) / (stages.length - 1);
    const y = (unit: number): number => TOP + UNIT / 2 + unit * ROW;
    const lines: SVGElement[] = [];
    for (let layer = 0; layer + 1 < stages.length; layer++) {
      for (let to = 0; to < (shown[layer + 1] as number); to++) {
        for (let from = 0; from < (shown[layer] as number); from++) {
          const [a, b] = [x(layer) + UNIT / 2, x(layer + 1) - UNIT / 2];
          const bend = (b - a) / 2;
          const d = `M${a},${y(from)}C${a + bend},${y(from)} ${b - bend},${y(to)} ${b},${y(to)}`;
          lines.push(svg("path", { d, "data-place": `${layer} ${to} ${from}` }));
        }
      }
    }
    this.#lines.replaceChildren(...lines);
    const units = shown.flatMap((count, stage) =>
      Array.from({ length: count }, (_, unit) =>
        this.#unit(stage, unit, x(stage), y(unit), height),
      ),
    );
    this.#units.replaceChildren(...units);
    this.#layers.replaceChildren(
      ...snapshot.sizes.map((count, layer) => this.#sizer(count, layer)),
    );
    enable(this.#fewer, snapshot.sizes.length > 0);
    enable(this.#more, snapshot.sizes.length < LAYERS);
    this.#pick({ layer: 0, from: 0, to: 0 });
  }

  #unit(stage: number, unit: number, x: number, y: number, height: number): HTMLElement {
    const hidden = stage > 0 && stage <= (this.#snapshot?.sizes.length ?? 0);
    const name =
      stage === 0
        ? t("Input {input}", { input: "xy"[unit] })
        : hidden
          ? t("Layer {stage}, unit {unit}", { stage, unit: unit + 1 })
          : t("Class {label}", { label: unit + 1 });
    const canvas = element("canvas", { role: "img", "aria-label": name, title: name });
    if (hidden) {
      canvas.addEventListener("pointerenter", () =>
        this.#listener.look({ layer: stage - 1, unit }),
      );
      canvas.addEventListener("pointerleave", () => this.#listener.look(null));
    }
    setStyle(canvas, "--x", `${(100 * (x - UNIT / 2)) / WIDTH}%`);
    setStyle(canvas, "--y", `${(100 * (y - UNIT / 2)) / height}%`);
    setStyle(canvas, "--w", `${(100 * UNIT) / WIDTH}%`);
    return canvas;
  }

  /** How many units a layer has, and buttons for one more and one less. */
  #sizer(count: number, layer: number): HTMLElement {
    const change = (by: number) => (): void =>
      this.#resize((sizes) => sizes.map((units, i) => (i === layer ? units + by : units)));
    const less = button("−", change(-1), {
      "aria-label": t("Remove a unit from layer {layer}", { layer: layer + 1 }),
    });
    const more = button("+", change(1), {
      "aria-label": t("Add a unit to layer {layer}", { layer: layer + 1 }),
    });
    enable(less, count > 1);
    enable(more, count < MOST);
    const said =
      count > SHOWN
        ? t("{count} units ({shown} drawn)", { count, shown: SHOWN })
        : plural(count, "{count} unit", "{count} units", { count });
    return element("span", { class: "layer" }, less, element("b", {}, said), more);
  }

  #resize(change: (sizes: readonly number[]) => readonly number[]): void {
    if (this.#snapshot !== null) this.#listener.resize(change(this.#snapshot.sizes));
  }

  #strengths(snapshot: Snapshot): void {
    const stages = this.#stages(snapshot);
    for (const line of this.#lines.children) {
      const [layer = 0, to = 0, from = 0] = (line.getAttribute("data-place") ?? "")
        .split(" ")
        .map(Number);
      const value = snapshot.layers[layer]?.weight[to * (stages[layer] as number) + from] ?? 0;
      const { layer: l, to: t, from: f } = this.#place;
      const width = Math.min(9, 0.6 + 2.2 * Math.abs(value));
      line.setAttribute("stroke-width", width.toFixed(2));
      line.setAttribute(
        "class",
        `${value < 0 ? "minus" : "plus"}${l === layer && t === to && f === from ? " picked" : ""}`,
      );
    }
  }

  #maps(snapshot: Snapshot): void {
    const { coarse, sizes, classes, chances, side } = snapshot;
    const shown = this.#stages(snapshot).map((units) => Math.min(SHOWN, units));
    let next = 0;
    shown.forEach((count, stage) => {
      for (let unit = 0; unit < count; unit++) {
        const canvas = this.#units.children[next++] as HTMLCanvasElement;
        if (stage === 0) {
          paintMap(canvas, inputMap(coarse, unit), coarse);
        } else if (stage <= sizes.length) {
          const map = snapshot.maps[stage - 1] as Float32Array;
          const size = coarse * coarse;
          paintMap(canvas, scaled(map.subarray(unit * size, (unit + 1) * size)), coarse);
        } else {
          const part = Float32Array.from(
            { length: side * side },
            (_, k) => 2 * (chances[k * classes + unit] as number) - 1,
          );
          paintMap(canvas, part, side);
        }
      }
    });
  }

  /** A weight is chosen to be looked at and changed. */
  #pick(place: Place): void {
    this.#place = place;
    if (this.#snapshot === null) return;
    const stages = this.#stages(this.#snapshot);
    const [layer, from, to] = this.#selects;
    options(
      layer,
      stages
        .slice(1)
        .map((_, i) => [
          i,
          i + 2 < stages.length ? t("into layer {layer}", { layer: i + 1 }) : t("into the classes"),
        ]),
    );
    options(from, [
      [-1, t("bias")],
      ...Array.from({ length: stages[place.layer] ?? 0 }, (_, i): [number, string] => [
        i,
        place.layer === 0
          ? t("from {input}", { input: "xy"[i] })
          : t("from unit {unit}", { unit: i + 1 }),
      ]),
    ]);
    options(
      to,
      Array.from({ length: stages[place.layer + 1] ?? 0 }, (_, i) => [
        i,
        place.layer + 2 < stages.length
          ? t("to unit {unit}", { unit: i + 1 })
          : t("to class {label}", { label: i + 1 }),
      ]),
    );
    layer.value = String(place.layer);
    from.value = String(place.from);
    to.value = String(place.to);
    this.#fill();
    this.#strengths(this.#snapshot);
  }

  #fill(): void {
    if (this.#snapshot === null) return;
    const { layer, from, to } = this.#place;
    const weights = this.#snapshot.layers[layer];
    const inputs = this.#stages(this.#snapshot)[layer] ?? 0;
    const value = (from < 0 ? weights?.bias[to] : weights?.weight[to * inputs + from]) ?? 0;
    this.#slider.valueAsNumber = value;
    say(this.#value, value.toFixed(2));
  }
}

const select = (label: string): HTMLSelectElement => element("select", { "aria-label": label });

function options(list: HTMLSelectElement, given: readonly (readonly [number, string])[]): void {
  list.replaceChildren(...given.map(([value, text]) => element("option", { value }, text)));
}

/** The coordinate itself, from −1 to 1. */
const inputMap = (side: number, axis: number): Float32Array =>
  Float32Array.from({ length: side * side }, (_, k) =>
    axis === 0 ? (2 * (k % side)) / (side - 1) - 1 : 1 - (2 * Math.floor(k / side)) / (side - 1),
  );

/** From −1 to 1, or less. */
function scaled(map: Float32Array): Float32Array {
  const most = map.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
  return map.map((value) => value / most);
}

/** Numbers from −1 to 1 in the colours of the classes, over the card's. */
export function paintMap(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  map: Float32Array,
  side: number,
): void {
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  const image = new ImageData(side, side);
  const ground = channels(color("card"));
  const [plus, minus] = [channels(color("fit")), channels(color("data"))];
  map.forEach((value, k) => {
    const ink = value < 0 ? minus : plus;
    const strength = 0.75 * Math.min(1, Math.abs(value));
    for (let c = 0; c < 3; c++) {
      const from = ground[c] as number;
      image.data[4 * k + c] = from + strength * ((ink[c] as number) - from);
    }
    image.data[4 * k + 3] = 255;
  });
  (canvas.getContext("2d") as CanvasRenderingContext2D | null)?.putImageData(image, 0, 0);
}
