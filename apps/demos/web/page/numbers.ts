import { element, say } from "../dom/element.ts";
import type { Frame, Opened } from "../session/protocol.ts";
import type { Page } from "./definition.ts";

/** What has been measured, and what the machine does for it. */
export class Numbers {
  readonly element: HTMLElement;
  readonly #cells = new Map<string, HTMLElement>();
  readonly #list: HTMLElement;
  readonly #page: Page;
  #rate = 0;

  constructor(page: Page) {
    this.#page = page;
    this.#list = element("dl", { class: "numbers" });
    this.element = this.#list;
    this.#row("loss", page.loss.name ?? "Loss");
    for (const [name, { label }] of Object.entries(page.measures)) this.#row(name, label);
    this.#row("lr", "Learning rate");
    this.#row("rate", "Steps a second");
    this.#row("dispatches", "Dispatches a step");
    this.#row("memory", "Device memory");
    this.#row("parameters", "Parameters");
  }

  opened({ parameters, frame }: Opened): void {
    this.#rate = 0;
    for (const name of ["loss", "rate", "dispatches", "lr", ...Object.keys(this.#page.measures)]) {
      this.#say(name, "–");
    }
    this.#say("parameters", parameters.toLocaleString("en"));
    this.#cells.get("parameters")?.parentElement?.toggleAttribute("hidden", parameters === 0);
    this.frame(frame);
  }

  frame({ losses, measures, machine }: Frame): void {
    const loss = losses.at(-1);
    if (loss !== undefined) this.#say("loss", loss.toPrecision(4));
    for (const [name, value] of Object.entries(measures ?? {})) {
      const measure = this.#page.measures[name];
      if (measure !== undefined) this.#say(name, measure.format(value));
    }
    const { stepsPerSecond, dispatchesPerStep, bytes, lr } = machine;
    if (stepsPerSecond > 0) {
      this.#rate = this.#rate === 0 ? stepsPerSecond : 0.8 * this.#rate + 0.2 * stepsPerSecond;
      this.#say("rate", this.#rate >= 10 ? this.#rate.toFixed(0) : this.#rate.toFixed(1));
      this.#say("dispatches", String(Number(dispatchesPerStep.toFixed(1))));
    }
    this.#cells.get("lr")?.parentElement?.toggleAttribute("hidden", lr === null);
    if (lr !== null) this.#say("lr", String(Number(lr.toPrecision(3))));
    this.#say("memory", sizeOf(bytes));
  }

  #row(name: string, label: string): void {
    const cell = element("dd", { "data-number": name }, "–");
    this.#cells.set(name, cell);
    this.#list.append(element("div", {}, element("dt", {}, label), cell));
  }

  #say(name: string, text: string): void {
    const cell = this.#cells.get(name);
    if (cell !== undefined) say(cell, text);
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
