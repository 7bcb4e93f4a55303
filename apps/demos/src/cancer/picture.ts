import * as Plot from "@observablehq/plot";
import { type Chart, ink } from "../shared/panel.ts";
import { grid } from "../shared/panels.ts";

/**
 * How many benign tumours are found (up) at the price of how many malignant ones taken for benign
 * (right).
 */
export function rocChart(
  curves: readonly {
    readonly name: string;
    readonly fpr: ArrayLike<number>;
    readonly tpr: ArrayLike<number>;
    readonly color: string;
  }[],
): Chart {
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: "malignant taken for benign →", domain: [0, 1], tickFormat: ".0%", tickSize: 0 },
      y: { label: "↑ benign recognised", domain: [0, 1], tickFormat: ".0%", tickSize: 0 },
      marks: [
        ...grid(),
        Plot.line(
          [0, 1].map((x) => ({ x, y: x })),
          { x: "x", y: "y", stroke: ink.quiet, strokeDasharray: "4 4" },
        ),
        ...curves.map(({ fpr, tpr, color }) =>
          Plot.line(
            Array.from(fpr, (x, i) => ({ x, y: tpr[i] as number })),
            { x: "x", y: "y", stroke: color, strokeWidth: 2.5 },
          ),
        ),
        ...curves.map(({ name, color }, i) =>
          Plot.text([name], {
            frameAnchor: "bottom-right",
            dx: -10,
            dy: -14 - 20 * (curves.length - 1 - i),
            fill: color,
            fontSize: 13.5,
            fontWeight: 600,
          }),
        ),
      ],
    },
  };
}
