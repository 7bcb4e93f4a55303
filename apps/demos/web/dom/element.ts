type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | EventListener | undefined>>;

/**
 * An element with attributes, listeners (`onclick`) and children; false and undefined leave an
 * attribute out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * Sets an element's text where it says something else: what is written is laid out anew, changed or
 * not.
 */
export function say(place: Element, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

/** Sets a property of the style sheet for one element, where it is another. */
export function setStyle(place: HTMLElement, name: `--${string}`, value: string): void {
  if (place.style.getPropertyValue(name) !== value) place.style.setProperty(name, value);
}

/** A drawing that is part of the site: its text is ours. */
export function drawing(svg: string): Element {
  const template = document.createElement("template");
  template.innerHTML = svg;
  const [made] = template.content.children;
  if (made === undefined) throw new TypeError("the drawing is empty");
  return made;
}
