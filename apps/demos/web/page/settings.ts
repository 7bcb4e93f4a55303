import { element } from "../dom/element.ts";
import type { Setting, Settings } from "../session/protocol.ts";
import { type Choice, type Control, defaults, type Page, type Slider } from "./definition.ts";

interface Listener {
  /** A setting that acts while training goes on. */
  live(name: string, value: Setting): void;
  /** One that begins it anew, or a new seed or file. */
  anew(): void;
}

/** Sliders, lists, the seed and the user's file. */
export class SettingsForm {
  readonly element: HTMLFormElement;
  readonly #seed: HTMLInputElement;
  #settings: Record<string, Setting>;
  #file: File | null = null;

  constructor(page: Page, listener: Listener) {
    this.#settings = { ...defaults(page.controls) };
    const change = (control: Control, value: Setting): void => {
      this.#settings[control.name] = value;
      if (control.live === true) listener.live(control.name, value);
      else listener.anew();
    };
    this.#seed = element("input", {
      id: "seed",
      type: "number",
      min: 0,
      max: 2 ** 32 - 1,
      step: 1,
      value: 0,
      required: true,
      onchange: () => {
        if (this.#seed.reportValidity()) listener.anew();
      },
    });
    this.element = element(
      "form",
      { class: "settings", onsubmit: (event) => event.preventDefault() },
      ...page.controls.map((control) =>
        "options" in control ? choice(control, change) : slider(control, change),
      ),
      element(
        "div",
        { class: "control" },
        element("label", { for: "seed" }, "Seed"),
        this.#seed,
        hint("decides every random number"),
      ),
      page.upload === undefined ? null : this.#upload(page.upload, listener),
    );
  }

  get settings(): Settings {
    return { ...this.#settings };
  }

  get seed(): number {
    return this.#seed.valueAsNumber;
  }

  get file(): File | null {
    return this.#file;
  }

  #upload({ label, accept, hint: text }: NonNullable<Page["upload"]>, listener: Listener) {
    const input = element("input", {
      id: "file",
      type: "file",
      accept,
      onchange: () => {
        this.#file = input.files?.[0] ?? null;
        back.hidden = this.#file === null;
        listener.anew();
      },
    });
    const back = element(
      "button",
      {
        type: "button",
        hidden: true,
        onclick: () => {
          input.value = "";
          this.#file = null;
          back.hidden = true;
          listener.anew();
        },
      },
      "Back to the built-in data",
    );
    return element(
      "div",
      { class: "control" },
      element("label", { for: "file" }, label),
      input,
      hint(text),
      back,
    );
  }
}

type Change = (control: Control, value: Setting) => void;

function slider(control: Slider, change: Change): HTMLElement {
  const { name, label, value, values, live } = control;
  const id = `setting-${name}`;
  const shown = element("output", { for: id }, say(value));
  const at = (): number => values[input.valueAsNumber] ?? value;
  const input = element("input", {
    id,
    type: "range",
    min: 0,
    max: values.length - 1,
    step: 1,
    value: values.indexOf(value),
    "aria-valuetext": say(value),
    oninput: () => {
      shown.value = say(at());
      input.setAttribute("aria-valuetext", say(at()));
      if (live === true) change(control, at());
    },
    onchange: () => {
      if (live !== true) change(control, at());
    },
  });
  return element(
    "div",
    { class: "control" },
    element("label", { for: id }, label),
    shown,
    input,
    live === true ? null : hint("begins anew"),
  );
}

function choice(control: Choice, change: Change): HTMLElement {
  const { name, label, value, options, live } = control;
  const id = `setting-${name}`;
  const select = element(
    "select",
    { id, onchange: () => change(control, select.value) },
    ...Object.entries(options).map(([option, text]) =>
      element("option", { value: option, selected: option === value }, text),
    ),
  );
  return element(
    "div",
    { class: "control" },
    element("label", { for: id }, label),
    select,
    live === true ? null : hint("begins anew"),
  );
}

const hint = (text: string): HTMLElement => element("small", {}, text);
const say = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
