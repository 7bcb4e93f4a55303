import { DeviceError } from "../errors.ts";
import { registerOp } from "../graph/op.ts";
import { recordCustom } from "../ops/core/custom.ts";
import type { Tensor } from "../tensor.ts";
import { applyFunction, type FunctionContext } from "./function.ts";

/** A custom operation that the host computes: y has the shape and dtype of x. */
export interface HostOperationSpec {
  readonly name: string;
  /** y = f(x), written into `y`. It is called during a run, each time the value is computed. */
  readonly run: (x: Float64Array, y: Float64Array) => void;
  /** dL/dx from dL/dy, in tensor ops. */
  readonly gradient: (dy: Tensor) => Tensor;
}

/**
 * An operation that a JavaScript function computes, on devices that compute on the host: `wasm` and
 * `cpu`. Other devices cannot wait for it during a submission and throw a DeviceError.
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
        `${name}: is computed on the host, and ${device} cannot wait for it during a submission` +
          '\n  hint: use init({ device: "wasm" })',
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
