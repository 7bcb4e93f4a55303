import { button, enable } from "../dom/button.ts";
import { element, say } from "../dom/element.ts";
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
    this.#toggle = button("Start", () => listener.toggle(), { class: "primary" });
    this.#step = button("One step", () => listener.step());
    this.#reset = button("Reset", () => listener.reset());
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
    say(this.#toggle, calls[state] ?? "Start");
    enable(this.#toggle, state !== "loading" && state !== "pausing" && state !== "failed");
    enable(this.#step, idle || state === "running");
    enable(this.#reset, state !== "loading");
    this.say(sayings[state]);
    if (state === "loading") this.#bar.removeAttribute("value");
  }

  /** Puts the focus on what begins and goes on: for those whose own button is gone. */
  focus(): void {
    this.#toggle.focus();
  }

  /** Says something, until the state changes. */
  say(text: string): void {
    say(this.#status, text);
  }

  loading({ what, received, total }: Loading): void {
    const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    this.say(`Loading ${what}: ${size(received)}${total === null ? "" : ` of ${size(total)}`}`);
    if (total !== null) this.#bar.value = received / total;
  }

  frame({ step, steps, done }: Frame): void {
    this.#bar.value = done ? 1 : steps === 0 ? 0 : step / steps;
    const [taken, all] = [step.toLocaleString("en"), steps.toLocaleString("en")];
    say(
      this.#words,
      step === 0 ? "" : done ? `all ${taken} steps taken` : `step ${taken} of ${all}`,
    );
  }
}

/** What the first button does. */
const calls: Partial<Record<State, string>> = {
  running: "Pause",
  pausing: "Pause",
  paused: "Resume",
  done: "Train again",
  diverged: "Train again",
};

const sayings: Readonly<Record<State, string>> = {
  loading: "Loading …",
  ready: "Ready",
  running: "Training",
  pausing: "Pausing …",
  paused: "Paused",
  done: "Trained",
  diverged: "Diverged",
  failed: "Stopped",
};
