import { grouped, t } from "../../src/shared/language.ts";
import { element, say } from "../dom/element.ts";
import type { Frame, Opened } from "../session/protocol.ts";
import { terms } from "../terms.ts";
import type { Page } from "./definition.ts";
import { significant } from "./format.ts";
import { tip } from "./tip.ts";

/** Of the steps and the time so far, what still counts after a frame. */
const KEPT = 0.8;

/** Numbers that stand beside the picture. */
const FIRST = 3;

/** What has been measured, and what the machine does for it. */
export class Numbers {
  /** The first three, large. */
  readonly headline = element("dl", { class: "numbers headline" });
  /** The others. */
  readonly element = element("dl", { class: "numbers" });
  readonly #cells = new Map<string, HTMLElement>();
  readonly #page: Page;
  #lately = { steps: 0, milliseconds: 0 };

  constructor(page: Page) {
    this.#page = page;
    this.#row("loss", page.loss.name ?? t("Loss"));
    for (const [name, { label }] of Object.entries(page.measures)) this.#row(name, label);
    this.#row("rate", t("Steps a second"));
    this.#row("lr", t("Learning rate now"));
    this.#row("dispatches", t("Dispatches a step"));
    this.#row("memory", t("Device memory"));
    this.#row("parameters", t("Parameters"));
  }

  opened({ parameters, frame }: Opened): void {
    this.#lately = { steps: 0, milliseconds: 0 };
    for (const name of ["loss", "rate", "dispatches", "lr", ...Object.keys(this.#page.measures)]) {
      this.#say(name, NONE);
    }
    this.#say("parameters", grouped(parameters));
    this.#cells.get("parameters")?.parentElement?.toggleAttribute("hidden", parameters === 0);
    this.frame(frame);
  }

  /** The loss of the last step. */
  loss(loss: number): void {
    this.#say("loss", significant(loss, 4));
  }

  frame({ losses, measures, machine }: Frame): void {
    const loss = losses.at(-1);
    if (loss !== undefined) this.loss(loss);
    for (const [name, value] of Object.entries(measures ?? {})) {
      const measure = this.#page.measures[name];
      if (measure === undefined) continue;
      this.#say(name, Number.isFinite(value) ? measure.format(value) : NONE);
    }
    const { steps, milliseconds, dispatches, bytes, lr } = machine;
    if (steps > 0) {
      const lately = this.#lately;
      lately.steps = KEPT * lately.steps + steps;
      lately.milliseconds = KEPT * lately.milliseconds + milliseconds;
      const rate = (1000 * lately.steps) / lately.milliseconds;
      // A browser's clock may stand still for as long as a short step takes.
      if (lately.milliseconds > 0) this.#say("rate", rate.toFixed(rate >= 10 ? 0 : 1));
      this.#say("dispatches", String(Number((dispatches / steps).toFixed(1))));
    }
    this.#cells.get("lr")?.parentElement?.toggleAttribute("hidden", lr === null);
    if (lr !== null) this.#say("lr", String(Number(lr.toPrecision(3))));
    this.#say("memory", sizeOf(bytes));
  }

  #row(name: string, label: string): void {
    const cell = element("dd", { "data-number": name }, NONE);
    const list = this.#cells.size < FIRST ? this.headline : this.element;
    this.#cells.set(name, cell);
    list.append(element("div", {}, element("dt", {}, label, tip(terms[name])), cell));
  }

  #say(name: string, text: string): void {
    const cell = this.#cells.get(name);
    if (cell !== undefined) say(cell, text);
  }
}

/** Where there is no number yet. */
const NONE = "–";

function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
