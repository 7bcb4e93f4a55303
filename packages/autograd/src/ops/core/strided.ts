import { assembleAttributes, isOnto, partStrides } from "../../graph/attributes.ts";
import type { ViewStep } from "../../graph/handle.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import { isContiguous, type View, wholeView } from "../../graph/view.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { record, recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { constant, copy } from "./constant.ts";

/** A part of an assembled tensor. Its element (i₀ … iₙ) goes to offset + Σ iₖ · strideₖ. */
export interface Part {
  readonly value: Tensor;
  readonly strides: readonly number[];
  readonly offset: number;
}

const assembleOp: Op = registerOp({
  name: "assemble",
  meaning: { kind: "assemble" },
  scalarTypes: [],
  saves: [],
  gradient: (dy, _, { needs, shapes, attrs, scalars }) => {
    const onto = isOnto(attrs);
    const first = onto ? 1 : 0;
    const parts = shapes.slice(first);
    const strides = partStrides(attrs, parts);
    const places = parts.map((shape, i): View => {
      return { shape, strides: strides[i] as number[], offset: scalars[i] as number };
    });
    const all = whole(dy);
    const { dtype, node } = all;
    const zeros = (shape: Shape): Tensor => constant(0, dtype, shape, node.stream);
    return [
      ...(onto
        ? [
            needs[0] === true &&
              assemble(
                dy,
                places.map((p) => ({ ...p, value: zeros(p.shape) })),
              ),
          ]
        : []),
      ...places.map((place, i) => needs[first + i] === true && strided(all, place)),
    ];
  },
});

/** Writes parts over `base` (a tensor, or a shape of zeros). Parts must not overlap. */
export function assemble(base: Tensor | Shape, parts: readonly Part[]): Tensor {
  const [first] = parts;
  const onto = !Array.isArray(base);
  const values = parts.map((part) => part.value);
  const operands = onto ? [base as Tensor, ...values] : values;
  const shape = onto ? (base as Tensor).shape : (base as Shape);
  const strides = parts.map((part) => part.strides);
  const { dtype } = onto ? (base as Tensor) : (first as Part).value;
  return record(
    assembleOp,
    operands,
    shape,
    dtype,
    assembleAttributes(onto, strides),
    parts.map((part) => part.offset),
  );
}

/** A view of a contiguous tensor with these strides. Its gradient is an assembly. */
function strided(x: Tensor, { shape, strides, offset }: View): Tensor {
  return recordView(
    x,
    placedStep("asStrided", (view) => ({ shape, strides, offset: view.offset + offset })),
  );
}

/** A view step that reads no element twice. Its gradient writes dy among zeros. */
export function placedStep(name: string, apply: (view: View) => View): ViewStep {
  return {
    name,
    apply,
    gradient: (dy, from) => {
      const { strides, offset } = apply(wholeView(from));
      if (sizeOf(dy.shape) === 0) return constant(0, dy.dtype, from, dy.node.stream);
      return assemble(from, [{ value: dy, strides, offset }]);
    },
  };
}

/** The values in contiguous row-major order: the tensor itself or a copy. */
export function contiguous(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("contiguous(x)", arguments);
  checkTensor("contiguous", x);
  return x.window === null || isContiguous(x.window) ? x : copy(x);
}

/** The values as a whole node: the tensor itself if it is not a view, else a copy. */
export function whole(x: Tensor): Tensor {
  return x.window === null ? x : copy(x);
}
