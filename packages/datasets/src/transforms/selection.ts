import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkWidth } from "./features.ts";
import { Fitted, type Transform } from "./transform.ts";

export interface SelectionState {
  /** Number of input features. */
  readonly width: number;
  /** Indices of the kept features, ascending. */
  readonly kept: readonly number[];
  /** Score of each feature; null if undefined. */
  readonly scores: readonly (number | null)[];
}

/** Base of feature selection: [rows, features] → [rows, kept]. */
export abstract class Selection<Options extends object>
  extends Fitted<Options, SelectionState>
  implements Transform<"tensor", "tensor">
{
  readonly takes = "tensor";
  readonly gives = "tensor";

  /** Indices of the kept features, ascending. */
  get kept(): readonly number[] {
    return this.learned("kept").kept;
  }

  abstract fit(x: Tensor, y?: unknown): Promise<this>;

  transform(x: Tensor): Tensor {
    const { width, kept } = this.learned("transform");
    checkWidth(`${this.type}.transform`, x, width);
    return x.indexSelect(1, tensor(Int32Array.from(kept)));
  }

  /**
   * Stores which features stay. Throws ArgumentError if none does; `why` describes the criterion.
   */
  protected keep(scores: readonly number[], stays: readonly boolean[], why: string): this {
    const kept = [...stays.keys()].filter((j) => stays[j]);
    if (kept.length === 0) {
      throw new ArgumentError(`${this.type}.fit: none of ${scores.length} features ${why}`);
    }
    const known = scores.map((score) => (Number.isFinite(score) ? score : null));
    return this.learn({ width: scores.length, kept, scores: known });
  }
}
