/**
 * Milliseconds of rest after which a place is remembered: browsers allow few changes of their
 * history.
 */
const REST = 150;

const scrollOf = (state: unknown): number =>
  typeof state === "object" && state !== null && "scroll" in state ? Number(state.scroll) : 0;

const remember = (): void => {
  if (scrollOf(history.state) !== scrollY) history.replaceState({ scroll: scrollY }, "");
};

/** Remembers how far each entry of the browser's history was scrolled. */
export function keepScroll(): void {
  history.scrollRestoration = "manual";
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(remember, REST);
  });
  // A link leaves before the rest is over.
  addEventListener("click", remember, { capture: true });
  addEventListener("hashchange", () => clearTimeout(timer), { capture: true });
}

/** Scrolls to where this entry of the history was left; to the top where it is new. */
export const scrollBack = (): void => scrollTo(0, scrollOf(history.state));
