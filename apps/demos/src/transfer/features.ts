import { cat, noGrad, type Tensor } from "@wgrad/autograd";
import type { MobileNetV2 } from "@wgrad/models";
import { Sequential } from "@wgrad/nn";

/** The last of the blocks that ImageNet trained and nobody changed after; those behind it were trained for another task. */
const LAST = 11;

/** What the backbone sees in pictures: the mean over height and width of 96 channels.  [N, 3, S, S] from 0 to 1 → [N, 96]. */
export function featuresOf(model: MobileNetV2, images: Tensor, batch = 20): Tensor {
  const blocks = new Sequential(...[...model.features].slice(0, LAST + 1)).eval();
  return noGrad(() => {
    const parts = images.split(batch, 0).map((part) => blocks(part.mul(2).sub(1)).mean([2, 3]));
    return cat(parts, 0);
  });
}
