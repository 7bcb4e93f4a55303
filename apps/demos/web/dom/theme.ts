export type Theme = "light" | "dark";

const key = "wgrad-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
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
  colors.clear();
  for (const listener of listeners) listener();
}

/** Calls back whenever colours have changed, until the signal says stop. */
export function onTheme(listener: () => void, signal: AbortSignal): void {
  listeners.add(listener);
  dark.addEventListener("change", listener, { signal });
  signal.addEventListener("abort", () => listeners.delete(listener));
}

/** Applies an earlier choice. */
export function startTheme(): void {
  const earlier = chosen();
  if (earlier !== null) document.documentElement.dataset.theme = earlier;
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
/** Those asked for since the theme changed: to ask, all styles must be worked out. */
const colors = new Map<string, string>();
dark.addEventListener("change", () => colors.clear());
