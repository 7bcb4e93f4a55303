/** The kind of a workload. */
export type Kind = "boosting" | "forest" | "tree";

/** A workload: number of training rows and of trees. */
export interface Line {
  readonly kind: Kind;
  readonly rows: number;
  readonly trees: number;
}

/** Number of leaves of a boosted tree. */
export const LEAVES = 31;

/** Practical sizes, and small ones that every contender finishes in time. */
export const lines: readonly Line[] = [
  { kind: "boosting", rows: 20_000, trees: 100 },
  { kind: "boosting", rows: 1000, trees: 100 },
  { kind: "forest", rows: 20_000, trees: 100 },
  { kind: "forest", rows: 1000, trees: 10 },
  { kind: "tree", rows: 20_000, trees: 1 },
  { kind: "tree", rows: 1000, trees: 1 },
];

/** Processor milliseconds of a contender, and its R² or accuracy on test rows. */
export interface Timing {
  readonly fit: number;
  readonly predict: number;
  readonly score: number;
}

/** A fitted model's predictions. */
export type Predict = () => Promise<ArrayLike<number>> | ArrayLike<number>;
