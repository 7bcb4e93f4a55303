import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Table } from "../table/table.ts";
import type { About, DescribedTable } from "./about.ts";

/**
 * A table in which some columns are to predict another: a class, if `classes` are named, else a
 * number.
 */
export class LabelledTable implements DescribedTable {
  readonly about: About;
  readonly table: Table;
  /** The columns that predict. */
  readonly features: readonly string[];
  /** The column that is predicted. */
  readonly target: string;
  /** What the numbers 0, 1, … of the target mean; empty if the target is a quantity. */
  readonly classes: readonly string[];

  constructor(
    parts: Pick<LabelledTable, "about" | "table" | "features" | "target"> & {
      readonly classes?: readonly string[];
    },
  ) {
    checkCall("new LabelledTable(parts)", arguments);
    this.about = parts.about;
    this.table = parts.table;
    this.features = parts.features;
    this.target = parts.target;
    this.classes = parts.classes ?? [];
  }

  /** How many rows there are. */
  get length(): number {
    return this.table.length;
  }

  /** What predicts: [rows, features] f32. Throws DataError if a feature is text. */
  x(): Tensor {
    if (arguments.length > 0) checkCall("table.x()", arguments);
    return this.table.tensor(this.features);
  }

  /** What is predicted: [rows] i32 for classes, [rows, 1] f32 for a quantity. */
  y(): Tensor {
    if (arguments.length > 0) checkCall("table.y()", arguments);
    if (this.classes.length === 0) return this.table.tensor([this.target]);
    return tensor(this.table.integers(this.target));
  }

  /** The rows at `indices`, in that order. Throws DataError for a row there is not. */
  take(indices: ArrayLike<number>): LabelledTable {
    if (arguments.length > 1) checkCall("table.take(indices)", arguments);
    return new LabelledTable({ ...this, table: this.table.take(indices) });
  }
}
