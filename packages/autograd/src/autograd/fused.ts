import type { DeviceName } from "../devices/registry.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { checkOutput } from "../ops/core/custom.ts";
import type { Shape } from "../shape.ts";
import { composite } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";
import { applyFunction, type FunctionContext } from "./function.ts";
import { recomputedVjp } from "./vjp.ts";

type Tensors = readonly Tensor[];

/** A composition that has a kernel on some devices. */
export interface FusedSpec<In extends Tensors> {
  readonly name: string;
  /** The result's shape. Throws a ShapeError if the operands do not fit. */
  readonly shape: (...inputs: { [i in keyof In]: Shape }) => Shape;
  /**
   * The operation in tensor ops. It defines the values and the second gradient, and runs on devices
   * without
   * a kernel.
   */
  readonly decompose: (...inputs: In) => Tensor;
  /** dL/dinputs from dL/doutput; null where there is none. Default: the gradient of `decompose`. */
  readonly vjp?: (dy: Tensor, inputs: In, output: Tensor) => readonly (Tensor | null)[];
  /** Per device, what runs instead: calls of kernels (`defineKernel`) and other ops. */
  readonly kernels?: { readonly [device in DeviceName]?: (...inputs: In) => Tensor };
}

/** A fused op: a function with the description that it was made from. */
export interface FusedOp<In extends Tensors> {
  (...inputs: In): Tensor;
  readonly spec: FusedSpec<In>;
}

/**
 * Defines an operation by `decompose`. It runs as a kernel on devices that have one in `kernels`.
 */
export function defineFused<In extends Tensors>(spec: FusedSpec<In>): FusedOp<In> {
  const { name, shape, decompose, vjp, kernels } = spec;
  const fused = (...inputs: In): Tensor => {
    for (const input of inputs) checkTensor(name, input);
    const expected = shape(...(inputs.map((x) => x.shape) as { [i in keyof In]: Shape }));
    const device = (inputs[0] as Tensor).node.stream.device;
    const run = kernels?.[device];
    const checked = (result: Tensor) => checkOutput(name, "the result", result, expected);
    if (run === undefined && vjp === undefined)
      return composite(() => checked(decompose(...inputs)));
    const [output] = applyFunction(
      {
        name,
        forward(ctx: FunctionContext, ...operands: Tensor[]): Tensor[] {
          const result = checked((run ?? decompose)(...(operands as unknown as In)));
          ctx.saveForBackward(...operands, result);
          return [result];
        },
        backward(ctx: FunctionContext, dy: Tensor): readonly (Tensor | null)[] {
          const operands = ctx.savedTensors;
          const result = operands.pop() as Tensor;
          if (vjp !== undefined) return vjp(dy, operands as unknown as In, result);
          return recomputedVjp((...again) => [decompose(...(again as unknown as In))], operands, [
            dy,
          ]);
        },
      },
      inputs as unknown as Tensor[],
    );
    return output as Tensor;
  };
  return Object.assign(fused, { spec });
}
