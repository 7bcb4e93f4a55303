import * as Plot from "@observablehq/plot";
import { type Chart, ink } from "../shared/panel.ts";
import { arrows, cellAt, columns } from "./world.ts";

/** The map: each cell's best action, on the value of being there. */
export function policyChart(values: readonly number[], policy: readonly number[]): Chart {
  const cells = values.map((value, cell) => {
    const kind = cellAt(cell);
    const walked = kind === "." || kind === "S";
    return {
      x: cell % columns,
      y: Math.floor(cell / columns),
      kind,
      value: walked ? value : 0,
      arrow: walked ? (arrows[policy[cell] as number] as string) : "",
      under: kind === "G" ? "goal" : kind === "X" ? "pit" : walked ? value.toFixed(2) : "",
    };
  });
  type Cell = (typeof cells)[number];
  const fill = { G: "#2a9d6f", X: ink.fit, "#": "#9aa5b1" };
  return {
    width: 480,
    height: 470,
    plot: {
      x: { axis: null },
      y: { axis: null },
      color: { type: "linear", domain: [0, 1], range: ["#f2f5fa", ink.data] },
      marks: [
        Plot.cell(cells, { x: "x", y: "y", fill: "value", inset: 2, rx: 6 }),
        Plot.cell(
          cells.filter(({ kind }) => kind in fill),
          {
            x: "x",
            y: "y",
            fill: ({ kind }: Cell) => fill[kind as keyof typeof fill],
            inset: 2,
            rx: 6,
          },
        ),
        Plot.text(cells, {
          x: "x",
          y: "y",
          text: "arrow",
          fontSize: 30,
          dy: -8,
          fill: ({ value }: Cell) => (value > 0.6 ? ink.paper : ink.text),
        }),
        Plot.text(
          cells.filter(({ arrow }) => arrow !== ""),
          {
            x: "x",
            y: "y",
            text: "under",
            fontSize: 13,
            dy: 20,
            fill: ({ value }: Cell) => (value > 0.6 ? ink.paper : ink.text),
          },
        ),
        Plot.text(
          cells.filter(({ arrow }) => arrow === ""),
          { x: "x", y: "y", text: "under", fontSize: 15, fontWeight: 600, fill: ink.paper },
        ),
      ],
    },
  };
}
