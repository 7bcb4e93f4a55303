export type Theme = "light" | "dark";

const key = "wgrad-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const forced = matchMedia("(forced-colors: active)");
const listeners = new Set<() => void>();

/** What the user chose on this site, else what their system says. */
export const theme = (): Theme => chosen() ?? (dark.matches ? "dark" : "light");

export function toggleTheme(): void {
  const next = theme() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(key, next);
  } catch {
    // Storage may be closed to us; the choice then lasts as long as the page.
  }
  document.documentElement.dataset.theme = next;
  changed();
}

/** Calls back whenever colours have changed, until the signal says stop. */
export function onTheme(listener: () => void, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
}

/** Applies an earlier choice, and those to come: of this system, and of other tabs. */
export function startTheme(): void {
  apply();
  dark.addEventListener("change", changed);
  forced.addEventListener("change", changed);
  addEventListener("storage", (event) => {
    if (event.key !== key && event.key !== null) return;
    delete document.documentElement.dataset.theme;
    apply();
    changed();
  });
}

function apply(): void {
  const earlier = chosen();
  if (earlier !== null) document.documentElement.dataset.theme = earlier;
}

function changed(): void {
  colors.clear();
  for (const listener of listeners) listener();
}

function chosen(): Theme | null {
  const { theme: now } = document.documentElement.dataset;
  if (now === "light" || now === "dark") return now;
  try {
    const stored = localStorage.getItem(key);
    return stored === "light" || stored === "dark" ? stored : null;
  } catch {
    return null;
  }
}

/** A colour of the style sheet as it is now, for what is drawn on a canvas. */
export function color(name: string): string {
  const known = colors.get(name);
  if (known !== undefined) return known;
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  colors.set(name, found);
  return found;
}

const probe = document.createElement("span");
// Where colours are forced this would have the one of all text.
probe.style.setProperty("forced-color-adjust", "none");
/** Those asked for since the theme changed: to ask, all styles must be worked out. */
const colors = new Map<string, string>();
