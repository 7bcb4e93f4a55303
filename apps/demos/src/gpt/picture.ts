import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import { curvePanel } from "../shared/panels.ts";
import type { Curve } from "../shared/training.ts";

/** Perplexities, ours the last. */
export function perplexityPanel(rows: readonly { name: string; value: number }[]): Panel {
  const ours = rows.at(-1)?.name;
  return {
    title: "Perplexity on the last tenth of the novel",
    subtitle: "by counting runs of so many characters (grey), and by the GPT (blue)",
    width: 440,
    height: 400,
    plot: {
      marginLeft: 104,
      x: { label: "perplexity →", ticks: 5, tickSize: 0, nice: true },
      y: { label: null, domain: rows.map(({ name }) => name), tickSize: 0, padding: 0.35 },
      marks: [
        Plot.gridX({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.barX(rows, {
          x: "value",
          y: "name",
          fill: ({ name }: { name: string }) => (name === ours ? ink.data : ink.quiet),
        }),
        Plot.text(rows, {
          x: "value",
          y: "name",
          text: ({ value }: { value: number }) => value.toFixed(2),
          textAnchor: "start",
          dx: 6,
          fontSize: 13,
          fill: ink.text,
        }),
      ],
    },
  };
}

/** The losses on the speeches, after the novel and after nothing. */
export function tunedPanel(tuned: Curve, scratch: Curve): Panel[] {
  if (tuned.length === 0) return [];
  return [
    curvePanel("Three speeches of Lincoln's", "the same steps, with and without the novel before", [
      { name: "after the novel", color: ink.data, curve: tuned },
      { name: "after nothing", color: ink.fit, curve: scratch },
    ]),
  ];
}
