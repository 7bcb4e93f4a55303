import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import type { Relatedness } from "./related.ts";

/** Each pair's cosine, and how near its first word is to unrelated words. */
export function pairsPanel(name: string, { pairs, above }: Relatedness): Panel {
  const rows = pairs.map(({ words, ...rest }) => ({ name: words.join(" – "), ...rest }));
  const least = Math.min(-0.2, ...rows.flatMap(({ cosine, others }) => [cosine, others])) - 0.05;
  return {
    title: `${name}: ${above} of ${pairs.length} pairs are nearer than strangers`,
    subtitle: "cosine of a pair (blue), and with unrelated words on average (grey)",
    width: 520,
    height: 24 * rows.length + 90,
    plot: {
      x: { label: "cosine →", domain: [least, 1], tickSize: 0, grid: true },
      y: { label: null, tickSize: 0, domain: rows.map((row) => row.name) },
      marginLeft: 170,
      marks: [
        Plot.ruleX([0], { stroke: ink.grid }),
        Plot.link(rows, {
          x1: "others",
          x2: "cosine",
          y1: "name",
          y2: "name",
          stroke: ink.grid,
          strokeWidth: 3,
        }),
        Plot.dot(rows, { x: "others", y: "name", r: 4.5, fill: ink.quiet }),
        Plot.dot(rows, { x: "cosine", y: "name", r: 5.5, fill: ink.data }),
      ],
    },
  };
}
