import { ink, type Panel } from "../shared/panel.ts";
import { barsChart, curvePanel } from "../shared/panels.ts";
import type { Curve } from "../shared/training.ts";

/** Perplexities, ours the last. */
export function perplexityPanel(rows: readonly { name: string; value: number }[]): Panel {
  return {
    title: "Perplexity on the last tenth of the novel",
    subtitle: "by counting runs of so many characters (grey), and by the GPT (blue)",
    ...barsChart(rows, { label: "perplexity", digits: 2 }),
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
