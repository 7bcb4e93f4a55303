import { button } from "../dom/button.ts";
import { element, say } from "../dom/element.ts";
import { shared } from "../language.ts";
import { words } from "../words.ts";

/** The address of a page with its settings, and a frame of it for other sites. */
export class SharePanel {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly #address = field();
  readonly #frame = field();
  readonly #said = element("p", { class: "status", role: "status" });
  readonly #title: string;
  #query = "";
  #file: File | null = null;

  constructor(title: string) {
    this.button = button(words.share, () => this.#toggle());
    this.button.setAttribute("aria-expanded", "false");
    this.element = element(
      "section",
      { class: "share", hidden: true, "aria-label": words.sharing },
      this.#row(words.address, this.#address),
      this.#row(words.frame, this.#frame),
      this.#said,
    );
    this.#title = title;
  }

  /** What is shared from now on: an address inside of the gallery, and whether a file is learned from. */
  show(address: string, file: File | null): void {
    this.#query = address;
    this.#file = file;
    if (!this.element.hidden) this.#fill();
  }

  #toggle(): void {
    this.element.hidden = !this.element.hidden;
    this.button.setAttribute("aria-expanded", String(!this.element.hidden));
    if (this.element.hidden) return;
    this.#fill();
    this.#address.focus();
    this.#address.select();
  }

  #fill(): void {
    const here = `${location.origin}${location.pathname}${shared(this.#query)}`;
    const mark = here.includes("?") ? "&" : "?";
    this.#address.value = here;
    const source = `${here}${mark}embed`.replaceAll("&", "&amp;");
    this.#frame.value = `<iframe src="${source}" title="${this.#title}" width="720" height="640" style="border:0"></iframe>`;
    say(this.#said, this.#file === null ? "" : words.fileStays);
  }

  #row(label: string, input: HTMLInputElement): HTMLElement {
    return element(
      "div",
      { class: "copying" },
      element("label", {}, element("span", {}, label), input),
      button(words.copy, () => void this.#copy(input), { "aria-label": `${words.copy}: ${label}` }),
    );
  }

  async #copy(input: HTMLInputElement): Promise<void> {
    input.focus();
    input.select();
    // Addresses that are not secure have no clipboard, and a browser may refuse.
    const copied = await navigator.clipboard?.writeText(input.value).then(
      () => true,
      () => false,
    );
    say(this.#said, copied === true ? words.copied : words.copyByHand);
  }
}

const field = (): HTMLInputElement => element("input", { type: "text", readonly: true });
