import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { pad } from "../functional.ts";
import { Padding } from "./padding.ts";
import type { Sizes } from "./sizes.ts";

abstract class ConstantPad extends Padding {
  readonly value: number;

  constructor(rank: number, padding: Sizes, value: number) {
    super(rank, padding);
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, { value: this.value });
  }

  override extraRepr(): string {
    return `padding=${super.extraRepr()}, value=${this.value}`;
  }
}

/** Pads x with `value`. x: [N, C, L] or [C, L]; `padding` is a number or [left, right]. */
export class ConstantPad1d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    checkCall("new ConstantPad1d(padding: number | list, value: number)", arguments);
    super(1, padding, value);
  }
}

/**
 * Pads x with `value`. x: [N, C, H, W] or [C, H, W]; `padding` is a number or [left, right, top,
 * bottom].
 */
export class ConstantPad2d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    checkCall("new ConstantPad2d(padding: number | list, value: number)", arguments);
    super(2, padding, value);
  }
}

/**
 * Pads x with `value`. x: [N, C, D, H, W] or [C, D, H, W]; `padding` is a number or [left, right,
 * top, bottom, front, back].
 */
export class ConstantPad3d extends ConstantPad {
  constructor(padding: Sizes, value: number) {
    checkCall("new ConstantPad3d(padding: number | list, value: number)", arguments);
    super(3, padding, value);
  }
}
