import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type HardtanhOptions, hardtanh } from "../functional.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print.ts";

/** y = min(max(`minVal`, x), `maxVal`), elementwise; any shape. */
export class Hardtanh extends Module<[Tensor], Tensor> {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(options: HardtanhOptions = {}) {
    checkCall("new Hardtanh({ minVal: number, maxVal: number })", arguments);
    const { minVal = -1, maxVal = 1 } = options;
    if (!(minVal < maxVal)) {
      throw new ArgumentError(
        `Hardtanh: minVal is ${minVal}, maxVal is ${maxVal}\n  hint: minVal must be less than maxVal`,
      );
    }
    super();
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal });
  }

  override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
  }
}
