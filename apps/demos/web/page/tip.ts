import { t } from "../../src/shared/language.ts";
import { element } from "../dom/element.ts";

/** Between a tip and what it explains, and the edge of the window. */
const ROOM = 8;
let made = 0;

/** A small button that explains what stands before it, in lines; nothing where there is nothing to say. */
export function tip(...lines: readonly (string | undefined)[]): HTMLElement | null {
  const said = lines.filter((line) => line !== undefined && line !== "");
  if (said.length === 0) return null;
  const id = `tip-${++made}`;
  const text = element(
    "span",
    { id, class: "tip-text", popover: "auto", role: "note" },
    said.join(" "),
  );
  const mark = element(
    "button",
    { type: "button", class: "tip", popovertarget: id, "aria-label": t("What is this?") },
    "?",
  );
  text.addEventListener("toggle", () => place(text, mark.getBoundingClientRect()));
  return element("span", { class: "tipped" }, mark, text);
}

/** Under its mark, inside of the window. */
function place(text: HTMLElement, mark: DOMRect): void {
  const { width, height } = text.getBoundingClientRect();
  if (width === 0) return;
  const left = Math.max(ROOM, Math.min(mark.left, innerWidth - width - ROOM));
  const below = mark.bottom + ROOM;
  const top = below + height > innerHeight ? mark.top - height - ROOM : below;
  text.style.left = `${left}px`;
  text.style.top = `${Math.max(ROOM, top)}px`;
}
