/** How a page is shown: alone, inside of another site; or large and without controls, for a class. */
export type View = "embed" | "teach";

const views: readonly View[] = ["embed", "teach"];
const root = document.documentElement;

export const view = (): View | null => (root.dataset.view as View | undefined) ?? null;

/** Shows as the address asks: `#/boundary?embed`, or `?embed` before the `#`. */
export function startView(chosen: URLSearchParams): void {
  const outer = new URLSearchParams(location.search);
  show(views.find((name) => chosen.has(name) || outer.has(name)) ?? null);
}

/** To the view for a class and back; the address says it too. */
export function toggleTeaching(): void {
  show(view() === "teach" ? null : "teach");
  const [path = "", query] = location.hash.split("?");
  const chosen = new URLSearchParams(query);
  for (const name of views) chosen.delete(name);
  const rest = chosen.toString();
  history.replaceState(history.state, "", withView(rest === "" ? path : `${path}?${rest}`));
}

/** An address with what it needs to show as now. */
export function withView(address: string): string {
  const now = view();
  if (now === null || new URLSearchParams(location.search).has(now)) return address;
  return `${address}${address.includes("?") ? "&" : "?"}${now}`;
}

function show(now: View | null): void {
  if (now === null) delete root.dataset.view;
  else root.dataset.view = now;
}
