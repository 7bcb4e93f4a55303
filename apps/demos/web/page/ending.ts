import { addressOf } from "../address.ts";
import { button } from "../dom/button.ts";
import { element } from "../dom/element.ts";
import { endings } from "../endings.ts";
import { pages } from "../pages.ts";
import type { Settings } from "../session/protocol.ts";
import { words } from "../words.ts";
import { section } from "./section.ts";

/** The answer to a page's question, and experiments; `choose` does one. */
export function endingOf(name: string, choose: (settings: Settings) => void): HTMLElement | null {
  const ending = endings[name]?.();
  if (ending === undefined) return null;
  const items = ending.experiments.map(({ try: what, expect, with: settings }, i) => {
    const id = `experiment-${i}`;
    const setUp =
      settings && button(words.tryIt, () => choose(settings), { "aria-describedby": id });
    return element("li", {}, element("b", { id }, what), " ", element("span", {}, expect), setUp);
  });
  return section(
    words.answer,
    element("p", { class: "answer" }, ending.answer),
    element("h3", {}, words.experiments),
    element("ol", { class: "experiments" }, ...items),
  );
}

/** The pages before and after this one on the way through all of them. */
export function pathAround(name: string): HTMLElement {
  const names = Object.keys(pages);
  const at = names.indexOf(name);
  const link = (to: string | undefined, say: (title: string) => string): HTMLElement =>
    to === undefined
      ? element("a", { href: "#/" }, words.allPages)
      : element("a", { href: addressOf(to) }, say(pages[to]?.title ?? to));
  return element(
    "nav",
    { class: "path", "aria-label": words.path },
    link(names[at - 1], (title) => `← ${title}`),
    element("span", {}, words.place(at + 1, names.length)),
    link(names[at + 1], (title) => `${title} →`),
  );
}
