import { element } from "./dom/element.ts";
import { onTheme, startTheme, theme, toggleTheme } from "./dom/theme.ts";
import { showGallery } from "./gallery.ts";
import { lessonAddress, lessons } from "./lessons.ts";
import { pages } from "./pages.ts";
import "./style/base.css";
import "./style/demo.css";

startTheme();
const main = element("main", { id: "content", tabindex: -1 });
const toggle = element("button", { class: "theme", onclick: toggleTheme });
const sayTheme = (): void => {
  toggle.textContent = theme() === "dark" ? "Light colours" : "Dark colours";
};
onTheme(sayTheme, new AbortController().signal);
sayTheme();

const links = new Map(
  Object.entries(pages).map(([name]) => [name, element("a", { href: `#/${name}` }, name)]),
);
document.body.append(
  element("a", { class: "skip", href: "#content", onclick: skip }, "Skip to the content"),
  element(
    "header",
    { class: "site" },
    element("a", { class: "brand", href: "#/" }, "wgrad ", element("span", {}, "gallery")),
    element("nav", { "aria-label": "Pages" }, ...links.values()),
    toggle,
  ),
  main,
);

let leaving = new AbortController();

async function route(): Promise<void> {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const name = location.hash.replace(/^#\/?/, "");
  const entry = Object.hasOwn(pages, name) ? pages[name] : undefined;
  const lesson = lessons.find((each) => lessonAddress(each) === location.hash);
  for (const [each, link] of links) {
    if (each === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const title = lesson === undefined ? entry?.title : `The lesson: ${lesson}`;
  document.title = title === undefined ? "wgrad gallery" : `${title} – wgrad gallery`;
  scrollTo(0, 0);
  if (title === undefined) {
    showGallery(main);
    return;
  }
  main.replaceChildren(element("p", { class: "opening", role: "status" }, "Opening …"));
  try {
    if (lesson !== undefined) {
      const { lessonPage } = await import("./lesson.ts");
      const page = await lessonPage(lesson);
      if (!signal.aborted) main.replaceChildren(page);
      return;
    }
    if (entry === undefined) return;
    const [{ page }, { showPage }] = await Promise.all([entry.load(), import("./page/show.ts")]);
    if (!signal.aborted) showPage(main, { name, title: entry.title, page }, signal);
  } catch (error) {
    if (signal.aborted) return;
    const why = `The page could not be opened: ${(error as Error).message}`;
    main.replaceChildren(element("p", { class: "notice", role: "alert" }, why));
  }
}

function skip(event: Event): void {
  event.preventDefault();
  main.focus();
}

addEventListener("hashchange", () => void route());
void route();
