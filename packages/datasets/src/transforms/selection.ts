import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { checkWidth } from "./features.ts";
import { Fitted, type Transform } from "./transform.ts";

export interface SelectionState {
  /** How many features there were. */
  readonly width: number;
  /** Numbers of those that stay, ascending. */
  readonly kept: readonly number[];
  /** What was measured of each feature; null where nothing could be. */
  readonly scores: readonly (number | null)[];
}

/** Base of what leaves out features: [rows, features] → [rows, kept]. */
export abstract class Selection<Options extends object>
  extends Fitted<Options, SelectionState>
  implements Transform<"tensor", "tensor">
{
  readonly takes = "tensor";
  readonly gives = "tensor";

  /** Numbers of the features that stay, ascending. */
  get kept(): readonly number[] {
    return this.learned("kept").kept;
  }

  abstract fit(x: Tensor, y?: unknown): Promise<this>;

  transform(x: Tensor): Tensor {
    const { width, kept } = this.learned("transform");
    checkWidth(`${this.type}.transform`, x, width);
    return x.indexSelect(1, tensor(Int32Array.from(kept)));
  }

  /** Learns what stays. Throws ArgumentError if nothing does; `why` says what was asked for. */
  protected keep(scores: readonly number[], stays: readonly boolean[], why: string): this {
    const kept = [...stays.keys()].filter((j) => stays[j]);
    if (kept.length === 0) {
      throw new ArgumentError(`${this.type}.fit: no feature of ${scores.length} ${why}`);
    }
    const known = scores.map((score) => (Number.isFinite(score) ? score : null));
    return this.learn({ width: scores.length, kept, scores: known });
  }
}
