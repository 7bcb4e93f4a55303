import type { Device, Kernel, KernelOperand, KernelStep } from "../../src/devices/device.ts";
import { arrayType, type DType, type TypedArray } from "../../src/dtype.ts";
import { type Attributes, contractAttributes, noAttributes } from "../../src/graph/attributes.ts";
import type { Meaning, Op, Reduce } from "../../src/graph/op.ts";
import type { View } from "../../src/graph/view.ts";
import type { Expr } from "../../src/kernel/expression.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";

export const op = (name: string, meaning: Meaning): Op => ({
  name,
  code: -1,
  meaning,
  scalarTypes: [],
  saves: [],
});

export const elementwiseOp = (
  name: string,
  expression: (...values: Expr[]) => Expr,
  reference: (...values: number[]) => number,
  indexed = false,
): Op => op(name, { kind: "elementwise", expression, reference, indexed });

export const reduceOp = (combine: Reduce["combine"]): Op =>
  op(combine, { kind: "reduce", combine });
export const matmulOp: Op = op("matmul", { kind: "contract" });
export const assembleOp: Op = op("assemble", { kind: "assemble" });
export const fillOp: Op = elementwiseOp(
  "fill",
  (x) => x,
  (x) => x,
);

/** A value of a kernel in the making: an input or a step, perhaps through a view. */
export interface Value {
  readonly source: KernelOperand["source"];
  readonly dtype: DType;
  readonly base: Shape;
  readonly view: View | null;
  readonly axes?: readonly (readonly number[])[];
}

/** Puts a kernel together the way the scheduler does: offsets of views are parameters. */
export class KernelBuilder {
  readonly #steps: KernelStep[] = [];
  readonly #inputs: { dtype: DType; inPlace: number }[] = [];
  readonly #types: DType[] = [];
  readonly data: TypedArray[] = [];
  readonly params: number[] = [];

  input(shape: Shape, dtype: DType, values: ArrayLike<number>, inPlace = false): Value {
    const source = { input: this.#inputs.push({ dtype, inPlace: inPlace ? 0 : -1 }) - 1 };
    const data = new (arrayType(dtype))(values.length);
    for (let i = 0; i < values.length; i++) data[i] = values[i] as number;
    this.data.push(data);
    return { source, dtype, base: shape, view: null };
  }

  step(
    which: Op,
    operands: readonly Value[],
    shape: Shape,
    more: { dtype?: DType; attrs?: Attributes; scalars?: readonly [number, DType][] } = {},
  ): Value {
    const dtype = more.dtype ?? operands[0]?.dtype ?? "f32";
    const scalars = (more.scalars ?? []).map(([value, type]) => this.#param(value, type));
    const source = {
      step:
        this.#steps.push({
          op: which,
          operands: operands.map((value) => ({
            ...value,
            offset: value.view === null ? -1 : this.#param(value.view.offset, "u32"),
          })),
          shape,
          dtype,
          attrs: more.attrs ?? attributesOf(which, operands),
          scalars,
        }) - 1,
    };
    return { source, dtype, base: shape, view: null };
  }

  #param(value: number, dtype: DType): number {
    this.#types.push(dtype);
    return this.params.push(value) - 1;
  }

  get kernel(): Kernel {
    return {
      steps: this.#steps,
      stored: [this.#steps.length - 1],
      anchor: this.#steps.findLastIndex(
        ({ op }) => !["elementwise", "gather"].includes(op.meaning.kind),
      ),
      rows: null,
      inputs: this.#inputs,
      parts: [],
      params: this.#types,
    };
  }

  /** Computes the last step. */
  async run(device: Device, params: readonly number[] = this.params): Promise<TypedArray> {
    const { kernel } = this;
    const { dtype, shape } = kernel.steps.at(-1) as KernelStep;
    const size = sizeOf(shape);
    const made = (type: DType, count: number) => device.createBuffer(device.bytesOf(type, count));
    const inputs = this.data.map((data, i) => {
      const type = (kernel.inputs[i] as { dtype: DType }).dtype;
      const buffer = made(type, data.length);
      device.write(buffer, 0, data, type);
      return buffer;
    });
    const shared = kernel.inputs.findIndex(({ inPlace }) => inPlace >= 0);
    const output = inputs[shared] ?? made(dtype, size);
    const lowered = device.lower(kernel);
    const scratch = lowered.scratch.map((bytes) => device.createBuffer(bytes));
    const program = device.program([{ lowered, inputs, outputs: [output], scratch }]);
    const reads = [{ from: output, fromByte: 0, dtype, count: size }];
    const [value] = device.submit({ program, params, before: [], after: [], reads });
    const result = await (value as Promise<TypedArray>);
    program.dispose();
    for (const buffer of new Set([...inputs, output, ...scratch])) device.destroyBuffer(buffer);
    return result;
  }
}

export const viewed = (value: Value, view: View): Value => ({ ...value, view });

/** Numbers that look random and are the same everywhere. */
export function noise(count: number, low = -1, high = 1, seed = 1): number[] {
  let state = (seed * 2654435761) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (high - low) * (state / 2 ** 32);
  });
}

/**
 * The largest |got - want| beyond `rtol · |want| + atol`, as a message; NaN is NaN, infinities
 * match, null is equal.
 */
export function difference(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  rtol = 1e-5,
  atol = 1e-6,
): string | null {
  if (got.length !== want.length) return `${got.length} elements, expected ${want.length}`;
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i] as number, want[i] as number];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    if (a === b) continue;
    if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b))) return `[${i}]: ${a}, expected ${b}`;
  }
  return null;
}

/** Of a product without attributes: matrices, in batches. */
function attributesOf({ meaning }: Op, [a]: readonly Value[]): Attributes {
  if (meaning.kind !== "contract") return noAttributes;
  const rank = (a?.view?.shape ?? a?.base ?? []).length;
  return contractAttributes([rank - 2, 1, 1, 1]);
}
