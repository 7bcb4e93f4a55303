import * as Plot from "@observablehq/plot";
import type { TreeDrawing } from "@wgrad/classic";
import { type Chart, ink } from "../shared/panel.ts";
import { grid } from "../shared/panels.ts";

/**
 * A tree of house prices: what each node asks, how many houses come to it, and what they cost on
 * average.
 */
export function treeChart({ nodes, leaves, depth }: TreeDrawing): Chart {
  const byNumber = new Map(nodes.map((node) => [node.node, node]));
  const branches = nodes.flatMap(({ x, depth: level, parent }) => {
    const above = byNumber.get(parent);
    return above === undefined ? [] : [{ x1: above.x, y1: above.depth, x2: x, y2: level }];
  });
  const prices = nodes.map(({ value }) => value[0] as number);
  const thousands = (price: number): string => `$${Math.round(price / 1000)},000`;
  type Node = (typeof nodes)[number];
  const line = (dy: number, text: (node: Node) => string, bold: boolean) =>
    Plot.text(nodes, {
      x: "x",
      y: "depth",
      text,
      dy,
      fontSize: 12,
      fontWeight: bold ? 600 : 400,
      fill: ink.text,
    });
  const half = { x: 0.46, y: 0.3 };
  return {
    width: Math.max(440, 138 * leaves),
    height: 100 * (depth + 1),
    plot: {
      marginLeft: 4,
      marginRight: 4,
      marginTop: 4,
      marginBottom: 4,
      x: { axis: null, domain: [0, leaves] },
      y: { axis: null, domain: [-0.5, depth + 0.5], reverse: true },
      color: {
        type: "linear",
        domain: [Math.min(...prices), Math.max(...prices)],
        range: ["#f2f5fa", "#8fb4f2"],
      },
      marks: [
        Plot.link(branches, {
          x1: "x1",
          y1: "y1",
          x2: "x2",
          y2: "y2",
          curve: "bump-y",
          stroke: ink.quiet,
        }),
        Plot.rect(nodes, {
          x1: ({ x }: Node) => x - half.x,
          x2: ({ x }: Node) => x + half.x,
          y1: ({ depth: level }: Node) => level - half.y,
          y2: ({ depth: level }: Node) => level + half.y,
          fill: ({ value }: Node) => value[0] as number,
          stroke: ink.data,
          rx: 6,
        }),
        line(-16, ({ question }) => question ?? "", true),
        line(2, ({ value }) => thousands(value[0] as number), false),
        line(19, ({ samples }) => (samples === 1 ? "1 house" : `${samples} houses`), false),
      ],
    },
  };
}

/** R² of trees by their depth. */
export interface Depth {
  readonly depth: number;
  readonly train: number;
  readonly test: number;
}

/** What a tree explains of the rows it has seen and of those it has not, the deeper it grows. */
export function depthChart(depths: readonly Depth[]): Chart {
  const curves = [
    { of: "train", color: ink.quiet, name: "houses it learned from" },
    { of: "test", color: ink.data, name: "houses held out" },
  ] as const;
  return {
    width: 440,
    height: 400,
    plot: {
      x: { label: "depth →", ticks: 8, tickSize: 0 },
      y: { label: "↑ R²", domain: [0, 1], ticks: 5, tickSize: 0 },
      marks: [
        ...grid(),
        ...curves.flatMap(({ of, color, name }, i) => [
          Plot.line(depths, { x: "depth", y: of, stroke: color, strokeWidth: 2.5 }),
          Plot.dot(depths, { x: "depth", y: of, fill: color, r: 3.5 }),
          Plot.text([name], {
            frameAnchor: "bottom-right",
            dx: -8,
            dy: -34 + 20 * i,
            fill: color,
            fontSize: 13.5,
            fontWeight: 600,
          }),
        ]),
      ],
    },
  };
}
