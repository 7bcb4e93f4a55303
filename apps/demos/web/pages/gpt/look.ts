import { t } from "../../../src/shared/language.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import type { Look } from "./attention.ts";

/** What the model looks at, head by head, and what it expects next. */
export class LookPicture {
  readonly element: HTMLElement;
  readonly #layer = element("select", {
    "aria-label": t("Layer"),
    onchange: () => this.#latest !== null && this.show(this.#latest),
  });
  readonly #heads = element("ul", { class: "heads", "aria-label": t("Attention of each head") });
  readonly #bars = element("ol", {
    class: "chances",
    "aria-label": t("Chance of each next character"),
  });
  #latest: Look | null = null;

  constructor() {
    this.element = element(
      "div",
      { class: "look" },
      element(
        "div",
        {},
        element(
          "h3",
          {},
          t("What it looks at to say the next character: each head of"),
          " ",
          this.#layer,
        ),
        this.#heads,
      ),
      element("div", {}, element("h3", {}, t("What comes next")), this.#bars),
    );
  }

  show(look: Look): void {
    this.#latest = look;
    const { characters, layers, heads, weights, next } = look;
    if (this.#layer.options.length !== layers) {
      const names = Array.from({ length: layers }, (_, i) =>
        element("option", { value: i }, t("layer {i}", { i: i + 1 })),
      );
      this.#layer.replaceChildren(...names);
    }
    const shown = [...characters].map(visible);
    const first = Number(this.#layer.value) * heads * shown.length;
    fit(this.#heads, heads, () => element("li", {}, element("span")));
    for (let head = 0; head < heads; head++) {
      const line = this.#heads.children[head]?.firstElementChild as HTMLElement;
      fit(line, shown.length, () => element("span"));
      const from = first + head * shown.length;
      const own = weights.subarray(from, from + shown.length);
      const most = own.reduce((top, value) => Math.max(top, value), 1e-9);
      shown.forEach((character, i) => {
        const place = line.children[i] as HTMLElement;
        say(place, character);
        setStyle(place, "--part", ((own[i] as number) / most).toFixed(2));
      });
    }
    fit(this.#bars, next.length, () =>
      element(
        "li",
        {},
        element("b"),
        element("span", { class: "bar" }),
        element("span", { class: "part" }),
      ),
    );
    next.forEach(({ character, chance }, i) => {
      const [name, bar, part] = this.#bars.children[i]?.children ?? [];
      if (name === undefined || bar === undefined || part === undefined) return;
      say(name, visible(character));
      setStyle(bar as HTMLElement, "--part", chance.toFixed(3));
      say(part, `${(100 * chance).toFixed(0)} %`);
    });
  }
}

/** As many children as are needed. */
function fit(place: HTMLElement, count: number, make: () => HTMLElement): void {
  while (place.children.length > count) place.lastElementChild?.remove();
  while (place.children.length < count) place.append(make());
}

/** Spaces and ends of lines can be seen. */
const visible = (character: string): string =>
  character === " " ? "␣" : character === "\n" ? "⏎" : character === "<unk>" ? "?" : character;
