import { type DType, Generator, type Shape, stack, type Tensor, tensor } from "@wgrad/autograd";

/** Values for one operand, drawn anew for any shape. */
export interface Input {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether gradients with respect to it are compared. */
  readonly differentiable: boolean;
  readonly draw: (generator: Generator, count: number) => number[];
  readonly withShape: (shape: Shape) => Input;
}

function input(
  shape: Shape,
  dtype: DType,
  draw: (generator: Generator, count: number) => number[],
): Input {
  return {
    shape,
    dtype,
    draw,
    differentiable: dtype === "f32",
    withShape: (other) => input(other, dtype, draw),
  };
}

/** Normal numbers of this standard deviation. */
export const normal = (shape: Shape, std = 1): Input =>
  input(shape, "f32", (generator, count) => [...generator.normal(new Float32Array(count), 0, std)]);

/** Uniform numbers in [low, high). */
export const uniform = (shape: Shape, low: number, high: number): Input =>
  input(shape, "f32", (generator, count) => [
    ...generator.uniform(new Float32Array(count), low, high),
  ]);

/** Numbers of both signs whose size is in [low, high): away from a kink at 0. */
export const awayFromZero = (shape: Shape, low = 0.3, high = 3): Input =>
  input(shape, "f32", (generator, count) =>
    Array.from(generator.uniform(new Float32Array(count), low, high), (x) =>
      generator.u32() % 2 === 0 ? x : -x,
    ),
  );

/** All different, in random order, 0.37 apart: no ties. */
export const distinct = (shape: Shape): Input =>
  input(shape, "f32", (generator, count) =>
    Array.from(generator.permutation(count), (i) => Math.fround((i - count / 2) * 0.37 + 0.11)),
  );

/** Whole numbers in [low, high). */
export const whole = (shape: Shape, low: number, high: number, dtype: DType = "i32"): Input =>
  input(shape, dtype, (generator, count) => [
    ...generator.integers(new Int32Array(count), low, high),
  ]);

/** Truth values. */
export const truth = (shape: Shape): Input =>
  input(shape, "bool", (generator, count) => [...generator.integers(new Int32Array(count), 0, 2)]);

/** The input with its gradient left out. */
export const constant = (from: Input): Input => ({
  ...from,
  differentiable: false,
  withShape: (shape) => constant(from.withShape(shape)),
});

export interface Making {
  readonly device: "cpu" | "wasm" | "webgpu";
  /** In place of f32. */
  readonly float?: "f16" | "f32" | "f64";
  /** Laid out backwards in memory, and seen through a transposing view. */
  readonly strided?: boolean;
  /** The second row of a tensor that is computed. */
  readonly part?: boolean;
}

/**
 * Tensors for these inputs, the same values every time; and the leaves whose gradients are
 * compared.
 */
export function make(
  inputs: readonly Input[],
  { device, float = "f32", strided = false, part = false }: Making,
): { readonly operands: Tensor[]; readonly leaves: Tensor[] } {
  const generator = new Generator(7);
  const leaves: Tensor[] = [];
  const operands = inputs.map(({ shape, dtype, draw, differentiable }) => {
    const count = shape.reduce((product, n) => product * n, 1);
    const values = draw(generator, count);
    const options = {
      device,
      dtype: dtype === "f32" ? float : dtype,
      requiresGrad: differentiable,
    } as const;
    const turned = strided && shape.length > 1;
    const leaf = turned
      ? tensor(transposed(values, shape), { ...options, shape: [...shape].reverse() })
      : tensor(values, { ...options, shape });
    if (differentiable) leaves.push(leaf);
    const operand = turned ? leaf.T : leaf;
    return part ? stack([operand.detach().flip(0), operand]).select(0, 1) : operand;
  });
  return { operands, leaves };
}

/** Row-major values of the tensor with its dimensions reversed. */
function transposed(values: readonly number[], shape: Shape): number[] {
  let places = [0];
  let stride = values.length;
  const strides = shape.map((n) => {
    stride /= n || 1;
    return stride;
  });
  for (let d = shape.length - 1; d >= 0; d--) {
    places = places.flatMap((place) =>
      Array.from({ length: shape[d] as number }, (_, i) => place + i * (strides[d] as number)),
    );
  }
  return places.map((place) => values[place] as number);
}
