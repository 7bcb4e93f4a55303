import { element } from "../dom/element.ts";
import type { Frame, Loading } from "../session/protocol.ts";
import type { State } from "./player.ts";

interface Listener {
  toggle(): void;
  step(): void;
  reset(): void;
}

/** Start, pause, one step, reset; how far the training is, in a bar and in words. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #toggle: HTMLButtonElement;
  readonly #step: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  readonly #bar: HTMLProgressElement;
  readonly #words: HTMLElement;
  readonly #status: HTMLElement;

  constructor(listener: Listener) {
    this.#toggle = element(
      "button",
      { class: "primary", onclick: () => listener.toggle() },
      "Start",
    );
    this.#step = element("button", { onclick: () => listener.step() }, "One step");
    this.#reset = element("button", { onclick: () => listener.reset() }, "Reset");
    this.#bar = element("progress", { max: 1, value: 0, "aria-label": "Steps taken" });
    this.#words = element("span", { class: "progress-words" });
    this.#status = element("span", { class: "status", role: "status" });
    this.element = element(
      "div",
      { class: "toolbar" },
      element("div", { class: "buttons" }, this.#toggle, this.#step, this.#reset),
      element("div", { class: "progress" }, this.#bar, this.#words),
      this.#status,
    );
    this.state("loading");
  }

  state(state: State): void {
    const idle = state === "ready" || state === "paused";
    this.#toggle.textContent = calls[state] ?? "Start";
    this.#toggle.disabled = !(idle || state === "running" || state === "done");
    this.#step.disabled = !(idle || state === "running");
    this.#reset.disabled = state === "loading";
    this.#status.textContent = sayings[state];
    if (state === "loading") this.#bar.removeAttribute("value");
  }

  loading({ what, received, total }: Loading): void {
    const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    this.#status.textContent = `Loading ${what}: ${size(received)}${total === null ? "" : ` of ${size(total)}`}`;
    if (total !== null) this.#bar.value = received / total;
  }

  frame({ step, steps }: Frame): void {
    this.#bar.value = steps === 0 ? 0 : step / steps;
    this.#words.textContent =
      step === 0 ? "" : `step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`;
  }
}

/** What the first button does. */
const calls: Partial<Record<State, string>> = {
  running: "Pause",
  pausing: "Pause",
  paused: "Go on",
  done: "Train again",
};

const sayings: Readonly<Record<State, string>> = {
  loading: "Loading …",
  ready: "Ready",
  running: "Training",
  pausing: "Pausing …",
  paused: "Paused",
  done: "Trained",
  failed: "Stopped",
};
