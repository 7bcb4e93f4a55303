import { defineKind } from "@wgrad/autograd/plugin";

/** A merge of two clusters. */
export interface Merge {
  /**
   * Numbers of the two clusters: rows count from 0, then merges in order. The lower number is left,
   * unless leaves were reordered.
   */
  readonly left: number;
  readonly right: number;
  /** Distance of the two clusters. */
  readonly distance: number;
  /** Number of rows in both. */
  readonly count: number;
}

/** The rows − 1 merges of a tree; the last contains all rows. */
export type Linkage = readonly Merge[];

defineKind("merge", "a merge of linkage()", (value) => {
  const { left, right, distance } = (value ?? {}) as Partial<Merge>;
  return [left, right, distance].every((one) => typeof one === "number");
});

/** The kind of a linkage in signatures. */
export const MERGES = "merge[]";
