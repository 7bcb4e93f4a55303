import { speak } from "../src/shared/language.ts";
import { preferred } from "./language.ts";
import { learn } from "./tables.ts";

// Modules look texts up as they are evaluated, so the language is chosen before they are loaded.
const chosen = preferred();
speak(chosen);
document.documentElement.lang = chosen === "zh" ? "zh-CN" : chosen;
learn(["gallery", "page", "names"], chosen)
  .then(() => import("./site.ts"))
  // The opening page says it, as it does when this file itself does not come.
  .catch((error: Error) => dispatchEvent(new ErrorEvent("unloaded", { error })));
