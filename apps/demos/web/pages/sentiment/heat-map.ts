import { t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import type { Reading } from "./lesson.ts";

/**
 * A table of states: a column for each word, a row for each feature, and the chance of praise so
 * far.
 */
export function heatMap() {
  const table = element("table", { class: "states" });
  const place = element(
    "div",
    {
      class: "scroll",
      tabindex: 0,
      role: "region",
      "aria-label": t("The LSTM's state, word by word"),
    },
    table,
  );
  let shape = "";
  let cells: HTMLElement[][] = [];
  let parts: HTMLElement[] = [];

  /** The table is made anew only when its words are others. */
  function make({ words, known, features }: Reading): void {
    const head = words.map((word, i) =>
      known[i] === true
        ? element("th", { scope: "col" }, word)
        : element(
            "th",
            { scope: "col", class: "unknown", title: t("not in its vocabulary") },
            word,
          ),
    );
    parts = words.map(() => element("td"));
    cells = Array.from({ length: features }, () => words.map(() => element("td")));
    const row = (name: string, content: readonly HTMLElement[], kind = "") =>
      element("tr", { class: kind }, element("th", { scope: "row" }, name), ...content);
    table.replaceChildren(
      element("thead", {}, element("tr", {}, element("td"), ...head)),
      element(
        "tbody",
        {},
        row(t("praise so far"), parts, "sofar"),
        ...cells.map((content, k) => row(t("feature {k}", { k: k + 1 }), content)),
      ),
    );
  }

  return {
    element: place,
    show(reading: Reading): void {
      const { words, known, chances, states, features } = reading;
      const now = JSON.stringify([words, known, features]);
      if (now !== shape) make(reading);
      shape = now;
      parts.forEach((part, t) => {
        const chance = chances[t] as number;
        say(part, (100 * chance).toFixed(0));
        tint(part, 2 * chance - 1);
      });
      cells.forEach((row, k) => {
        const values = row.map((_, t) => states[t * features + k] as number);
        const strongest = values.indexOf(extent(values)[1]);
        row.forEach((cell, t) => {
          tint(cell, values[t] as number);
          cell.classList.toggle("strongest", t === strongest);
        });
      });
    },
  };
}

/** From −1, the colour of complaint, over the ground to 1, that of praise. */
function tint(cell: HTMLElement, value: number): void {
  setStyle(cell, "--part", Math.abs(value).toFixed(2));
  setStyle(cell, "--hue", value < 0 ? "var(--fit)" : "var(--data)");
}
