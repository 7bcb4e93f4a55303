import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Table } from "../table/table.ts";
import type { About, DescribedTable } from "./about.ts";

/**
 * A table with features and a target column: a class if `classes` are given, otherwise a number.
 */
export class LabelledTable implements DescribedTable {
  readonly about: About;
  readonly table: Table;
  /** Names of the feature columns. */
  readonly features: readonly string[];
  /** Name of the target column. */
  readonly target: string;
  /** Names of the classes 0, 1, …; empty if the target is a number. */
  readonly classes: readonly string[];

  constructor(
    parts: Pick<LabelledTable, "about" | "table" | "features" | "target"> & {
      readonly classes?: readonly string[];
    },
  ) {
    checkCall("new LabelledTable(parts: any)", arguments);
    this.about = parts.about;
    this.table = parts.table;
    this.features = parts.features;
    this.target = parts.target;
    this.classes = parts.classes ?? [];
  }

  /** Number of rows. */
  get length(): number {
    return this.table.length;
  }

  /** Features: [rows, features] f32. Throws DataError if a feature is text. */
  x(): Tensor {
    if (arguments.length > 0) checkCall("table.x()", arguments);
    return this.table.tensor(this.features);
  }

  /** Target: [rows] i32 for classes, [rows, 1] f32 for a number. */
  y(): Tensor {
    if (arguments.length > 0) checkCall("table.y()", arguments);
    if (this.classes.length === 0) return this.table.tensor([this.target]);
    return tensor(this.table.integers(this.target));
  }

  /** The rows at `indices`, in that order. Throws DataError for an invalid index. */
  take(indices: ArrayLike<number>): LabelledTable {
    checkCall("table.take(indices: list)", arguments);
    return new LabelledTable({ ...this, table: this.table.take(indices) });
  }
}
