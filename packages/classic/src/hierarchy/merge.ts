/** Two clusters that become one. */
export interface Merge {
  /**
   * Numbers of the two: rows from 0 on, then merges in their order. The lower is left, unless
   * leaves were put in order.
   */
  readonly left: number;
  readonly right: number;
  /** How far they are from each other. */
  readonly distance: number;
  /** How many rows are in them. */
  readonly count: number;
}

/** Merges, rows − 1 of them: the last is all rows. */
export type Linkage = readonly Merge[];
