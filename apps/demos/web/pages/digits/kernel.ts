import { t } from "../../../src/shared/language.ts";
import { drawPixels } from "../../charts/pixels.ts";
import { button } from "../../dom/button.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import { askLatest } from "../../page/latest.ts";
import type { Question, Reading, Stop } from "./lesson.ts";

/** Milliseconds at each place. */
const PACE = 160;
const NAMES = [t("kernel"), t("picture under it"), t("products")];

/** A kernel of the first layer that steps over the picture: what it multiplies, and what it answers. */
export class KernelPicture {
  readonly element: HTMLDetailsElement;
  readonly #put: (question: Question) => void;
  readonly #seen = element("canvas", {
    class: "pixels",
    role: "img",
    "aria-label": t("The picture, and where the kernel is"),
  });
  readonly #answers = element("canvas", {
    class: "pixels",
    role: "img",
    "aria-label": t("What the filter answers, up to here"),
  });
  readonly #frames = [element("span", { class: "at" }), element("span", { class: "at" })] as const;
  readonly #filter = element("select", { "aria-label": t("Filter"), onchange: () => this.#ask() });
  readonly #place: HTMLInputElement;
  readonly #tables = NAMES.map(() => element("div", { class: "grid" }));
  readonly #sum = element("output", { class: "sum" });
  readonly #play: HTMLButtonElement;
  #reading: Reading | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(ask: (question: unknown) => Promise<unknown>, signal: AbortSignal) {
    this.#put = askLatest<Question, Stop>(ask, (stop) => this.#show(stop), signal);
    this.#place = element("input", {
      type: "range",
      min: 0,
      max: 63,
      value: 0,
      "aria-label": t("Where the kernel is"),
      oninput: () => this.#ask(),
    });
    this.#play = button(t("Step over the picture"), () => this.#run());
    signal.addEventListener("abort", () => clearInterval(this.#timer));
    const [here, there] = this.#frames;
    this.element = element(
      "details",
      { class: "kernel", ontoggle: () => this.#ask() },
      element("summary", {}, t("How a filter answers: its kernel steps over the picture")),
      element("div", { class: "clicks" }, this.#filter, this.#play, this.#place),
      element(
        "div",
        { class: "stops" },
        element("div", { class: "under" }, this.#seen, here),
        ...this.#tables.map((table, i) =>
          element("div", {}, table, element("small", {}, NAMES[i])),
        ),
        element("div", { class: "under" }, this.#answers, there),
      ),
      this.#sum,
    );
  }

  /** The picture, or the weights, are others. */
  read(reading: Reading): void {
    this.#reading = reading;
    const { side, maps } = reading;
    const count = maps.length / side ** 2;
    this.#place.max = String(side ** 2 - 1);
    if (this.#filter.options.length !== count) {
      const names = Array.from({ length: count }, (_, i) =>
        element("option", { value: i }, t("filter {i}", { i: i + 1 })),
      );
      this.#filter.replaceChildren(...names);
    }
    this.#ask();
  }

  #ask(): void {
    if (this.#reading === null || !this.element.open) return;
    const { side } = this.#reading;
    const at = this.#place.valueAsNumber;
    this.#put({
      filter: Number(this.#filter.value),
      row: Math.floor(at / side),
      column: at % side,
    });
  }

  #run(): void {
    clearInterval(this.#timer);
    if (this.#timer !== undefined) {
      this.#timer = undefined;
      say(this.#play, t("Step over the picture"));
      return;
    }
    say(this.#play, t("Stop"));
    this.#timer = setInterval(() => {
      const next = this.#place.valueAsNumber + 1;
      this.#place.valueAsNumber = next > Number(this.#place.max) ? 0 : next;
      this.#ask();
    }, PACE);
  }

  #show({ kernel, patch, products, bias, sum, answer }: Stop): void {
    const reading = this.#reading;
    if (reading === null) return;
    const { side, picture, maps } = reading;
    const at = this.#place.valueAsNumber;
    drawPixels(this.#seen, picture, side);
    const filter = Number(this.#filter.value);
    const map = maps.slice(filter * side ** 2, (filter + 1) * side ** 2);
    const most = map.reduce((top, value) => Math.max(top, value), 1e-6);
    // What it has not come to yet is empty.
    drawPixels(
      this.#answers,
      map.map((value, i) => (i <= at ? value / most : 0)),
      side,
      "data",
    );
    for (const frame of this.#frames) {
      setStyle(frame, "--row", String(Math.floor(at / side)));
      setStyle(frame, "--column", String(at % side));
      setStyle(frame, "--side", String(side));
    }
    for (const [i, values] of [kernel, patch, products].entries()) {
      fill(this.#tables[i] as HTMLElement, values);
    }
    const said = [sum - bias, bias, sum, answer].map((value) => value.toFixed(2));
    this.#sum.value = t("sum {sum} + bias {bias} = {result}; ReLU: {after}", {
      sum: said[0],
      bias: said[1],
      result: said[2],
      after: said[3],
    });
  }
}

function fill(table: HTMLElement, values: Float32Array): void {
  const side = Math.sqrt(values.length);
  setStyle(table, "--side", String(side));
  while (table.children.length < values.length) table.append(element("span"));
  values.forEach((value, i) => {
    const cell = table.children[i] as HTMLElement;
    say(cell, value.toFixed(2));
    setStyle(cell, "--part", Math.min(1, Math.abs(value)).toFixed(2));
    setStyle(cell, "--hue", value < 0 ? "var(--fit)" : "var(--data)");
  });
}
