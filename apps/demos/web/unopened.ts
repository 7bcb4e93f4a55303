import { t } from "../src/shared/language.ts";
import { button } from "./dom/button.ts";
import { element } from "./dom/element.ts";
import { lessonAddress, lessons } from "./lessons.ts";
import { pages } from "./pages.ts";

/** Stands in for a page that could not be fetched. */
export function unopened(title: string, error: Error, again: () => void): HTMLElement {
  const why = navigator.onLine
    ? t(
        "The server did not give it. The gallery may have been renewed since this tab was opened: reload the tab.",
      )
    : t("There is no connection, and this page has not been kept for use without one.");
  return element(
    "article",
    { class: "notice", role: "alert" },
    element("h1", { tabindex: -1 }, t("{title} could not be opened", { title })),
    element("p", {}, why),
    element("p", {}, element("small", {}, error.message)),
    element("div", { class: "buttons" }, button(t("Try again"), again)),
  );
}

/** Says that an address leads nowhere, and what there is. */
export function unknown(path: string): HTMLElement {
  const list = (addresses: readonly (readonly [string, string])[]): HTMLElement =>
    element(
      "ul",
      { class: "lessons" },
      ...addresses.map(([address, text]) =>
        element("li", {}, element("a", { href: address }, text)),
      ),
    );
  return element(
    "article",
    { class: "gallery" },
    element("h1", { tabindex: -1 }, t("There is no such page")),
    element("p", { class: "lead" }, t("Nothing is at “{path}”. These are the pages:", { path })),
    list(Object.entries(pages).map(([name, { title }]) => [`#/${name}`, title])),
    element("p", { class: "lead" }, t("And these the lessons:")),
    list(lessons.map((name) => [lessonAddress(name), name])),
  );
}
