import { t } from "../../src/shared/language.ts";
import { addressOf } from "../address.ts";
import { element } from "../dom/element.ts";
import { lessonAddress } from "../lessons.ts";
import { words } from "../words.ts";
import type { Page } from "./definition.ts";
import { pathAround } from "./ending.ts";
import type { Numbers } from "./numbers.ts";
import { section } from "./section.ts";

interface Parts {
  readonly title: string;
  readonly name: string;
  readonly page: Page;
  readonly numbers: Numbers;
  readonly stage: HTMLElement;
  readonly chart: HTMLElement;
  readonly device: HTMLElement;
  readonly summary: HTMLElement;
  readonly notice: HTMLElement;
  readonly toolbar: HTMLElement;
  readonly share: HTMLElement;
  readonly settings: HTMLElement;
  readonly weights: HTMLElement;
  readonly runs: HTMLElement;
  readonly inside: HTMLElement;
  readonly ending: HTMLElement | null;
  readonly code: HTMLElement;
}

/**
 * Puts a page's parts where they belong: the picture, and beside it loss, numbers and sliders, on
 * one screen; what is read comes after.
 */
export function layOut(root: HTMLElement, parts: Parts): void {
  const { title, name, page, numbers } = parts;
  const home = element(
    "a",
    {
      href: `${location.pathname}#/${name}`,
      target: "_blank",
      // With the settings of then.
      onclick: () => home.setAttribute("href", `${location.pathname}${addressOf(name)}`),
    },
    words.inGallery,
  );
  root.append(
    element("header", {}, element("h1", { tabindex: -1 }, title)),
    parts.notice,
    parts.toolbar,
    parts.share,
    element(
      "div",
      { class: "columns" },
      element("div", { class: "main" }, section(page.caption, parts.stage)),
      element(
        "div",
        { class: "side" },
        element(
          "section",
          { class: "watch" },
          element("h2", {}, page.loss.label),
          parts.chart,
          numbers.headline,
        ),
        section(words.settings, parts.settings),
      ),
      element(
        "div",
        { class: "about" },
        section(
          words.whatYouSee,
          ...page.about.map((paragraph) => element("p", {}, paragraph)),
          element("p", { class: "status" }, words.shortcuts),
        ),
        section(words.numbers, numbers.element, parts.device),
        parts.weights,
      ),
    ),
    ...(parts.ending === null ? [] : [parts.ending]),
    section(words.inside, parts.inside),
    section(words.runs, parts.runs),
    section(words.code, parts.code),
    section(words.model, parts.summary),
    ...lessonOf(page),
    pathAround(name),
    element("p", { class: "home" }, home),
  );
}

function lessonOf({ lesson }: Page): HTMLElement[] {
  if (lesson === undefined) return [];
  const { names, teaches } = lesson;
  const links = names.map((name) =>
    element("a", { href: lessonAddress(name) }, `pnpm demo ${name}`),
  );
  return [
    section(
      words.lesson,
      element("p", {}, t("It teaches {teaches}.", { teaches })),
      element("ul", { class: "lessons" }, ...links.map((link) => element("li", {}, link))),
    ),
  ];
}
