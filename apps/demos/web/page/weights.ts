import { t } from "../../src/shared/language.ts";
import { button } from "../dom/button.ts";
import { element, say } from "../dom/element.ts";
import type { Setting, Settings } from "../session/protocol.ts";
import { type Control, takes } from "./definition.ts";

interface Listener {
  save(): void;
  load(file: File): void;
}

/** The weights, down as a file and up again. */
export class WeightsPanel {
  readonly element: HTMLElement;
  readonly #words = element("p", { class: "status", role: "status" });

  constructor({ save, load }: Listener) {
    const input = element("input", {
      id: "weights",
      type: "file",
      accept: ".safetensors",
      onchange: () => {
        const [file] = input.files ?? [];
        if (file !== undefined) load(file);
        input.value = "";
      },
    });
    this.element = element(
      "div",
      { class: "weights" },
      button(t("Download weights"), save),
      element(
        "div",
        { class: "control" },
        element("label", { for: "weights" }, t("Load weights")),
        input,
      ),
      this.#words,
      element("small", {}, t("safetensors, as Python reads and writes them")),
    );
  }

  /** A training has begun, with weights of its own or none. */
  opened(hasWeights: boolean): void {
    this.element.hidden = !hasWeights;
    this.say("");
  }

  say(text: string): void {
    say(this.#words, text);
  }
}

/**
 * Where the settings that a file was written with differ from those of now, of what needs a
 * restart: in words, and all of them.
 */
export function differences(
  controls: readonly Control[],
  now: Settings,
  written: Settings | null,
): readonly [words: string, settings: Settings] {
  const others = controls.filter((control) => {
    const value = written?.[control.name];
    return (
      value !== undefined &&
      control.live !== true &&
      value !== now[control.name] &&
      takes(control, value)
    );
  });
  const say = (control: Control): string => {
    const value = written?.[control.name] as Setting;
    return `${control.label} ${"options" in control ? control.options[value] : value}`;
  };
  return [others.map(say).join(", "), { ...now, ...written }];
}

/** Offers bytes as a file. */
export function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
