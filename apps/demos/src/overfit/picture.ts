import * as Plot from "@observablehq/plot";
import { type Chart, ink } from "../shared/panel.ts";

/** Loss on known and on fresh digits, side by side: the gap is what was learned by heart. */
export function gapChart(
  networks: readonly { readonly name: string; readonly known: number; readonly fresh: number }[],
): Chart {
  const bars = networks.flatMap(({ name, known, fresh }) => [
    { name, side: "known", loss: known },
    { name, side: "fresh", loss: fresh },
  ]);
  return {
    width: 400,
    height: 400,
    plot: {
      fx: { label: null, padding: 0.25, domain: networks.map(({ name }) => name) },
      x: { label: null, domain: ["known", "fresh"], tickSize: 0 },
      y: { label: "↑ loss", nice: true, ticks: 5, tickSize: 0 },
      color: { domain: ["known", "fresh"], range: [ink.data, ink.fit] },
      marks: [
        Plot.gridY({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.barY(bars, { fx: "name", x: "side", y: "loss", fill: "side", rx: 3 }),
        Plot.text(bars, {
          fx: "name",
          x: "side",
          y: "loss",
          text: ({ loss }: (typeof bars)[number]) => loss.toFixed(2),
          dy: -9,
          fontWeight: 600,
        }),
      ],
    },
  };
}
