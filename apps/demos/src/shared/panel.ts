import type { PlotOptions } from "@observablehq/plot";

/** Colours of every picture. */
export const ink = {
  text: "#1d2733",
  quiet: "#6b7785",
  grid: "#e8ebef",
  paper: "#ffffff",
  data: "#2f6fdb",
  fit: "#ef5b3c",
} as const;

/** Colours of classes, told apart with any colour sight. */
export const classColors: readonly string[] = [
  "#2f6fdb",
  "#ef5b3c",
  "#2a9d6f",
  "#b0592a",
  "#8e5bd0",
  "#d9a400",
  "#e377b0",
  "#5f6b78",
  "#1aa5b8",
  "#9fb13a",
];

/** One chart of a figure, with a heading of its own. */
export interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
  readonly plot: PlotOptions;
}

/** A chart whose heading is still to be said. */
export type Chart = Omit<Panel, "title" | "subtitle">;
