import { t } from "../src/shared/language.ts";
import { element } from "./dom/element.ts";
import { type Lesson, loadLesson } from "./lessons.ts";
import { codePanel } from "./page/code.ts";
import { section } from "./page/section.ts";
import { pages } from "./pages.ts";

/** A lesson of the command line, to read: what it takes and gives, how to run it, its program. */
export async function lessonPage(name: string): Promise<HTMLElement> {
  const { about, sources } = await loadLesson(name);
  const live = pages[name];
  const back =
    live &&
    element("p", {}, t("Watch it learn:"), " ", element("a", { href: `#/${name}` }, live.title));
  return element(
    "article",
    { class: "demo" },
    element(
      "header",
      {},
      element("h1", { tabindex: -1 }, t("The lesson: {name}", { name })),
      ...about.map(line),
      back,
    ),
    section(
      t("Run it"),
      element(
        "p",
        {},
        t("In a copy of the repository, with Node; --help lists what can be chosen:"),
      ),
      element("pre", { class: "command" }, `pnpm demo ${name}\npnpm demo ${name} --help`),
    ),
    section(t("Its program"), codePanel(sources).element),
  );
}

/** Text with code between backquotes. */
const line = (text: Lesson["about"][number]): HTMLElement =>
  element(
    "p",
    {},
    ...text.split("`").map((part, i) => (i % 2 === 0 ? part : element("code", {}, part))),
  );
