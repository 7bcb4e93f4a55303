import { t } from "../../src/shared/language.ts";
import { button } from "../dom/button.ts";
import { element } from "../dom/element.ts";

/** A way out of what a notice tells. */
export interface Way {
  readonly label: string;
  go(): void;
}

/**
 * What went wrong and what can be done about it, read out as it appears; gone when a way out is
 * taken.
 */
export class Notice {
  readonly element: HTMLElement = element("div", { class: "notice", role: "alert", hidden: true });
  readonly #left: () => void;

  /** `left` is called when the notice goes with the button that has the focus. */
  constructor(left: () => void) {
    this.#left = left;
  }

  tell(heading: string, text: string, ways: readonly Way[] = []): void {
    this.element.replaceChildren(
      element("strong", {}, heading),
      element("p", {}, text),
      element("div", { class: "buttons" }, ...ways.map((way) => this.#button(way)), this.#close()),
    );
    this.element.hidden = false;
  }

  /** One more way out. */
  offer(way: Way): void {
    this.element.querySelector(".buttons")?.prepend(this.#button(way));
  }

  hide(): void {
    const focused = this.element.contains(document.activeElement);
    this.element.hidden = true;
    if (focused) this.#left();
  }

  #button({ label, go }: Way): HTMLButtonElement {
    return button(label, () => {
      this.hide();
      go();
    });
  }

  #close(): HTMLButtonElement {
    return button(t("Close"), () => this.hide());
  }
}
