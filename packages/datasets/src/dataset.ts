/** Examples by number. `Batch` is what a DataLoader yields. */
export interface Dataset<Batch> {
  /** How many examples there are. */
  readonly length: number;
  /** The examples at `indices`, in that order, as one batch. */
  batch(indices: ArrayLike<number>): Batch | Promise<Batch>;
}
