import { recall, remember } from "./dom/storage.ts";
import { withAsked } from "./language.ts";
import { type Control, type Page, settingsOf, takes } from "./page/definition.ts";
import { type Chosen, SEEDS } from "./page/settings.ts";
import { isDevice } from "./session/devices.ts";
import type { Setting } from "./session/protocol.ts";
import { withView } from "./view.ts";

/** Where a visitor is, as the address says it: `#/housing?lr=0.3&seed=7`. */
export interface Place {
  /** A page's name, `lesson/NAME`, or nothing for the gallery; without the strokes and capitals that do no harm. */
  readonly path: string;
  readonly chosen: URLSearchParams;
}

export function placeAt(hash: string): Place {
  const [path = "", chosen] = hash.replace(/^#/, "").split("?");
  return {
    path: decoded(path)
      .replace(/^\/+|\/+$/g, "")
      .toLowerCase(),
    chosen: new URLSearchParams(chosen),
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const VISITED = "wgrad-visited";
const visited = new Map<string, string>(Object.entries(recall(VISITED) ?? {}));

/** The address of a page: with what was chosen there when it was left, in this visit or an earlier one. */
export function addressOf(name: string): string {
  const address = visited.get(name);
  return typeof address === "string" && placeAt(address).path === name ? address : `#/${name}`;
}

/** What an address chooses of a page; what the page does not have is let go. */
export function chosenAt({ controls }: Page, chosen: URLSearchParams): Chosen {
  const settings: Record<string, Setting> = {};
  for (const control of controls) {
    const value = settingIn(control, chosen.get(control.name));
    if (value !== undefined) settings[control.name] = value;
  }
  const seed = Number(chosen.get("seed") ?? 0);
  const valid = Number.isInteger(seed) && seed >= 0 && seed <= SEEDS;
  const device = chosen.get("device") ?? "";
  return {
    settings: settingsOf(controls, settings),
    seed: valid ? seed : 0,
    device: isDevice(device) ? device : null,
    file: null,
  };
}

function settingIn(control: Control, text: string | null): Setting | undefined {
  if (text === null) return undefined;
  const value = "values" in control ? Number(text) : text;
  return takes(control, value) ? value : undefined;
}

/** Says in the address what is chosen, as far as it is not how the page opens; a file of the user's stays with them. */
export function keepChosen(
  name: string,
  { controls }: Page,
  { settings, seed, device }: Chosen,
): void {
  const query = new URLSearchParams();
  const opens = settingsOf(controls);
  for (const [setting, value] of Object.entries(settings)) {
    if (value !== opens[setting]) query.set(setting, String(value));
  }
  if (seed !== 0) query.set("seed", String(seed));
  if (device !== null) query.set("device", device);
  const text = query.toString();
  const address = `#/${name}${text === "" ? "" : `?${text}`}`;
  visited.set(name, address);
  remember(VISITED, Object.fromEntries(visited));
  if (placeAt(location.hash).path !== name) return;
  history.replaceState(history.state, "", withAsked(withView(address)));
}
