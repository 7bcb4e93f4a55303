import * as Plot from "@observablehq/plot";
import type { Dendrogram } from "@wgrad/classic";
import { type Chart, classColors, ink } from "../shared/panel.ts";
import { mainClasses } from "./main-classes.ts";

/** A tree to be drawn, and where it is cut. */
export interface Cut {
  readonly tree: Dendrogram;
  /** The class of each row, and the cluster that the cut puts it in. */
  readonly classes: readonly number[];
  readonly clusters: Int32Array;
  readonly height: number;
}

/** Heights of the last merges are drawn; below them a tree of many rows would be ink. */
const DRAWN = 400;

/**
 * Brackets over what is joined, below the cut in the colour of the class that most of the cluster's
 * rows have; under the leaves what they are.
 */
export function dendrogramChart(
  { tree, classes, clusters, height }: Cut,
  names: readonly string[],
): Chart {
  const { leaves, brackets } = tree;
  const rows = leaves.length;
  const top = Math.max(...brackets.map((bracket) => bracket.height));
  const isLarge = brackets.length > DRAWN;
  const drawn = isLarge ? brackets.slice(-DRAWN) : brackets;
  const main = mainClasses(clusters, classes);
  const colorAt = (x: number): string => {
    const cluster = clusters[leaves[Math.floor(x / 10)] as number] as number;
    return classColors[(main.get(cluster) as number) % classColors.length] as string;
  };
  const lines = drawn.map((bracket) => ({
    points: [
      [bracket.x[0], bracket.from[0]],
      [bracket.x[0], bracket.height],
      [bracket.x[1], bracket.height],
      [bracket.x[1], bracket.from[1]],
    ] as [number, number][],
    color: bracket.height > height ? ink.quiet : colorAt(bracket.x[0]),
  }));
  const ticks = Array.from(leaves, (row, i) => ({ x: 10 * i + 5, of: classes[row] as number }));
  const strip = -0.035 * top;
  return {
    width: 920,
    height: 420,
    plot: {
      x: { axis: null, domain: [0, 10 * rows] },
      y: { label: "↑ height", domain: [2 * strip, 1.04 * top], ticks: 6, tickSize: 0 },
      marks: [
        ...lines.map(({ points, color }) =>
          Plot.line(points, { stroke: color, strokeWidth: isLarge ? 0.9 : 1.2 }),
        ),
        Plot.ruleY([height], { stroke: ink.fit, strokeWidth: 1.6, strokeDasharray: "6 5" }),
        Plot.ruleX(ticks, {
          x: "x",
          y1: strip,
          y2: 2 * strip,
          stroke: ({ of }: (typeof ticks)[number]) => classColors[of % classColors.length],
          strokeWidth: Math.max(0.6, 800 / rows),
        }),
        ...names.map((name, of) =>
          Plot.text([name], {
            frameAnchor: "top-right",
            dx: -4,
            dy: 4 + 16 * of,
            fill: classColors[of % classColors.length] as string,
            fontSize: 12.5,
            fontWeight: 600,
          }),
        ),
      ],
    },
  };
}
