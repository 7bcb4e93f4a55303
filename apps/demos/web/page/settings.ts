import { t } from "../../src/shared/language.ts";
import { button } from "../dom/button.ts";
import { element } from "../dom/element.ts";
import { devices, isDevice } from "../session/devices.ts";
import type { Setting, Settings, Wanted } from "../session/protocol.ts";
import { terms } from "../terms.ts";
import { type Choice, type Control, type Page, type Slider, settingsOf } from "./definition.ts";
import { tip } from "./tip.ts";

interface Listener {
  /** A setting that acts while training goes on. */
  live(name: string, value: Setting): void;
  /** One that restarts it, or a new seed or file. */
  restart(): void;
}

/** What the user chose: settings, a seed, where to compute, a file to learn from. */
export type Chosen = Pick<Wanted, "settings" | "seed" | "device" | "file">;

/** One control on the page. */
interface Field {
  readonly control: Control;
  readonly element: HTMLElement;
  show(value: Setting): void;
}

/** The largest seed. */
export const SEEDS = 2 ** 32 - 1;
const FILE = "file:";
const RESTARTS = t("A change restarts training.");

/**
 * Sliders, lists, the seed, the device and the user's file: they show what `show` was told last,
 * and what the user has changed since.
 */
export class SettingsForm {
  readonly element: HTMLFormElement;
  readonly #page: Page;
  readonly #listener: Listener;
  readonly #fields: readonly Field[];
  readonly #seed: HTMLInputElement;
  readonly #device: HTMLSelectElement;
  readonly #file: HTMLInputElement;
  #chosen: Chosen;

  constructor(page: Page, chosen: Chosen, listener: Listener) {
    this.#page = page;
    this.#chosen = chosen;
    this.#listener = listener;
    const change = (control: Control, value: Setting): void => {
      const resets = control.resets === undefined ? {} : { [control.resets]: "" };
      this.choose({ ...resets, [control.name]: value });
    };
    this.#fields = page.controls.flatMap((control) =>
      "valid" in control
        ? []
        : ["options" in control ? choice(control, change) : slider(control, change)],
    );
    this.#seed = element("input", {
      id: "seed",
      type: "number",
      min: 0,
      max: SEEDS,
      step: 1,
      required: true,
      onchange: () => {
        if (!this.askForSeed()) return;
        this.#chosen = { ...this.#chosen, seed: this.#seed.valueAsNumber };
        listener.restart();
      },
    });
    this.#device = element(
      "select",
      {
        id: "device",
        onchange: () => {
          const name = this.#device.value;
          this.#chosen = { ...this.#chosen, device: isDevice(name) ? name : null };
          listener.restart();
        },
      },
      element("option", { value: "" }, t("the fastest here")),
      ...Object.entries(devices).map(([name, text]) => element("option", { value: name }, text)),
    );
    this.#file = element("input", {
      id: "file",
      type: "file",
      accept: page.upload?.accept ?? "",
      onchange: () => {
        const file = this.#file.files?.[0];
        if (file === undefined) return;
        this.#chosen = { ...this.#chosen, file };
        listener.restart();
        this.show(this.#chosen);
      },
    });
    this.element = element(
      "form",
      { class: "settings", onsubmit: (event) => event.preventDefault() },
      ...this.#fields.map(({ element }) => element),
      page.seedless === true ? null : this.#seedControl(),
      page.upload === undefined ? null : uploadControl(page.upload, this.#file),
      element(
        "div",
        { class: "control" },
        element("label", { for: "device" }, t("Compute on")),
        tip(terms.device, RESTARTS),
        this.#device,
      ),
    );
    this.show(chosen);
  }

  /** Chooses settings; training starts afresh unless all of them act while it goes on. */
  choose(chosen: Settings): void {
    const { controls, upload } = this.#page;
    const before = this.#chosen;
    const settings = settingsOf(controls, { ...before.settings, ...chosen });
    const file = upload !== undefined && upload.replaces in chosen ? null : before.file;
    this.#chosen = { ...before, settings, file };
    // A choice may bring another setting into force, which then changes with it.
    const changes = Object.entries(settings).filter(
      ([name, value]) => value !== before.settings[name],
    );
    const live = ([changed]: readonly [string, Setting]): boolean =>
      controls.some(({ name, live }) => name === changed && live === true);
    if (file !== before.file || !changes.every(live)) this.#listener.restart();
    else for (const [name, value] of changes) this.#listener.live(name, value);
    this.show(this.#chosen);
  }

  get chosen(): Chosen {
    return this.#chosen;
  }

  /** Shows what is chosen. */
  show(chosen: Chosen): void {
    this.#chosen = chosen;
    const { settings, seed, device, file } = chosen;
    for (const { control, element, show } of this.#fields) {
      const { when, name } = control;
      element.hidden = when !== undefined && settings[when.control] !== when.option;
      const value = settings[name];
      if (!element.hidden && value !== undefined) show(value);
    }
    this.#seed.value = String(seed);
    this.#device.value = device ?? "";
    if (this.#file.files?.[0] !== file) this.#file.value = "";
    if (this.#page.upload !== undefined) this.#showFile(this.#page.upload.replaces, file);
  }

  /** Whether the seed is one; else it is pointed at. */
  askForSeed(): boolean {
    const valid = this.#page.seedless === true || this.#seed.checkValidity();
    this.#seed.setAttribute("aria-invalid", String(!valid));
    return valid || this.#seed.reportValidity();
  }

  #seedControl(): HTMLElement {
    const random = button(t("Another"), () => {
      this.#seed.value = String(Math.floor(Math.random() * 1000));
      this.#seed.dispatchEvent(new Event("change"));
    });
    random.setAttribute("aria-label", t("Another seed"));
    return element(
      "div",
      { class: "control seed" },
      element("label", { for: "seed" }, t("Seed")),
      tip(terms.seed, RESTARTS),
      element("span", { class: "pair" }, this.#seed, random),
    );
  }

  /** The user's file is one more option of the list that it replaces. */
  #showFile(list: string, file: File | null): void {
    const select = this.element.querySelector<HTMLSelectElement>(`#setting-${list}`);
    if (select === null) throw new TypeError(`there is no list "${list}"`);
    for (const option of select.options) if (option.value === FILE) option.remove();
    if (file === null) return;
    select.append(element("option", { value: FILE }, t("your file: {name}", { name: file.name })));
    select.value = FILE;
  }
}

function uploadControl(
  { label, hint: text }: NonNullable<Page["upload"]>,
  input: HTMLInputElement,
): HTMLElement {
  return element(
    "div",
    { class: "control" },
    element("label", { for: "file" }, label),
    tip(text, RESTARTS),
    input,
  );
}

type Change = (control: Control, value: Setting) => void;

function slider(control: Slider, change: Change): Field {
  const { name, label, value, values, live, when } = control;
  const id = `setting-${name}${when === undefined ? "" : `-${when.option}`}`;
  const shown = element("output", { for: id });
  const at = (): number => values[input.valueAsNumber] ?? value;
  const say = (): void => {
    shown.value = text(at());
    input.setAttribute("aria-valuetext", text(at()));
  };
  const input = element("input", {
    id,
    type: "range",
    min: 0,
    max: values.length - 1,
    step: 1,
    oninput: () => {
      say();
      if (live === true) change(control, at());
    },
    onchange: () => {
      if (live !== true) change(control, at());
    },
  });
  return {
    control,
    element: element(
      "div",
      { class: "control" },
      element("label", { for: id }, label),
      tipOf(control),
      shown,
      input,
    ),
    show(chosen) {
      const place = values.indexOf(Number(chosen));
      if (input.valueAsNumber !== place || shown.value === "") input.valueAsNumber = place;
      say();
    },
  };
}

function choice(control: Choice, change: Change): Field {
  const { name, label, options } = control;
  const id = `setting-${name}`;
  const select = element(
    "select",
    { id, onchange: () => select.value !== FILE && change(control, select.value) },
    ...Object.entries(options).map(([option, text]) => element("option", { value: option }, text)),
  );
  return {
    control,
    element: element(
      "div",
      { class: "control" },
      element("label", { for: id }, label),
      tipOf(control),
      select,
    ),
    show(chosen) {
      select.value = String(chosen);
    },
  };
}

const tipOf = ({ name, live, hint }: Control): HTMLElement | null =>
  tip(terms[name], hint, live === true ? undefined : RESTARTS);

const text = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
