import { duration } from "../../src/shared/duration.ts";
import { grouped, t } from "../../src/shared/language.ts";
import { button, enable } from "../dom/button.ts";
import { element, say } from "../dom/element.ts";
import type { Frame, Loading } from "../session/protocol.ts";
import { words } from "../words.ts";
import type { Speed, State } from "./player.ts";

interface Listener {
  toggle(): void;
  step(): void;
  reset(): void;
  speed(speed: Speed): void;
}

const speeds: Readonly<Record<Speed, string>> = {
  slow: words.slow,
  faster: words.faster,
  full: words.fullSpeed,
};

/** Seconds under which nobody asks how long it will take. */
const SOON = 10;
/** Of the time per step so far, what still counts after a frame. */
const KEPT = 0.9;

/** Start, pause, one step, reset; how far the training is, in a bar and in words. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #toggle: HTMLButtonElement;
  readonly #step: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  readonly #bar: HTMLProgressElement;
  readonly #words: HTMLElement;
  readonly #status: HTMLElement;
  #state: State = "loading";
  /** The frame before, and milliseconds that a step takes lately, while it trains. */
  #before: { readonly at: number; readonly step: number } | null = null;
  #perStep: number | null = null;

  /** `tools` are further buttons. */
  constructor(listener: Listener, speed: Speed, tools: readonly HTMLElement[]) {
    this.#toggle = button(words.start, () => listener.toggle(), {
      class: "primary",
      "aria-keyshortcuts": "Space",
    });
    this.#step = button(words.step, () => listener.step(), { "aria-keyshortcuts": "S" });
    this.#reset = button(words.reset, () => listener.reset(), { "aria-keyshortcuts": "R" });
    const list = element(
      "select",
      {
        "aria-label": words.speed,
        class: "speed",
        onchange: () => {
          this.#perStep = null;
          listener.speed(list.value as Speed);
        },
      },
      ...Object.entries(speeds).map(([value, text]) => element("option", { value }, text)),
    );
    list.value = speed;
    this.#bar = element("progress", { max: 1, value: 0, "aria-label": words.stepsTaken });
    this.#words = element("span", { class: "progress-words" });
    this.#status = element("span", { class: "status", role: "status" });
    this.element = element(
      "div",
      { class: "toolbar" },
      element("div", { class: "buttons" }, this.#toggle, this.#step, this.#reset, list),
      element("div", { class: "progress" }, this.#bar, this.#words),
      this.#status,
      element("div", { class: "buttons tools" }, ...tools),
    );
    this.state("loading");
  }

  state(state: State): void {
    this.#state = state;
    if (state !== "running") [this.#before, this.#perStep] = [null, null];
    const idle = state === "ready" || state === "paused";
    say(this.#toggle, calls[state] ?? words.start);
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
    const so = { what, received: size(received) };
    this.say(
      total === null
        ? t("Loading {what}: {received}", so)
        : t("Loading {what}: {received} of {total}", { ...so, total: size(total) }),
    );
    if (total !== null) this.#bar.value = received / total;
  }

  frame({ step, steps, done }: Frame): void {
    this.#bar.value = done ? 1 : steps === 0 ? 0 : step / steps;
    const [taken, all] = [grouped(step), grouped(steps)];
    const left = this.#left(step, steps);
    const so = left > SOON ? ` · ${words.timeLeft(duration(left))}` : "";
    const progress = `${words.progress(taken, all)}${so}`;
    say(this.#words, step === 0 ? "" : done ? words.allTaken(taken) : progress);
  }

  /** Seconds that the steps to come will take, as far as can be told. */
  #left(step: number, steps: number): number {
    if (this.#state !== "running") return 0;
    const now = { at: performance.now(), step };
    const before = this.#before;
    this.#before = now;
    if (before === null || step <= before.step) return 0;
    const lately = (now.at - before.at) / (step - before.step);
    this.#perStep = this.#perStep === null ? lately : KEPT * this.#perStep + (1 - KEPT) * lately;
    return ((steps - step) * this.#perStep) / 1000;
  }
}

/** What the first button does. */
const calls: Partial<Record<State, string>> = {
  running: words.pause,
  pausing: words.pause,
  paused: words.resume,
  done: words.again,
  diverged: words.again,
};

const sayings: Readonly<Record<State, string>> = {
  loading: words.loading,
  ready: words.ready,
  running: words.training,
  pausing: words.pausing,
  paused: words.paused,
  done: words.trained,
  diverged: words.diverged,
  failed: words.stopped,
};
