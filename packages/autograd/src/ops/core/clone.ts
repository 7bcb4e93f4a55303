import { OWNED } from "../../graph/node.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { copy } from "./constant.ts";

/**
 * A copy of the values, on the tape. Outside modules the handle owns it, so it survives the step.
 */
export function clone(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("clone(x)", arguments);
  checkTensor("clone", x);
  const made = copy(x);
  if (made.node.outside) made.node.keep = OWNED;
  return made;
}
