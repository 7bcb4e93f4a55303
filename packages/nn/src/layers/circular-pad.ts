import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { pad } from "../functional.ts";
import { Padding } from "./padding.ts";
import type { Sizes } from "./sizes.ts";

/**
 * Pads x on every side by repeating it periodically. x: [N, C, L] or [C, L]; `padding` is a number
 * or [left, right].
 */
export class CircularPad1d extends Padding {
  constructor(padding: Sizes) {
    checkCall("new CircularPad1d(padding: number | list)", arguments);
    super(1, padding);
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, "circular");
  }
}

/**
 * Pads x on every side by repeating it periodically. x: [N, C, H, W] or [C, H, W]; `padding` is a
 * number or [left, right, top, bottom].
 */
export class CircularPad2d extends Padding {
  constructor(padding: Sizes) {
    checkCall("new CircularPad2d(padding: number | list)", arguments);
    super(2, padding);
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, "circular");
  }
}

/**
 * Pads x on every side by repeating it periodically. x: [N, C, D, H, W] or [C, D, H, W]; `padding`
 * is a number or [left, right, top, bottom, front, back].
 */
export class CircularPad3d extends Padding {
  constructor(padding: Sizes) {
    checkCall("new CircularPad3d(padding: number | list)", arguments);
    super(3, padding);
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, "circular");
  }
}
