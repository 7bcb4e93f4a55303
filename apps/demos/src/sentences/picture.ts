import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import { legend } from "../shared/panels.ts";

/** How near sentences are to one another: cosines, each row's sentence written beside it. */
export function similarityPanel(
  sentences: readonly string[],
  cosines: readonly (readonly number[])[],
): Panel {
  const cells = cosines.flatMap((row, i) =>
    row.map((cosine, j) => ({ x: j + 1, y: sentences[i] as string, cosine })),
  );
  return {
    title: "What means the same",
    subtitle: "cosines of the vectors; the columns are the rows' sentences in the same order",
    width: 640,
    height: 44 * sentences.length + 70,
    plot: {
      marginLeft: 20 + 6.6 * Math.max(...sentences.map(({ length }) => length)),
      x: { label: null, axis: null, padding: 0.04 },
      y: { label: null, domain: sentences, tickSize: 0, padding: 0.04 },
      color: { type: "linear", domain: [0, 1], range: ["#f2f5fa", ink.data], clamp: true },
      marks: [
        Plot.cell(cells, { x: "x", y: "y", fill: "cosine" }),
        Plot.text(cells, {
          x: "x",
          y: "y",
          text: ({ cosine }: (typeof cells)[number]) =>
            cosine.toFixed(2).replace(/^-(0\.00)$/, "$1"),
          fill: ({ cosine }: (typeof cells)[number]) => (cosine > 0.5 ? ink.paper : ink.text),
          fontSize: 13,
        }),
      ],
    },
  };
}

/** What one way of reading reaches with so many labels. */
export interface Reached {
  readonly count: number;
  readonly encoder: number;
  readonly words: number;
}

/** Accuracy along the number of labels, of both ways of reading. */
export function labelsPanel(reached: readonly Reached[]): Panel {
  const lines = [
    { name: "sentence vectors", color: ink.data, of: ({ encoder }: Reached) => encoder },
    { name: "tf-idf", color: ink.fit, of: ({ words }: Reached) => words },
  ];
  return {
    title: "How many labels it takes",
    subtitle: "accuracy on unseen sentences; guessing gives 0.5",
    width: 440,
    height: 400,
    plot: {
      x: {
        label: "labels →",
        type: "log",
        ticks: reached.map(({ count }) => count),
        tickFormat: "d",
        tickSize: 0,
      },
      y: { label: "↑ accuracy", domain: [0.5, 0.9], ticks: 5, tickSize: 0 },
      marks: [
        Plot.gridY({ stroke: ink.grid, strokeOpacity: 1 }),
        ...lines.flatMap(({ color, of }) => [
          Plot.line(reached, { x: "count", y: of, stroke: color, strokeWidth: 2 }),
          Plot.dot(reached, { x: "count", y: of, fill: color, r: 4.5 }),
        ]),
        ...legend(lines),
      ],
    },
  };
}
