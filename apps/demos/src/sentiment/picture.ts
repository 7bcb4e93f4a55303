import * as Plot from "@observablehq/plot";
import { ink, type Panel } from "../shared/panel.ts";
import type { FoldScores } from "./scores.ts";

/** The accuracy of each model on each fold. */
export function foldsPanel(scores: readonly FoldScores[]): Panel {
  const dots = scores.flatMap(({ lstm, bag, looseBag }, k) => [
    { fold: `fold ${k + 1}`, accuracy: lstm, model: "LSTM", color: ink.data },
    { fold: `fold ${k + 1}`, accuracy: bag, model: "bag of words", color: ink.fit },
    { fold: `fold ${k + 1}`, accuracy: looseBag, model: "bag, C = 3", color: ink.quiet },
  ]);
  return {
    title: "Accuracy on sentences held out",
    subtitle: "blue: LSTM; red: bag of words; grey: bag of words with a weaker penalty",
    width: 440,
    height: 400,
    plot: {
      x: { label: null, tickSize: 0, domain: scores.map((_, k) => `fold ${k + 1}`) },
      y: { label: "↑ accuracy", domain: [0.5, 1], ticks: 5, tickSize: 0 },
      marks: [
        Plot.gridY({ stroke: ink.grid, strokeOpacity: 1 }),
        Plot.dot(dots, { x: "fold", y: "accuracy", fill: "color", r: 7, fillOpacity: 0.85 }),
      ],
    },
  };
}

/** Sentences and the chance that each is praise. */
export function sentencesPanel(
  sentences: readonly { readonly sentence: string; readonly chance: number }[],
): Panel {
  const rows = sentences.map(({ sentence, chance }, i) => ({ sentence, chance, y: i }));
  return {
    title: "Held-out sentences",
    subtitle: "the chance that each is praise, as the LSTM sees it",
    width: 560,
    height: 44 * rows.length + 60,
    plot: {
      marginLeft: 16,
      x: { label: "chance of praise →", domain: [0, 1], tickFormat: ".0%", ticks: 5, tickSize: 0 },
      y: { axis: null, domain: [-0.6, rows.length - 0.4], reverse: true },
      marks: [
        Plot.ruleX([0.5], { stroke: ink.grid }),
        Plot.rect(rows, {
          x1: 0,
          x2: "chance",
          y1: (row: { y: number }) => row.y,
          y2: (row: { y: number }) => row.y + 0.3,
          fill: (row: { chance: number }) => (row.chance > 0.5 ? ink.data : ink.fit),
        }),
        Plot.text(rows, {
          x: 0,
          y: (row: { y: number }) => row.y - 0.18,
          text: "sentence",
          textAnchor: "start",
          fill: ink.text,
          fontSize: 13,
        }),
      ],
    },
  };
}
