import { ShapeError, type Tensor } from "@wgrad/autograd";
import { softmax } from "../functional.ts";
import { Module } from "../module.ts";

/** Softmax over the channels at every pixel of an image. x: [N, C, H, W] or [C, H, W]. */
export class Softmax2d extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    if (x.shape.length !== 3 && x.shape.length !== 4) {
      throw new ShapeError(
        `Softmax2d: needs an input [N, C, H, W] or [C, H, W], got [${x.shape.join(", ")}]\n  hint: Softmax takes any shape and a dimension`,
      );
    }
    return softmax(x, -3);
  }
}
