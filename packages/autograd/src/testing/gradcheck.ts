import { grad } from "../autograd/backward.ts";
import { ArgumentError, detail, GradError } from "../errors.ts";
import { hostTensor } from "../ops/core/creation.ts";
import { add, mul } from "../ops/math/arithmetic.ts";
import { sum } from "../ops/shape/broadcast.ts";
import { Generator } from "../random/generator.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { enableGrad, noGrad } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /** The step of the finite differences. */
  readonly eps?: number;
  readonly atol?: number;
  readonly rtol?: number;
}

/**
 * The function under test: tensors in, a tensor or several out. Outputs that are not floating-point
 * are
 * ignored.
 */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * Compares the gradient of `backward` with (f(x + ε) − f(x − ε)) / 2ε, element by element, for a
 * random
 * weighting of the outputs. Inputs are f64 (on the cpu device); those that require grad are
 * checked.
 * Throws a GradError at the first difference.
 */
export async function gradcheck(
  fn: Differentiable,
  inputs: readonly Tensor[],
  { eps = 1e-6, atol = 1e-7, rtol = 1e-6 }: GradcheckOptions = {},
): Promise<void> {
  const checked = inputs.filter((input) => input.requiresGrad);
  for (const input of checked) {
    if (input.dtype === "f64") continue;
    throw new ArgumentError(
      `gradcheck: needs f64, got ${input.dtype}${detail("input", input.shape)}\n  hint: differences in ${input.dtype} are too inexact`,
    );
  }
  if (checked.length === 0) throw new ArgumentError("gradcheck: no input requires grad");
  const weights: Tensor[] = [];
  const weighted = (values: readonly Tensor[]): Tensor => weightedSum(fn(...values), weights);
  const total = weighted(inputs);
  const gradients = total.requiresGrad ? grad(total, checked, { allowUnused: true }) : [];
  for (const [i, input] of checked.entries()) {
    const values = await input.data();
    // The gradient of an input that no output depends on is 0.
    const analytic = (await gradients[i]?.data()) ?? new Float64Array(values.length);
    for (let at = 0; at < values.length; at++) {
      const moved = async (by: number): Promise<number> => {
        const shifted = values.slice();
        shifted[at] = (shifted[at] as number) + by;
        const other = hostTensor(shifted, input.shape, "f64", input.node.stream);
        return noGrad(() => weighted(inputs.map((x) => (x === input ? other : x)))).item();
      };
      const numeric = ((await moved(eps)) - (await moved(-eps))) / (2 * eps);
      const got = analytic[at] as number;
      if (!(Math.abs(got - numeric) <= atol + rtol * Math.abs(numeric))) {
        throw new GradError(
          `gradcheck: d/dinput ${inputs.indexOf(input)}[${at}] is ${numeric} by finite differences, but ${got} by backward` +
            `${detail("input", input.shape)}`,
        );
      }
    }
  }
}

/** `gradcheck` of the gradient itself, which checks second derivatives. */
export async function gradgradcheck(
  fn: Differentiable,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<void> {
  const weights: Tensor[] = [];
  const gradient = (...values: Tensor[]): readonly Tensor[] =>
    enableGrad(() => {
      const leaves = values.map((value, i) =>
        value.requiresGrad ? value : value.requiresGrad_(inputs[i]?.requiresGrad),
      );
      const wanted = leaves.filter((leaf) => leaf.requiresGrad);
      const found = grad(weightedSum(fn(...leaves), weights), wanted, {
        createGraph: true,
        allowUnused: true,
      });
      return found.filter((slope: Tensor | null) => slope !== null);
    });
  await gradcheck(gradient, inputs, options);
}

/** Σ wᵢ yᵢ over all outputs of this dtype. The weights are drawn at the first use and kept. */
export function weightedSum(
  result: Tensor | readonly Tensor[],
  weights: Tensor[],
  dtype: "f32" | "f64" = "f64",
): Tensor {
  const outputs = (Array.isArray(result) ? result : [result]) as readonly Tensor[];
  const fractional = outputs.filter((output) => output.dtype === dtype);
  const [first, ...others] = fractional.map((output, i) => {
    weights[i] ??= hostTensor(
      new Generator(i).uniform(drawn(dtype, output.shape), 0.5, 1.5),
      output.shape,
      dtype,
      output.node.stream,
    );
    return sum(mul(output, weights[i] as Tensor));
  });
  if (first === undefined) throw new ArgumentError(`gradcheck: no output is ${dtype}`);
  return others.reduce((sofar, part) => add(sofar, part), first);
}

const drawn = (dtype: "f32" | "f64", shape: Shape): Float32Array | Float64Array =>
  new ({ f32: Float32Array, f64: Float64Array })[dtype](sizeOf(shape));
