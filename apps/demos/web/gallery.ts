import { t } from "../src/shared/language.ts";
import { addressOf } from "./address.ts";
import { drawing, element } from "./dom/element.ts";
import { lessonAddress, lessons } from "./lessons.ts";
import { pages } from "./pages.ts";

/** The first page: all the others. */
export function showGallery(place: HTMLElement): void {
  const cards = Object.entries(pages).map(([name, { title, summary, icon }]) =>
    element(
      "li",
      {},
      element(
        "a",
        { class: "card", href: addressOf(name) },
        drawing(icon),
        element("h2", {}, title),
        element("p", {}, summary),
      ),
    ),
  );
  place.replaceChildren(
    element(
      "div",
      { class: "gallery" },
      element(
        "header",
        {},
        element("h1", { tabindex: -1 }, t("Watch them learn")),
        element(
          "p",
          { class: "lead" },
          t(
            "Each page trains a model here, in your browser, on real data: with wgrad, a deep-learning framework for TypeScript that computes on WebGPU, and in WebAssembly where there is none. Nothing leaves your machine.",
          ),
        ),
      ),
      element("ul", { class: "cards" }, ...cards),
      element("h2", {}, t("The lessons, to read")),
      element(
        "p",
        { class: "lead" },
        t(
          "Each runs from the command line too, at full length and beside its baselines. More of them than there are pages:",
        ),
      ),
      element(
        "ul",
        { class: "lessons" },
        ...lessons.map((name) =>
          element("li", {}, element("a", { href: lessonAddress(name) }, name)),
        ),
      ),
    ),
  );
}
