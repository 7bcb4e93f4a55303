import { known, type Language, language, languages, t } from "../src/shared/language.ts";
import { addressOf, chosenAt, keepChosen, placeAt } from "./address.ts";
import { element } from "./dom/element.ts";
import { keepScroll, scrollBack } from "./dom/scroll.ts";
import { onTheme, startTheme, theme, toggleTheme } from "./dom/theme.ts";
import { showGallery } from "./gallery.ts";
import { asksForAnother, choose } from "./language.ts";
import { lessonAddress, lessons } from "./lessons.ts";
import { keepOffline } from "./offline.ts";
import { pages } from "./pages.ts";
import { learn } from "./tables.ts";
import { unknown, unopened } from "./unopened.ts";
import { startView } from "./view.ts";
import "./style/base.css";
import "./style/demo.css";
import "./style/panels.css";
import "./style/views.css";

startTheme();
const main = element("main", { id: "content", tabindex: -1 });
const toggle = element("button", { type: "button", class: "theme", onclick: toggleTheme });
const sayTheme = (): void => {
  toggle.textContent = theme() === "dark" ? t("Light mode") : t("Dark mode");
};
onTheme(sayTheme, new AbortController().signal);
sayTheme();

const links = new Map(
  Object.keys(pages).map((name) => [name, element("a", { href: `#/${name}` }, known(name))]),
);
document.getElementById("opening")?.remove();
document.body.append(
  element("a", { class: "skip", href: "#content", onclick: skip }, t("Skip to the content")),
  element(
    "header",
    { class: "site" },
    element("a", { class: "brand", href: "#/" }, "wgrad ", element("span", {}, t("gallery"))),
    element("nav", { "aria-label": t("Pages") }, ...links.values()),
    element("div", { class: "modes" }, languageList(), toggle),
  ),
  main,
);

let leaving = new AbortController();

/** Shows what the address says; the focus follows, but for the first time. */
async function route({ first = false } = {}): Promise<void> {
  if (asksForAnother()) return location.reload();
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { path, chosen } = placeAt(location.hash);
  startView(chosen);
  const lesson = lessons.find((name) => `lesson/${name}` === path);
  const entry = Object.hasOwn(pages, path) ? pages[path] : undefined;
  const title = lesson === undefined ? entry?.title : t("The lesson: {lesson}", { lesson });
  for (const [name, link] of links) {
    if (name === path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.setAttribute("href", addressOf(name));
  }
  links.get(path)?.scrollIntoView({ block: "nearest", inline: "center" });
  const shown = (): void => {
    if (signal.aborted) return;
    if (!first) main.querySelector("h1")?.focus({ preventScroll: true });
    scrollBack();
  };
  const titled = (words?: string): void => {
    document.title =
      words === undefined ? t("wgrad gallery") : t("{words} – wgrad gallery", { words });
  };
  titled(title);
  if (lesson !== undefined) straighten(lessonAddress(lesson));
  if (title === undefined) {
    if (path === "") showGallery(main);
    else {
      titled(t("No such page"));
      main.replaceChildren(unknown(path));
    }
    shown();
    return;
  }
  main.replaceChildren(element("p", { class: "opening", role: "status" }, t("Opening …")));
  try {
    if (lesson !== undefined) {
      const { lessonPage } = await import("./lesson.ts");
      const page = await lessonPage(lesson);
      if (!signal.aborted) main.replaceChildren(page);
    } else if (entry !== undefined) {
      await learn(["shared", path]);
      const [{ page }, { showPage }] = await Promise.all([entry.load(), import("./page/show.ts")]);
      if (signal.aborted) return;
      const start = chosenAt(page, chosen);
      keepChosen(path, page, start);
      const changed = (now: typeof start): void => {
        if (signal.aborted) return;
        keepChosen(path, page, now);
        links.get(path)?.setAttribute("href", addressOf(path));
      };
      showPage(main, { name: path, title, page, chosen: start, changed }, signal);
    }
  } catch (error) {
    if (!signal.aborted) main.replaceChildren(unopened(title, error as Error, () => void route()));
  }
  shown();
}

/** Writes an address as it is meant. */
function straighten(address: string): void {
  if (location.hash !== address) history.replaceState(history.state, "", address);
}

/** Each language by its own name. */
function languageList(): HTMLElement {
  const list = element(
    "select",
    {
      class: "language",
      "aria-label": t("Language"),
      onchange: () => choose(list.value as Language),
    },
    ...Object.entries(languages).map(([value, name]) =>
      element("option", { value, lang: value }, name),
    ),
  );
  list.value = language();
  return list;
}

function skip(event: Event): void {
  event.preventDefault();
  main.focus();
}

keepScroll();
addEventListener("hashchange", () => void route());
void route({ first: true });
keepOffline();
