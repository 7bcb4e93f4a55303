/** What is compared. */
export type Kind = "boosting" | "forest" | "tree";

/** One line of the comparison: rows to learn from, and trees. */
export interface Line {
  readonly kind: Kind;
  readonly rows: number;
  readonly trees: number;
}

/** Leaves of a tree of boosting. */
export const LEAVES = 31;

/** Sizes of use, and small ones that every contender ends in time. */
export const lines: readonly Line[] = [
  { kind: "boosting", rows: 20_000, trees: 100 },
  { kind: "boosting", rows: 1000, trees: 100 },
  { kind: "forest", rows: 20_000, trees: 100 },
  { kind: "forest", rows: 1000, trees: 10 },
  { kind: "tree", rows: 20_000, trees: 1 },
  { kind: "tree", rows: 1000, trees: 1 },
];

/**
 * What a contender took, in milliseconds of the processor, and how good it is on rows it has not
 * seen: R² or accuracy.
 */
export interface Timing {
  readonly fit: number;
  readonly predict: number;
  readonly score: number;
}

/** A fitted model's predictions. */
export type Predict = () => Promise<ArrayLike<number>> | ArrayLike<number>;
