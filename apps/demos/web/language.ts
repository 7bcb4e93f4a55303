import { isLanguage, type Language, language, languageOf } from "../src/shared/language.ts";
import { recall, remember } from "./dom/storage.ts";

const KEPT = "wgrad-language";
const PARAMETER = "lang";

const inside = (): URLSearchParams => new URLSearchParams(location.hash.split("?")[1]);

/** The language that the address asks for: `#/boundary?lang=zh`, or `?lang=zh` before the `#`. */
function asked(): Language | null {
  const outside = new URLSearchParams(location.search);
  const name = inside().get(PARAMETER) ?? outside.get(PARAMETER);
  return isLanguage(name) ? name : null;
}

/** The address's language, else the one chosen earlier, else the browser's. */
export function preferred(): Language {
  const kept = recall(KEPT);
  const own = navigator.languages.map(languageOf).find((name) => name !== null);
  return asked() ?? (isLanguage(kept) ? kept : (own ?? "en"));
}

/** Whether the address asks for another language than the one shown: the site must be loaded anew. */
export const asksForAnother = (): boolean => (asked() ?? language()) !== language();

/** Shows the site in another language, from now on; the address no longer asks for one. */
export function choose(name: Language): void {
  remember(KEPT, name);
  const url = new URL(location.href);
  url.searchParams.delete(PARAMETER);
  const [path = "", query] = url.hash.split("?");
  const chosen = new URLSearchParams(query);
  chosen.delete(PARAMETER);
  url.hash = chosen.size === 0 ? path : `${path}?${chosen}`;
  history.replaceState(history.state, "", url);
  location.reload();
}

/** An address inside the site that goes on asking for the language, if this one does. */
export const withAsked = (address: string): string =>
  inside().has(PARAMETER) ? withLanguage(address) : address;

/** An address that shows others what is shown here; English is not named. */
export const shared = (address: string): string =>
  language() === "en" ? address : withLanguage(address);

function withLanguage(address: string): string {
  const parameter = `${PARAMETER}=${language()}`;
  return `${address}${address.includes("?") ? "&" : "?"}${parameter}`;
}
