import { highlight } from "sugar-high";
import { element } from "../dom/element.ts";
import type { Source } from "./definition.ts";

/** The files that run, one at a time, in colours. */
export function codePanel(sources: readonly Source[]): HTMLElement {
  const code = element("code");
  const block = element("pre", { class: "code", tabindex: 0, role: "region" }, code);
  const buttons = sources.map((source) => {
    const button = element("button", { onclick: () => show(source, button) }, source.name);
    return button;
  });
  const show = ({ name, text }: Source, chosen: HTMLButtonElement): void => {
    // The library escapes what it is given; the text is our own file.
    code.innerHTML = highlight(text.trimEnd());
    block.setAttribute("aria-label", name);
    block.scrollTop = 0;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
  };
  const [first] = sources;
  const [button] = buttons;
  if (first !== undefined && button !== undefined) show(first, button);
  return element("div", {}, element("div", { class: "tabs" }, ...buttons), block);
}
