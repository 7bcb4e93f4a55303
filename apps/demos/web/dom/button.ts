import { element } from "./element.ts";

/**
 * A button that keeps the focus while it can do nothing: it is dimmed and says so, and presses are
 * let go.
 */
export function button(
  text: string,
  pressed: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element(
    "button",
    {
      type: "button",
      ...attributes,
      onclick: () => {
        if (made.getAttribute("aria-disabled") !== "true") pressed();
      },
    },
    text,
  );
  return made;
}

/** Lets a button do what it does, or nothing for now. */
export function enable(of: HTMLButtonElement, able: boolean): void {
  of.setAttribute("aria-disabled", String(!able));
}
