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
