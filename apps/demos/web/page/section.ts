import { element } from "../dom/element.ts";

/** A card of a page, with its heading. */
export function section(title: string, ...content: readonly Node[]): HTMLElement {
  return element("section", {}, element("h2", {}, title), ...content);
}
