import { DeviceError } from "../errors.ts";
import { registerOp } from "../graph/op.ts";
import { recordCustom } from "../ops/core/custom.ts";
import type { Tensor } from "../tensor.ts";
import { applyFunction, type FunctionContext } from "./function.ts";

/** An operation of your own that the host computes: y of x's shape and dtype. */
export interface HostOperationSpec {
  readonly name: string;
  /** y = f(x), in place in `y`. Called in the midst of a run, each time the value is computed. */
  readonly run: (x: Float64Array, y: Float64Array) => void;
  /** dL/dx from dL/dy, in tensor ops. */
  readonly gradient: (dy: Tensor) => Tensor;
}

/**
 * An operation that a function of JavaScript computes, on devices that compute on the host: `wasm`
 * and `cpu`. Throws DeviceError on others, which cannot wait for it in the midst of a submission.
 */
export function defineHostOperation(spec: HostOperationSpec): (x: Tensor) => Tensor {
  const { name, run, gradient } = spec;
  const op = registerOp({
    name,
    meaning: {
      kind: "custom",
      inputs: ["x"],
      outputs: ["y"],
      sizes: [],
      scalars: [],
      scratch: [],
      workgroup: 1,
      wgsl: "",
      algorithm: null,
      onHost: ([x], y) => run(x as Float64Array, y),
      lowering: null,
    },
    scalarTypes: [],
    saves: [],
  });
  return (given) => {
    const { device, language } = given.node.stream;
    if (language !== null) {
      throw new DeviceError(
        `${name}: is computed on the host, which ${device} cannot wait for in the midst of its work` +
          '\n  hint: init({ device: "wasm" })',
      );
    }
    const [y] = applyFunction(
      {
        name,
        forward: (_ctx: FunctionContext, x: Tensor) =>
          recordCustom(op, [x], { shapes: [x.shape], dtype: x.dtype, groups: 1 }),
        backward: (_ctx: FunctionContext, dy: Tensor) => [gradient(dy)],
      },
      [given],
    );
    return y as Tensor;
  };
}
